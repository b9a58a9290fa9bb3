use std::sync::Arc;

use countersign_api::name::Workspace;
use ledger_format::Receipt;
use tokio::sync::OwnedSemaphorePermit;

use crate::{
    custody::{Act, CustodyRefusal},
    entry::{Conflict, NewEntry},
    log::{Halt, Log},
    store::CheckpointRow,
};

/// What is handed to the writer.
#[derive(Debug)]
pub(crate) enum Job {
    /// Entries to append, all or none, in this order.
    Append(Append),
    /// Something about contents: erased, held, held no more.
    Custody(Custody),
    /// Checkpoints that were signed and fenced.
    StoreCheckpoints(Vec<CheckpointRow>),
}

#[derive(Debug)]
pub(crate) struct Append {
    pub(super) log: Arc<Log>,
    pub(super) entries: Vec<NewEntry>,
    /// The bytes taken of the queue, given back once the answer is sent.
    #[expect(dead_code, reason = "it is held, not read")]
    pub(super) room: OwnedSemaphorePermit,
    /// Where the caller waits.
    pub(super) span: tracing::Span,
}

#[derive(Debug)]
pub(crate) struct Custody {
    pub(super) log: Arc<Log>,
    pub(super) act: Act,
}

/// What the writer answers after its commit.
#[derive(Debug)]
pub(crate) enum Answer {
    Appended(Result<Vec<Appended>, Refusal>),
    CheckpointsStored {
        /// Logs whose checkpoint was not stored: somebody else's was.
        superseded: Vec<Workspace>,
    },
    Custody(Result<Recorded, Refusal>),
}

/// What became of something about contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Where it stands.
    pub appended: Appended,
    /// How many entries have lost their content by it.
    pub erased_entries: u64,
}

/// What became of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Where it stands; the same for ever.
    pub receipt: Receipt,
    /// Whether it stood there before.
    pub replayed: bool,
}

/// Why the log takes none of a job's entries.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// L-5: a key came again with something else to say.
    #[error(transparent)]
    KeyReused(#[from] Conflict),
    /// The log is halted.
    #[error(transparent)]
    Halted(#[from] Halt),
    /// Contents are neither erased nor held.
    #[error(transparent)]
    Custody(#[from] CustodyRefusal),
}
