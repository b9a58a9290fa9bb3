use std::collections::VecDeque;

use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, SignedCheckpoint, VerifyingKeys};

use super::{
    Extent, Finding, What,
    fault::Fault,
    place::{CHECKPOINTS, Table},
    typed::Typed,
};
use crate::{
    log::Head,
    store::raw::{RawCheckpoint, RawFile, Value},
};

const TABLE: Table = CHECKPOINTS;

/// Checkpoints read at a time; at least the entries of a page, so that all that end within one are at hand.
const PAGE_CHECKPOINTS: u32 = 512;

/// Lines of a stored note before its signatures: origin, size, root, a blank one.
const NOTE_LINES: usize = 4;

/// Reads the checkpoints of one log in the order of their sizes, and checks what each says of itself.
pub(super) struct CheckpointPass<'a> {
    workspace: &'a Workspace,
    origin: &'a str,
    keys: &'a VerifyingKeys,
    waiting: VecDeque<RawCheckpoint>,
    /// Where the next page begins.
    after_size: Option<i64>,
    is_read_out: bool,
    /// How many rows were taken.
    pub(super) taken: u64,
    /// The last checkpoint taken, that of nothing before the first.
    pub(super) last: Head,
    /// The one before it.
    pub(super) previous: Head,
}

impl<'a> CheckpointPass<'a> {
    pub(super) fn new(workspace: &'a Workspace, origin: &'a str, keys: &'a VerifyingKeys) -> Self {
        Self {
            workspace,
            origin,
            keys,
            waiting: VecDeque::new(),
            after_size: None,
            is_read_out: false,
            taken: 0,
            last: Head::empty(),
            previous: Head::empty(),
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
        let column = Typed::new(TABLE, "size").count(&row.size);
        if column.as_ref().is_ok_and(|column| *column > size) {
            return Ok(None);
        }
        let checkpoint = self.check(row, column).map_err(|fault| {
            let fault = fault.in_row(|| format!("workspace = '{}' AND size = {}", self.workspace.id(), row.size));
            fault.at(self.extent(row))
        })?;
        let head = Head { size: checkpoint.size(), root: checkpoint.root() };
        self.waiting.pop_front();
        self.taken += 1;
        self.previous = std::mem::replace(&mut self.last, head);
        Ok(Some(checkpoint))
    }

    fn signed(&self, note: &Value) -> Result<Checkpoint, Fault> {
        let note_column = Typed::new(TABLE, "signed_note");
        let text = note_column.text(note)?;
        let refused = |error| note_column.fault(What::CheckpointRefused(error));
        let signed = SignedCheckpoint::parse(text).map_err(refused)?;
        let checkpoint = signed.verify(self.keys, self.origin).cloned().map_err(refused)?;
        // A line by a key that is not pinned could say anything: a changed byte of it would go unseen.
        let lines = signed.signatures();
        let is_pinned = lines.iter().all(|line| self.keys.iter().any(|key| line.is_by(key)));
        // The same line twice is none of ours either: a key signs once.
        let is_once = self.keys.iter().all(|key| lines.iter().filter(|line| line.is_by(key)).count() <= 1);
        if is_pinned && is_once && text.matches('\n').count() == NOTE_LINES + lines.len() {
            Ok(checkpoint)
        } else {
            Err(note_column.fault(What::CheckpointExtended))
        }
    }

    fn check(&self, row: &RawCheckpoint, column: Result<u64, Fault>) -> Result<Checkpoint, Fault> {
        let size = Typed::new(TABLE, "size");
        let column = column?;
        let checkpoint = self.signed(&row.signed_note)?;
        if checkpoint.size() != column {
            return Err(size.fault(What::CheckpointSizeDiffers { column, signed: checkpoint.size() }));
        }
        if column <= self.last.size {
            return Err(size.fault(What::CheckpointDoubled));
        }
        let previous = Typed::new(TABLE, "previous_size");
        let found = previous.number(&row.previous_size)?;
        if u64::try_from(found) != Ok(self.last.size) {
            return Err(previous.fault(What::CheckpointChainBroken { expected: self.last.size, found }));
        }
        Ok(checkpoint)
    }

    /// Returns the entries that a row stands for: up to the size that was signed, from the checkpoint before it.
    fn extent(&self, row: &RawCheckpoint) -> Extent {
        let count = |value| Typed::new(TABLE, "size").count(value).ok();
        let column = count(&row.size);
        let signed = self.signed(&row.signed_note).ok().map(|checkpoint| checkpoint.size());
        let end = signed.or(column).unwrap_or(self.last.size + 1);
        // Only a row that stands where it belongs follows on the one before it.
        let is_in_place = column == Some(end) && end > self.last.size;
        let first = if is_in_place { Some(self.last.size) } else { count(&row.previous_size) };
        Extent::span(self.workspace.id(), first.filter(|first| *first < end).unwrap_or(0), end)
    }
}
