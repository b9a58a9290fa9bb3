use std::collections::VecDeque;

use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, SignedCheckpoint, VerifyingKey};

use super::{Finding, What, typed::Typed};
use crate::store::raw::{RawCheckpoint, RawFile};

const TABLE: &str = "checkpoints";

/// Checkpoints read at a time; at least the entries of a page, so that all that end within one are at hand.
const PAGE_CHECKPOINTS: u32 = 512;

/// Lines of a stored note: origin, size, root, a blank one, one signature.
const NOTE_LINES: usize = 5;

/// Reads the checkpoints of one log in the order of their sizes, and checks what each says of itself.
pub(super) struct CheckpointPass<'a> {
    workspace: &'a Workspace,
    origin: &'a str,
    key: &'a VerifyingKey,
    waiting: VecDeque<RawCheckpoint>,
    /// Where the next page begins.
    after_size: Option<i64>,
    is_read_out: bool,
    /// How many rows were taken.
    pub(super) taken: u64,
    /// Size of the last checkpoint taken, 0 before the first.
    pub(super) last_size: u64,
    /// Size of the one before it.
    pub(super) previous_size: u64,
}

impl<'a> CheckpointPass<'a> {
    pub(super) fn new(workspace: &'a Workspace, origin: &'a str, key: &'a VerifyingKey) -> Self {
        Self {
            workspace,
            origin,
            key,
            waiting: VecDeque::new(),
            after_size: None,
            is_read_out: false,
            taken: 0,
            last_size: 0,
            previous_size: 0,
        }
    }

    /// Reads ahead, so that the next [`PAGE_CHECKPOINTS`] are at hand.
    pub(super) async fn read_ahead(&mut self, ledger: &mut RawFile) -> Result<(), sqlx::Error> {
        let enough = PAGE_CHECKPOINTS as usize;
        while self.waiting.len() < enough && !self.is_read_out {
            let page = ledger.checkpoints(self.workspace, self.after_size, PAGE_CHECKPOINTS).await?;
            let last = page.last().and_then(|row| Typed::new(TABLE, "size").number(&row.size).ok());
            // A size that is no number ends the reading: taking the row is a finding.
            self.is_read_out = page.len() < enough || last.is_none();
            self.after_size = last.or(self.after_size);
            self.waiting.extend(page);
        }
        Ok(())
    }

    /// Takes the next checkpoint if it covers at most `size` entries; `u64::MAX` takes any.
    pub(super) fn take(&mut self, size: u64) -> Result<Option<Checkpoint>, Finding> {
        let Some(row) = self.waiting.front() else { return Ok(None) };
        let column = Typed::new(TABLE, "size").count(&row.size)?;
        if column > size {
            return Ok(None);
        }
        let checkpoint = self.check(row, column)?;
        self.waiting.pop_front();
        self.taken += 1;
        self.previous_size = std::mem::replace(&mut self.last_size, column);
        Ok(Some(checkpoint))
    }

    fn check(&self, row: &RawCheckpoint, column: u64) -> Result<Checkpoint, Finding> {
        let size = Typed::new(TABLE, "size");
        if column <= self.last_size {
            return Err(size.finding(What::CheckpointDoubled));
        }
        let note = Typed::new(TABLE, "signed_note");
        let text = note.text(&row.signed_note)?;
        let refused = |error| note.finding(What::CheckpointRefused(error));
        let signed = SignedCheckpoint::parse(text).map_err(refused)?;
        let checkpoint = signed.verify(self.key, self.origin).map_err(refused)?;
        if text.matches('\n').count() != NOTE_LINES {
            return Err(note.finding(What::CheckpointExtended));
        }
        if checkpoint.size() != column {
            return Err(size.finding(What::CheckpointSizeDiffers { column, signed: checkpoint.size() }));
        }
        let previous = Typed::new(TABLE, "previous_size");
        let found = previous.number(&row.previous_size)?;
        if u64::try_from(found) != Ok(self.last_size) {
            return Err(previous.finding(What::CheckpointChainBroken { expected: self.last_size, found }));
        }
        Ok(checkpoint.clone())
    }
}
