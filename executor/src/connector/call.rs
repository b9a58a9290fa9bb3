use std::fmt;

use countersign_api::name::Workspace;
use jiff::Timestamp;
use ledger_format::PayloadDigest;

use crate::permit::VerifiedPermit;

/// One call to a target system, made from a permit that verified. It has no public constructor: whoever holds one may act.
///
/// `Debug` never shows the payload.
#[derive(Clone)]
pub struct Call {
    permit: VerifiedPermit,
    deadline_at: Timestamp,
}

impl Call {
    pub(crate) fn new(permit: VerifiedPermit, deadline_at: Timestamp) -> Self {
        let claimed = permit.claim.candidate.to_string();
        assert_eq!(permit.approval.candidate(), claimed, "C-1: a call is made for the candidate that was approved");
        Self { permit, deadline_at }
    }

    /// Returns the operation to perform.
    pub fn operation(&self) -> &str {
        &self.permit.operation
    }

    /// Returns the payload, canonical JSON: exactly the bytes that were approved.
    pub fn payload(&self) -> &str {
        self.permit.approval.payload()
    }

    /// Returns the digest of the payload that was approved.
    pub fn payload_digest(&self) -> PayloadDigest {
        self.permit.approval.digest()
    }

    /// Returns the key to send along, shared by all attempts under one approval.
    pub fn idempotency_key(&self) -> &str {
        &self.permit.idempotency_key
    }

    /// Returns the resource name of the approved candidate.
    pub fn candidate(&self) -> &str {
        self.permit.approval.candidate()
    }

    /// Returns the candidate's workspace: a connector keeps what it does for one apart from the others.
    pub fn workspace(&self) -> &Workspace {
        &self.permit.claim.candidate.workspace
    }

    /// Returns the moment after which the answer is no longer awaited and the outcome counts as unknown.
    pub fn deadline_at(&self) -> Timestamp {
        self.deadline_at
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation())
            .field("candidate", &self.candidate())
            .field("idempotency_key", &self.idempotency_key())
            .finish_non_exhaustive()
    }
}
