//! What the ledger needs to know before it can be built.

use std::{path::PathBuf, sync::Arc};

use service_kit::{access::Pseudonyms, group_commit};

use crate::{
    custody::ErasureSteps,
    limits::{QUEUE_LEAST_BYTES, QUEUE_MAX_BYTES},
    signing::CheckpointSigner,
    store::LedgerPlace,
    witness::WitnessConfig,
};

/// Where the ledger keeps its rows, and with which key it signs.
#[derive(Debug)]
pub struct LedgerConfig {
    /// Where entries, tiles and checkpoints are, and the keys of contents.
    pub place: LedgerPlace,
    /// The fence store, a file of this process alone; must never be restored or deleted on its own.
    pub fence_path: PathBuf,
    /// Who signs checkpoints; the name of its keys is the origin prefix.
    pub signer: CheckpointSigner,
    /// What stands before `/workspaces/{id}` in the origin of every log.
    pub origin_prefix: String,
    /// Which witnesses cosign the log of logs; none where nobody is asked.
    pub witnesses: Option<WitnessConfig>,
    /// Bounds of what waits for its commit.
    pub queue: QueueLimits,
    /// Names those who erase and hold in leaves.
    pub pseudonyms: Pseudonyms,
    /// Hears how far erasures are.
    pub erasure_steps: Arc<dyn ErasureSteps>,
}

/// How much may wait for its commit before callers wait or are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// The most jobs that wait; a batch is one job, a streamed entry another.
    pub jobs_max: usize,
    /// The most jobs that share one commit.
    pub commit_jobs_max: usize,
    /// The most bytes of entries that wait, at least [`QUEUE_LEAST_BYTES`].
    pub bytes_max: usize,
}

impl QueueLimits {
    /// Returns the limits with every bound at least what makes the service work at all.
    pub(crate) fn at_least_working(self) -> Self {
        Self {
            jobs_max: self.jobs_max.max(1),
            commit_jobs_max: self.commit_jobs_max.max(1),
            bytes_max: self.bytes_max.max(QUEUE_LEAST_BYTES),
        }
    }
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self { jobs_max: group_commit::QUEUE_MAX, commit_jobs_max: group_commit::BATCH_MAX, bytes_max: QUEUE_MAX_BYTES }
    }
}
