use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, Frontier, Leaf, SignedCheckpoint, VerifyingKeys, checkpoint, note};

use super::round::SignedLog;
use crate::{
    appender::LogEnd,
    log::{Halt, Head, Log, Logs, Published, RightEdge},
    metrics::LedgerMetrics,
    store::{
        self, CheckpointRow, LedgerStore, Reader,
        fence::{Fence, FenceStore},
        read, tree,
    },
};

/// What both writers go on from.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(crate) ends: HashMap<Workspace, LogEnd>,
    pub(crate) signed: HashMap<Workspace, SignedLog>,
}

/// Why the service can not start at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecoveryError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the fence store knows the log `{origin}`, which this origin prefix does not name")]
    UnknownOrigin { origin: String },
    #[error("the last checkpoint of `{origin}` is signed by another key")]
    OtherKey { origin: String },
}

/// Brings every log's entries, checkpoints and fence together; a log where they disagree is halted, the others go on.
///
/// Entries that no checkpoint covers yet are noted for the publisher. Where no log at all was signed by this key and one was by another,
/// it is the key that is wrong.
pub(crate) async fn recover(
    ledger: &LedgerStore,
    fence: &FenceStore,
    keys: &VerifyingKeys,
    logs: &Logs,
    metrics: &LedgerMetrics,
) -> Result<Recovered, RecoveryError> {
    let mut fences = HashMap::new();
    for fence in fence.all().await? {
        let unknown = || RecoveryError::UnknownOrigin { origin: fence.origin.clone() };
        fences.insert(logs.origins().workspace_of(&fence.origin).ok_or_else(unknown)?, fence);
    }
    let workspaces: BTreeSet<Workspace> =
        ledger.workspaces().await?.into_iter().chain(fences.keys().cloned()).collect();
    let mut recovered = Recovered::default();
    let mut signed_by_another = None;
    for workspace in workspaces {
        let log = logs.of(&workspace);
        let mut recovery = Recovery { ledger, reader: ledger.reader().await?, keys, log: &log };
        let size = read::size(&mut recovery.reader.rows(), &workspace).await?;
        log.set_size(size);
        metrics.note_size(&workspace, size);
        match recovery.log(size, fences.get(&workspace)).await {
            Ok((end, signed)) => {
                metrics.note_signed_size(&workspace, signed.stored.size);
                if signed.fenced == Some(signed.stored) {
                    fence.mark_stored(&[log.origin.as_str()]).await?;
                }
                if signed.stored.size > 0 {
                    logs.note_published(&log);
                }
                if end.edge.size() > signed.stored.size {
                    logs.note_committed(&log, end.edge.head());
                }
                recovered.ends.insert(workspace.clone(), end);
                recovered.signed.insert(workspace, signed);
            }
            Err(Unfit::Halted(halt)) => log.set_halt(halt),
            Err(Unfit::OtherKey { size }) => {
                signed_by_another.get_or_insert_with(|| log.origin.clone());
                log.set_halt(Halt::CheckpointUnverified { size });
            }
            Err(Unfit::Store(error)) if error.is_of_rows() => {
                tracing::error!(workspace = workspace.id(), error = %error, "a log does not read back");
                log.set_halt(Halt::StorageFailed);
            }
            Err(Unfit::Store(error)) => return Err(error.into()),
        }
    }
    match signed_by_another {
        Some(origin) if recovered.signed.values().all(|signed| signed.stored == Head::empty()) => {
            Err(RecoveryError::OtherKey { origin })
        }
        Some(_) | None => Ok(recovered),
    }
}

/// Why a log must not be written to.
enum Unfit {
    Halted(Halt),
    OtherKey { size: u64 },
    Store(store::Error),
}

struct Recovery<'a> {
    ledger: &'a LedgerStore,
    reader: Reader,
    keys: &'a VerifyingKeys,
    log: &'a Log,
}

impl Recovery<'_> {
    async fn log(&mut self, size: u64, fence: Option<&Fence>) -> Result<(LogEnd, SignedLog), Unfit> {
        let last = read::last_checkpoint(&mut self.reader.rows(), &self.log.workspace).await?;
        let stored_size = last.as_ref().map_or(0, |row| row.size);
        // A cut log first, by who remembers most: the fence. Then everything is within the log, and roots can be compared.
        let fence_size = fence.map_or(0, |fence| fence.head.size);
        // Where others sign as well, a fence of one's own is behind what they signed meanwhile; what it remembers is held against the
        // log below all the same, and it moves on with the first checkpoint that follows.
        let least_fence_size = if self.ledger.shared().is_some() { 0 } else { stored_size };
        check_sizes(size, stored_size, fence_size, least_fence_size)?;

        let edge = self.edge_at(size).await?;
        let signed_edge = self.edge_at(stored_size).await?;
        if let Some(row) = last {
            self.log.set_published(Arc::new(self.verify(row, signed_edge.head())?));
        }
        if let Some(fence) = fence
            && self.root_differs(size, fence.head).await?
        {
            return Err(Unfit::Halted(Halt::OffFence { fence_size: fence.head.size }));
        }
        let last_appended_at_us = self.last_appended_at_us(size).await?;
        let stored = signed_edge.head();
        let signed = SignedLog { edge: signed_edge, fenced: fence.map(|fence| fence.head), stored };
        Ok((LogEnd { edge, last_appended_at_us }, signed))
    }

    async fn edge_at(&mut self, size: u64) -> Result<RightEdge, store::Error> {
        let roots = self.ledger.tile_roots();
        let tiles = tree::partial_tiles(&mut self.reader.rows(), roots, &self.log.workspace, size).await?;
        Ok(RightEdge::from_partial_tiles(size, &tiles))
    }

    async fn root_differs(&mut self, size: u64, head: Head) -> Result<bool, store::Error> {
        let edge = Frontier::right_edge(head.size);
        let roots = self.ledger.tile_roots();
        let hashes = tree::tree_hashes(&mut self.reader.rows(), roots, &self.log.workspace, size, edge).await?;
        let frontier = Frontier::load(head.size, &hashes).expect("invariant: every hash of the edge was read ahead");
        Ok(frontier.root() != head.root)
    }

    async fn last_appended_at_us(&mut self, size: u64) -> Result<i64, store::Error> {
        let Some(last) = size.checked_sub(1) else { return Ok(i64::MIN) };
        let leaf = read::leaf_of(&mut self.reader.rows(), &self.log.workspace, last).await?;
        let row = || format!("{}/{last}", self.log.workspace.id());
        let corrupt = |_| store::Error::CorruptRow { table: "entries", column: "leaf", row: row() };
        Ok(Leaf::decode(&leaf).map_err(corrupt)?.appended_at_us)
    }

    fn verify(&self, row: CheckpointRow, head: Head) -> Result<Published, Unfit> {
        let unverified = Unfit::Halted(Halt::CheckpointUnverified { size: row.size });
        match verify_note(&row.signed_note, self.keys, self.log) {
            Ok(checkpoint) if checkpoint.size() == head.size && checkpoint.root() == head.root => {
                Ok(Published { checkpoint, signed_note: row.signed_note })
            }
            Ok(_) => Err(unverified),
            Err(checkpoint::Error::Note(note::Error::NotSigned { .. })) => Err(Unfit::OtherKey { size: row.size }),
            Err(error) => {
                tracing::error!(workspace = self.log.workspace.id(), error = %error, "a stored checkpoint is refused");
                Err(unverified)
            }
        }
    }
}

/// Reads a checkpoint of a log off its note, if one of these keys signed it.
pub(crate) fn verify_note(signed_note: &str, keys: &VerifyingKeys, log: &Log) -> Result<Checkpoint, checkpoint::Error> {
    SignedCheckpoint::parse(signed_note).and_then(|signed| signed.verify(&log.keys_of(keys), &log.origin).cloned())
}

fn check_sizes(size: u64, checkpoint_size: u64, fence_size: u64, least_fence_size: u64) -> Result<(), Unfit> {
    if fence_size < least_fence_size {
        return Err(Unfit::Halted(Halt::FenceBehind { checkpoint_size, fence_size }));
    }
    if size < fence_size {
        return Err(Unfit::Halted(Halt::BehindFence { size, fence_size }));
    }
    Ok(())
}

impl From<store::Error> for Unfit {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
