use std::error::Error;

use ledger_format::{Hash, approval, proof};
use tonic::Code;

use crate::ahead;

/// Why a permit permits nothing. Holds no payload text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Doubt {
    #[error("the permit's `{field}` is missing or not of its form: nothing was called")]
    Malformed { field: &'static str },
    #[error("the permit is for another workspace than `{expected}`, whose executor this is: nothing was called")]
    ForeignWorkspace { expected: String },
    #[error("the permit does not verify: nothing was called")]
    Approval(#[from] approval::Error),
    #[error("the permit does not verify: nothing was called")]
    Ahead(#[from] ahead::Error),
    #[error("the permit's idempotency key is not `{expected}`, which its approval asks for: nothing was called")]
    IdempotencyKeyDiffers { expected: String },
    #[error(
        "the permit's checkpoint has size `{found}`, one of size `{remembered}` was seen before: nothing was called"
    )]
    CheckpointShrank { found: u64, remembered: u64 },
    #[error("the log shows root `{found}` at size `{size}`, where it showed `{remembered}` before: nothing was called")]
    CheckpointForked { size: u64, found: Hash, remembered: Hash },
    #[error("the log is not proved to have grown from size `{from}` to `{to}`: nothing was called")]
    GrowthUnproved { from: u64, to: u64, source: proof::Error },
    #[error("the ledger's proof of growth is missing or not made of hashes: nothing was called")]
    ProofMalformed,
    #[error("the ledger refuses with `{code:?}` to prove its growth from size `{from}` to `{to}`: nothing was called")]
    GrowthRefused { from: u64, to: u64, code: Code },
    #[error("the ledger did not prove its growth before the claim's time was over: nothing was called")]
    LedgerSilent,
    #[error("the checkpoint could not be remembered: nothing was called")]
    MemoryFailed,
}

impl Doubt {
    /// Tells whether the same candidate may be claimed again by itself: what failed was help, not the permit.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::LedgerSilent | Self::MemoryFailed => true,
            // A ledger that does not know the size that the permit shows contradicts the permit.
            Self::GrowthRefused { code, .. } => !matches!(code, Code::OutOfRange | Code::InvalidArgument),
            Self::Malformed { .. }
            | Self::ForeignWorkspace { .. }
            | Self::Approval(_)
            | Self::Ahead(_)
            | Self::IdempotencyKeyDiffers { .. }
            | Self::CheckpointShrank { .. }
            | Self::CheckpointForked { .. }
            | Self::GrowthUnproved { .. }
            | Self::ProofMalformed => false,
        }
    }

    /// Says what did not verify, with every reason below it.
    pub(crate) fn whole_story(&self) -> String {
        let mut story = self.to_string();
        let mut source = self.source();
        while let Some(error) = source {
            story.push_str("; ");
            story.push_str(&error.to_string());
            source = error.source();
        }
        story
    }
}
