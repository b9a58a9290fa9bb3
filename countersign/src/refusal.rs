//! A server's refusal, read back from its status: what, why, and what to do now.

mod command;
mod mend;

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use countersign_api::error::v1::{ErrorReason, StateConflict};
use prost::Message as _;
use serde_json::{Value, json};
use tonic::Code;
use tonic_types::{StatusExt as _, pb};

use crate::exit::Exit;

pub use command::command_for;
use mend::Clues;

const STATE_CONFLICT_TYPE: &str = "type.googleapis.com/countersign.error.v1.StateConflict";

/// Why a call was refused, with every detail the status carried.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    message: String,
    code: Code,
    reason: Option<ErrorReason>,
    conflict: Option<StateConflict>,
    violations: Vec<Violation>,
    metadata: HashMap<String, String>,
    retry_after: Option<Duration>,
    about: Option<String>,
    now: Option<String>,
}

/// A field of the request that is not of its form.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Violation {
    field: String,
    description: String,
}

impl Refusal {
    /// Reads the status that ended a call.
    pub fn read(status: &tonic::Status) -> Self {
        let details = status.get_error_details();
        let reason = details.error_info().and_then(|info| ErrorReason::from_wire_name(&info.reason));
        let violations = details.bad_request().map_or_else(Vec::new, |bad| {
            let violation =
                |it: tonic_types::FieldViolation| Violation { field: it.field, description: it.description };
            bad.field_violations.iter().cloned().map(violation).collect()
        });
        Self {
            message: status.message().to_owned(),
            code: status.code(),
            reason,
            conflict: conflict_of(status.details()),
            violations,
            metadata: details.error_info().map(|info| info.metadata.clone()).unwrap_or_default(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            about: None,
            now: None,
        }
    }

    /// Reads the status of one item of a stream or batch.
    pub fn of_item(status: &pb::Status) -> Self {
        let details = status.encode_to_vec().into();
        Self::read(&tonic::Status::with_details(status.code.into(), status.message.clone(), details))
    }

    /// Names what the call was about.
    #[must_use]
    pub fn about(mut self, id: &str) -> Self {
        self.about = Some(id.to_owned());
        self
    }

    /// Says what to do now, where the command knows better than the reason does.
    #[must_use]
    pub fn now(mut self, mend: String) -> Self {
        self.now = Some(mend);
        self
    }

    /// Returns the reason, when it is one this release knows.
    pub const fn reason(&self) -> Option<ErrorReason> {
        self.reason
    }

    /// Returns the reason's name, or the gRPC code's where there is none.
    pub fn reason_name(&self) -> String {
        self.reason.map_or_else(|| format!("{:?}", self.code), |reason| reason.wire_name().to_owned())
    }

    /// Returns what was refused, in the server's words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns how the process ends with it.
    pub const fn exit(&self) -> Exit {
        match self.code {
            Code::Unauthenticated | Code::PermissionDenied => Exit::Denied,
            Code::Unavailable => Exit::Unreachable,
            Code::Internal | Code::DataLoss | Code::Unknown | Code::Unimplemented => Exit::Fault,
            Code::Ok
            | Code::Cancelled
            | Code::InvalidArgument
            | Code::DeadlineExceeded
            | Code::NotFound
            | Code::AlreadyExists
            | Code::ResourceExhausted
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange => Exit::Negative,
        }
    }

    /// Returns reason and message on one line.
    pub fn one_line(&self) -> String {
        format!("{}: {}", self.reason_name(), self.message)
    }

    /// Returns the first field that is not of its form, as a line of proposals has it.
    pub fn field_of_line(&self) -> Option<String> {
        match (self.violations.first(), self.metadata.get("pointer")) {
            (Some(violation), _) => Some(mend::field_of_line(&violation.field)),
            (None, Some(pointer)) => Some(format!("payload{pointer}")),
            (None, None) if self.reason == Some(ErrorReason::ActionTypeUnknown) => Some("action_type".to_owned()),
            (None, None) => None,
        }
    }

    /// Returns what to do now, for somebody who ran a command.
    pub fn mend(&self) -> String {
        match (&self.now, self.reason) {
            (Some(now), _) => now.clone(),
            (None, Some(reason)) => mend::mend(reason, &self.clues()),
            (None, None) => mend::without_reason(self.code),
        }
    }

    /// Returns what to do now, for somebody who sent a line of proposals.
    pub fn mend_of_line(&self) -> String {
        self.reason.map_or_else(|| mend::without_reason(self.code), |reason| mend::mend_of_line(reason, &self.clues()))
    }

    fn clues(&self) -> Clues<'_> {
        Clues {
            id: self.about.as_deref().unwrap_or("ID"),
            allowed: self.conflict.as_ref().map(|conflict| conflict.allowed_transitions.as_slice()),
            retry_after: self.retry_after,
            fields: self.violations.iter().map(|violation| violation.field.as_str()).collect(),
            metadata: &self.metadata,
        }
    }

    /// Returns it as `--json` shows it.
    pub fn to_json(&self) -> Value {
        json!({
            "message": self.message,
            "code": format!("{:?}", self.code),
            "reason": self.reason.map(ErrorReason::wire_name),
            "state": self.conflict.as_ref().map(|conflict| &conflict.state),
            "allowed_transitions": self.conflict.as_ref().map(|conflict| &conflict.allowed_transitions),
            "violations": self.violations.iter().map(Violation::to_string).collect::<Vec<_>>(),
            "mend": self.mend(),
        })
    }
}

/// Shows what was refused, why, and what to do now, a line each.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "refused: {}", self.message)?;
        let violations = self.violations.iter().map(Violation::to_string);
        for violation in violations.filter(|violation| !self.message.contains(violation.as_str())) {
            writeln!(f, "         {violation}")?;
        }
        writeln!(f, "reason:  {}", self.reason_name())?;
        if let Some(conflict) = &self.conflict {
            writeln!(f, "state:   {}", conflict.state)?;
        }
        write!(f, "now:     {}", self.mend())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.field, self.description)
    }
}

fn conflict_of(details: &[u8]) -> Option<StateConflict> {
    let status = pb::Status::decode(details).ok()?;
    let any = status.details.iter().find(|any| any.type_url == STATE_CONFLICT_TYPE)?;
    StateConflict::decode(any.value.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use service_kit::rejection::Rejection;

    use super::*;

    #[test]
    fn an_illegal_transition_shows_the_state_and_what_is_allowed() {
        let status = Rejection::new(ErrorReason::TransitionIllegal, "`approve` is not legal in `HELD`")
            .conflict(StateConflict {
                state: "HELD".to_owned(),
                allowed_transitions: vec!["release".to_owned(), "reject".to_owned()],
                etag: "r3".to_owned(),
            })
            .into_status();
        let refusal = Refusal::read(&status).about("9a55");

        assert_eq!(refusal.exit(), Exit::Negative);
        assert_eq!(
            refusal.to_string(),
            "refused: `approve` is not legal in `HELD`\n\
             reason:  TRANSITION_ILLEGAL\n\
             state:   HELD\n\
             now:     of `countersign candidate`, legal for `9a55` now: release, reject"
        );
        assert_eq!(refusal.to_json()["allowed_transitions"][1], "reject");
    }

    #[test]
    fn a_stale_etag_says_how_to_read_again() {
        let status = Rejection::new(ErrorReason::EtagStale, "the candidate has changed").into_status();
        let refusal = Refusal::read(&status).about("9a55");
        assert!(refusal.mend().contains("`countersign candidate show 9a55`"), "{}", refusal.mend());
    }

    #[test]
    fn a_missing_token_is_denied_and_an_unreachable_server_is_not_refused() {
        let denied = Rejection::new(ErrorReason::TokenInvalid, "no token").into_status();
        assert_eq!(Refusal::read(&denied).exit(), Exit::Denied);
        let away = Rejection::new(ErrorReason::ShuttingDown, "draining").into_status();
        assert_eq!(Refusal::read(&away).exit(), Exit::Unreachable);
    }

    #[test]
    fn every_field_violation_is_shown_once() {
        let status = Rejection::malformed("note", "is empty").violation("reason", "is missing").into_status();
        let shown = Refusal::read(&status).to_string();
        assert_eq!(shown.matches("is empty").count(), 1, "{shown}");
        assert_eq!(shown.matches("`reason`: is missing").count(), 1, "{shown}");
    }

    #[test]
    fn an_item_of_a_stream_reads_like_a_call() {
        let rejection = Rejection::new(ErrorReason::PayloadInvalid, "`/due` is not a date");
        let item = Refusal::of_item(&rejection.clone().into_rpc_status());
        assert_eq!(item, Refusal::read(&rejection.into_status()));
    }
}
