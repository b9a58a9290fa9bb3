//! What a signer does that is not the only one: several processes sign the logs of one database.
//!
//! L-2 holds because each of them signs only what the database holds, and the database holds one history: a checkpoint is stored only
//! on the one that its signer knew as the last. What a fence adds is the memory of a history that the database has lost. Each
//! process's fence therefore moves with every checkpoint that its process sees, whoever signed it: a database that was put back to
//! an older moment is found out by whichever of them has seen the newer one, and by all of them where they share a fence.

use std::{collections::HashMap, sync::Arc};

use super::{
    read_back::{Unsignable, hold_against_entries, root_at},
    recovery::verify_note,
    round::{Signer, Stop},
};
use crate::{
    log::{Halt, Head, Log, Published},
    store::read,
};

impl Signer {
    /// Takes over the last stored checkpoint where another process signed it: holds it against the entries, and notes it.
    pub(super) async fn take_over(&mut self, log: &Log) -> Result<(), Unsignable> {
        let last = read::last_checkpoint(&mut self.ledger.reader().await?.rows(), &log.workspace).await?;
        let signed = self.signed.entry(log.workspace.clone()).or_default();
        let known_size = signed.stored.size;
        let last_size = last.as_ref().map_or(0, |row| row.size);
        if last_size < known_size {
            return Err(Unsignable::Log(Halt::WentBack { size: last_size, known_size }));
        }
        let Some(row) = last.filter(|row| row.size > known_size) else { return Ok(()) };
        let unverified = Unsignable::Log(Halt::CheckpointUnverified { size: row.size });
        let Ok(checkpoint) = verify_note(&row.signed_note, self.key.known_keys(), log) else {
            return Err(unverified);
        };
        let head = Head { size: checkpoint.size(), root: checkpoint.root() };
        if head.size != row.size {
            return Err(unverified);
        }
        hold_against_entries(&self.ledger, &log.workspace, &mut signed.edge, head).await?;
        signed.stored = head;
        self.metrics.note_signed_size(&log.workspace, head.size);
        log.set_published(Arc::new(Published { checkpoint, signed_note: row.signed_note }));
        Ok(())
    }

    /// Looks where the fences of these logs stand, and holds each against the log: a fence that remembers another history halts it.
    ///
    /// Leaves those whose fence can be moved on. Where a fence is further already, somebody else is about to store that checkpoint; if
    /// they never do, its head is found unsigned later on.
    pub(super) async fn look_at_fences(&mut self, heads: &mut Vec<(Arc<Log>, Head)>) -> Result<(), Stop> {
        let fences: HashMap<String, Head> =
            self.fence.all().await?.into_iter().map(|fence| (fence.origin, fence.head)).collect();
        let mut left = Vec::with_capacity(heads.len());
        for (log, head) in heads.drain(..) {
            let fence = fences.get(&log.origin).copied();
            if let Some(fence) = fence
                && let Some(halt) = self.against_log(&log, fence).await?
            {
                log.set_halt(halt);
                continue;
            }
            self.signed.entry(log.workspace.clone()).or_default().fenced = fence;
            if fence.is_none_or(|fence| fence.size <= head.size) {
                left.push((log, head));
            }
        }
        *heads = left;
        Ok(())
    }

    /// Holds what a fence remembers against what is stored.
    async fn against_log(&self, log: &Log, fence: Head) -> Result<Option<Halt>, Stop> {
        let size = read::size(&mut self.ledger.reader().await?.rows(), &log.workspace).await?;
        if fence.size > size {
            return Ok(Some(Halt::BehindFence { size, fence_size: fence.size }));
        }
        let is_same = root_at(&self.ledger, &log.workspace, fence.size).await? == fence.root;
        Ok((!is_same).then_some(Halt::OffFence { fence_size: fence.size }))
    }
}
