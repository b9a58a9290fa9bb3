use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::{RejectCandidateRequest, RejectionReason};

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate reject 6d1f6c7a9a55 --reason duplicate --note 'Anna called them yesterday'";

/// Refuses, with a reason for counting and words for people.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Reject {
    #[command(flatten)]
    decision: Decision,
    /// Why, for counting.
    #[arg(long, value_enum)]
    reason: Reason,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    note: String,
}

/// Why a person refuses.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reason {
    /// The reading is wrong.
    WrongReading,
    /// About the wrong record.
    WrongRecord,
    /// Already done, or proposed elsewhere.
    Duplicate,
    /// Right, but not worth doing.
    NotWorthIt,
    /// Right, but at the wrong time.
    BadTiming,
    /// Against a rule of the house.
    AgainstPolicy,
    /// Too little to decide on.
    InsufficientEvidence,
    /// Something else; the words say what.
    Other,
}

impl Reject {
    /// Rejects it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, reason, note } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request = RejectCandidateRequest { name, request_id, etag, reason: reason.to_wire().into(), note };
                Ok(session.review().reject_candidate(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl Reason {
    /// Returns the reason as the contract has it.
    pub const fn to_wire(self) -> RejectionReason {
        match self {
            Self::WrongReading => RejectionReason::WrongReading,
            Self::WrongRecord => RejectionReason::WrongRecord,
            Self::Duplicate => RejectionReason::Duplicate,
            Self::NotWorthIt => RejectionReason::NotWorthIt,
            Self::BadTiming => RejectionReason::BadTiming,
            Self::AgainstPolicy => RejectionReason::AgainstPolicy,
            Self::InsufficientEvidence => RejectionReason::InsufficientEvidence,
            Self::Other => RejectionReason::Other,
        }
    }
}
