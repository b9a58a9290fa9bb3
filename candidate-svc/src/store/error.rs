use countersign_api::name::{CandidateName, DelegationName, StandingApprovalName};
use service_kit::group_commit::SubmitError;

use crate::{
    domain::{Refusal, RejectionMemory, RequestId},
    keyed_toml::KeyError,
};

/// Why the store could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database does not answer.
    #[error("the database does not answer")]
    Driver(#[from] sqlx::Error),
    /// A row does not read back as it was written.
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
}

/// Says that a row does not read back as it was written; it carries no value of the row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{column}` of `{table}` row `{row}` does not read back as written: {reason}; restore it from a backup or from the events"
)]
pub struct CorruptRow {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's key.
    pub row: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A rule says no.
    #[error(transparent)]
    Denied(#[from] Denial),
    /// The writer did not take the job, or stopped with it.
    #[error(transparent)]
    NotTaken(#[from] SubmitError),
}

/// Which rule says no. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    /// The domain refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such standing approval.
    #[error("there is no standing approval `{0}`; list those of its workspace")]
    NoStandingApproval(StandingApprovalName),
    /// There is no such candidate.
    #[error("there is no candidate `{0}`; list the candidates of its workspace")]
    NotFound(CandidateName),
    /// The request id stands for something else.
    #[error("request id `{0}` was used before with other content; choose a new one for a new request")]
    RequestIdReused(RequestId),
    /// What happened would not fit into a ledger entry.
    #[error(
        "the record of it would have `{bytes}` bytes, with what the service adds; `{max}` are allowed: shorten what it carries, its trigger included",
        max = ledger_format::CONTENT_MAX_BYTES
    )]
    EventTooLarge {
        /// How long the event's content would be.
        bytes: usize,
    },
    /// A proposal like it was rejected, and that is remembered.
    #[error(
        "`{}` was like it and was rejected as `{}`; that is remembered until `{}`: propose something else, or wait until then",
        .0.candidate, .0.reason.as_str(), .0.until
    )]
    RejectedBefore(RejectionMemory),
    /// There is no such delegation, or it has ended.
    #[error("there is no delegation `{0}` that has not ended; list the delegations of its workspace")]
    NoDelegation(DelegationName),
    /// The payload would put a policy in force that is none.
    #[error("the review policy is refused: {0}")]
    PolicyInvalid(KeyError),
    /// The workspace has no policy yet, and the one that it would begin with is none.
    #[error(
        "nothing can be proposed here before the policy that the workspace would begin with is mended and the server is restarted: {0}"
    )]
    FirstPolicyInvalid(KeyError),
    /// The row that the job is about is damaged.
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
}
