use countersign_api::candidate::v1::{
    ExecutionResult, ExternalReference, Failure, FailureClass, FieldChange, report_outcome_request,
};

use crate::{
    connector::{Change, Done, Failed, Reference, RefusalClass},
    doubt::Doubt,
    permit::from_timestamp,
};

/// The most bytes of a message that goes into the record.
pub(crate) const MESSAGE_MAX_BYTES: usize = 1024;

/// How an attempt ended, as it is reported.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome {
    /// It was done.
    Succeeded { system: &'static str, done: Done },
    /// It was not done: the system, where one was asked, said so.
    Failed { class: FailureClass, message: String, retry_safe: bool, system: Option<&'static str> },
    /// Nobody knows.
    Unknown { message: String },
}

impl Outcome {
    /// What a permit that does not verify leads to.
    pub(crate) fn of_doubt(doubt: &Doubt, reissued: bool) -> Self {
        Self::not_called(FailureClass::PermitRefused, doubt.whole_story(), doubt.is_passing(), reissued)
    }

    /// What a permit leads to when this run of the executor has called nothing.
    ///
    /// A reissued permit was held before: whether it was acted on then is not known here (C-4).
    pub(crate) fn not_called(class: FailureClass, message: String, retry_safe: bool, reissued: bool) -> Self {
        if reissued {
            let message = format!("this permit was issued before, what became of it then is not known; {message}");
            return Self::Unknown { message };
        }
        Self::Failed { class, message, retry_safe, system: None }
    }

    /// What a connector's answer leads to.
    pub(crate) fn of_answer(system: &'static str, answer: Result<Done, Failed>) -> Self {
        match answer {
            Ok(done) => Self::Succeeded { system, done },
            Err(Failed::Refused { class, message, retry_safe }) => {
                Self::Failed { class: class.into(), message, retry_safe, system: Some(system) }
            }
            Err(Failed::Unknown { message }) => Self::Unknown { message },
        }
    }

    /// Returns the outcome as the contract has it.
    pub(crate) fn into_request(self) -> report_outcome_request::Outcome {
        match self {
            Self::Succeeded { system, done } => report_outcome_request::Outcome::Succeeded(ExecutionResult {
                references: done.references.into_iter().map(|made| reference(system, made)).collect(),
                changes: done.changes.into_iter().map(change).collect(),
                execute_time: Some(from_timestamp(done.done_at)),
            }),
            Self::Failed { class, message, retry_safe, system } => report_outcome_request::Outcome::Failed(Failure {
                class: class.into(),
                message: shortened(message),
                retry_safe,
                system: system.unwrap_or_default().to_owned(),
            }),
            Self::Unknown { message } => report_outcome_request::Outcome::Unknown(shortened(message)),
        }
    }
}

impl From<RefusalClass> for FailureClass {
    fn from(class: RefusalClass) -> Self {
        match class {
            RefusalClass::Invalid => Self::Invalid,
            RefusalClass::Precondition => Self::Precondition,
            RefusalClass::NotFound => Self::NotFound,
            RefusalClass::Permission => Self::Permission,
            RefusalClass::Unavailable => Self::Unavailable,
            RefusalClass::Other => Self::Other,
        }
    }
}

fn reference(system: &str, reference: Reference) -> ExternalReference {
    ExternalReference {
        system: system.to_owned(),
        object_type: reference.object_type,
        id: reference.id,
        link: reference.link.unwrap_or_default(),
    }
}

fn change(change: Change) -> FieldChange {
    FieldChange { field: change.field, before: change.before.unwrap_or_default(), after: change.after }
}

fn shortened(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(MESSAGE_MAX_BYTES));
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_at_a_character_and_only_above_the_limit() {
        for (length, kept) in [(1023, 1023), (1024, 1024), (1025, 1024)] {
            assert_eq!(shortened("x".repeat(length)).len(), kept);
        }
        assert_eq!(shortened("ü".repeat(600)).len(), 1024);
        assert_eq!(shortened(format!("x{}", "ü".repeat(600))).len(), 1023);
    }

    #[test]
    fn a_reissued_permit_never_claims_that_nothing_was_done() {
        let fresh = Outcome::of_doubt(&Doubt::LedgerSilent, false);
        assert!(matches!(fresh, Outcome::Failed { class: FailureClass::PermitRefused, retry_safe: true, .. }));
        assert!(matches!(Outcome::of_doubt(&Doubt::LedgerSilent, true), Outcome::Unknown { .. }));
    }
}
