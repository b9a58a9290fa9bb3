use std::{collections::HashMap, time::Duration};

use countersign_api::{
    error::v1::{ErrorReason, StateConflict},
    reason::ERROR_DOMAIN,
};
use prost::Message;
use prost_types::Any;
use tonic::Status;
use tonic_types::{BadRequest, ErrorInfo, FieldViolation, RetryInfo, pb};

use super::code_of;
use crate::group_commit::SubmitError;

/// A refusal in the making: what went wrong, and how the caller mends it.
///
/// The gRPC code follows from the reason. The message is for people: lower-case, values in backticks, no secret and no
/// payload. Programs read the reason and the metadata.
#[derive(Debug, Clone)]
#[must_use]
pub struct Rejection(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    reason: ErrorReason,
    message: String,
    metadata: HashMap<String, String>,
    violations: Vec<FieldViolation>,
    retry_after: Option<Duration>,
    conflict: Option<StateConflict>,
}

impl Rejection {
    /// Makes a refusal for this reason, with words for people.
    pub fn new(reason: ErrorReason, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            reason,
            message: message.into(),
            metadata: HashMap::new(),
            violations: Vec::new(),
            retry_after: None,
            conflict: None,
        }))
    }

    /// Makes the refusal of a request whose `field` is not of its form; more fields by [`Rejection::violation`].
    pub fn malformed(field: impl Into<String>, description: impl Into<String>) -> Self {
        let (field, description) = (field.into(), description.into());
        Self::new(ErrorReason::RequestMalformed, format!("`{field}`: {description}")).violation(field, description)
    }

    /// Adds a fact for programs to the `ErrorInfo`'s metadata; keys are lowerCamelCase.
    pub fn with(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.metadata.insert(key.into(), value.into());
        self
    }

    /// Adds a field violation to the `BadRequest` detail; `field` is a path such as `candidate.payload`.
    pub fn violation(mut self, field: impl Into<String>, description: impl Into<String>) -> Self {
        self.0.violations.push(FieldViolation::new(field, description));
        self
    }

    /// Says when the same call may succeed (`RetryInfo` detail).
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.0.retry_after = Some(delay);
        self
    }

    /// Adds the present state and what is allowed in it (`StateConflict` detail).
    pub fn conflict(mut self, conflict: StateConflict) -> Self {
        self.0.conflict = Some(conflict);
        self
    }

    /// Returns the reason.
    pub fn reason(&self) -> ErrorReason {
        self.0.reason
    }

    /// Returns the refusal as a `google.rpc.Status` message, as answers to single items of a stream or batch carry it.
    pub fn into_rpc_status(self) -> pb::Status {
        let parts = *self.0;
        let info = ErrorInfo::new(parts.reason.wire_name(), ERROR_DOMAIN, parts.metadata);
        let mut details = vec![any_of("google.rpc.ErrorInfo", &pb::ErrorInfo::from(info))];
        if !parts.violations.is_empty() {
            let violations = BadRequest::new(parts.violations);
            details.push(any_of("google.rpc.BadRequest", &pb::BadRequest::from(violations)));
        }
        if let Some(delay) = parts.retry_after {
            let retry = RetryInfo::new(Some(delay));
            details.push(any_of("google.rpc.RetryInfo", &pb::RetryInfo::from(retry)));
        }
        if let Some(conflict) = parts.conflict {
            details.push(any_of("countersign.error.v1.StateConflict", &conflict));
        }
        pb::Status { code: code_of(parts.reason).into(), message: parts.message, details }
    }

    /// Returns the refusal as the status that ends a call.
    pub fn into_status(self) -> Status {
        let status = self.into_rpc_status();
        let details = status.encode_to_vec().into();
        Status::with_details(status.code.into(), status.message, details)
    }
}

impl From<Rejection> for Status {
    fn from(rejection: Rejection) -> Self {
        rejection.into_status()
    }
}

impl From<SubmitError> for Rejection {
    fn from(error: SubmitError) -> Self {
        let message = error.to_string();
        match error {
            SubmitError::Full { retry_after } => Self::new(ErrorReason::QueueFull, message).retry_after(retry_after),
            SubmitError::Failed => Self::new(ErrorReason::StorageFailed, message),
            SubmitError::ShuttingDown => Self::new(ErrorReason::ShuttingDown, message),
        }
    }
}

fn any_of(type_name: &str, message: &impl Message) -> Any {
    Any { type_url: format!("type.googleapis.com/{type_name}"), value: message.encode_to_vec() }
}

#[cfg(test)]
mod tests {
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    #[test]
    fn a_refusal_carries_one_error_info_and_what_was_added() {
        let status = Rejection::new(ErrorReason::TransitionIllegal, "`approve` is not legal in `HELD`")
            .with("candidate", "workspaces/demo/candidates/1")
            .violation("etag", "is empty")
            .retry_after(Duration::from_millis(50))
            .conflict(StateConflict {
                state: "HELD".to_owned(),
                allowed_transitions: vec!["release".to_owned()],
                etag: "r3".to_owned(),
            })
            .into_status();

        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(status.message(), "`approve` is not legal in `HELD`");
        let details = status.get_error_details();
        let info = details.error_info().expect("an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("TRANSITION_ILLEGAL", "countersign"));
        assert_eq!(info.metadata["candidate"], "workspaces/demo/candidates/1");
        assert_eq!(details.bad_request().expect("a BadRequest").field_violations[0].field, "etag");
        assert_eq!(details.retry_info().expect("a RetryInfo").retry_delay, Some(Duration::from_millis(50)));

        let raw = pb::Status::decode(status.details()).expect("a google.rpc.Status");
        let conflict = raw.details.last().expect("a fourth detail");
        assert_eq!(conflict.type_url, "type.googleapis.com/countersign.error.v1.StateConflict");
        let conflict = StateConflict::decode(conflict.value.as_slice()).expect("a StateConflict");
        assert_eq!(conflict.allowed_transitions, ["release"]);
    }

    #[test]
    fn a_malformed_field_is_named_in_message_and_violation() {
        let status = Rejection::malformed("request_id", "is empty; choose 1 to 128 bytes").into_status();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "`request_id`: is empty; choose 1 to 128 bytes");
        let details = status.get_error_details();
        let violation = &details.bad_request().expect("a BadRequest").field_violations[0];
        assert_eq!(violation.field, "request_id");
    }

    #[test]
    fn a_full_queue_says_when_to_come_back() {
        let full = SubmitError::Full { retry_after: Duration::from_millis(50) };
        let status = Rejection::from(full).into_status();
        assert_eq!(status.code(), Code::ResourceExhausted);
        assert!(status.get_details_retry_info().is_some());
        assert_eq!(Rejection::from(SubmitError::Failed).into_status().code(), Code::Unavailable);
        assert_eq!(Rejection::from(SubmitError::ShuttingDown).reason(), ErrorReason::ShuttingDown);
    }
}
