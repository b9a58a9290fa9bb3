//! Looks for the row that was found to be missing: it may stand under another workspace, index or size.

use countersign_api::name::Workspace;
use ledger_format::{Leaf, verify::What as LogWhat};

use super::{
    Extent, Finding, Reach, What,
    place::{CHECKPOINTS, ENTRIES},
    typed::Typed,
};
use crate::store::raw::{RawFile, StrayCheckpoint, Value};

/// The log that a row is missing from.
pub(super) struct Astray<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) origin: &'a str,
    /// Entries that the fence store remembers.
    pub(super) fenced_size: u64,
}

impl Astray<'_> {
    /// Names the row and the column that was changed, where a finding says that a row is missing and it is there under another key.
    ///
    /// What a search that fails would have added is not worth the finding itself.
    pub(super) async fn trace(&self, found: Finding, ledger: &mut RawFile) -> Finding {
        let traced = match *found.what {
            What::IndexNotDense { expected, found: index } if index < signed(expected) => {
                return self.doubled(found, index, ledger).await;
            }
            What::IndexNotDense { .. } | What::LogBehindFence { .. } | What::Log(LogWhat::SizeDiffers { .. }) => {
                self.entry(ledger, found.first_index()).await
            }
            What::CheckpointMissing { fence_size } => self.checkpoint(ledger, fence_size, &found).await,
            What::CheckpointChainBroken { found: size, .. } => {
                self.checkpoint(ledger, size.unsigned_abs(), &found).await
            }
            _ => Ok(None),
        };
        traced.ok().flatten().unwrap_or(found)
    }

    /// Reaches to the index that an entry left to stand at an index of another: one of the two there belongs to it.
    async fn doubled(&self, mut found: Finding, index: i64, ledger: &mut RawFile) -> Finding {
        let gap = ledger.first_gap(self.workspace).await.ok().flatten();
        let Some(gap) = gap.and_then(|gap| u64::try_from(gap).ok()).filter(|gap| *gap < self.fenced_size) else {
            return found;
        };
        let first = u64::try_from(index).unwrap_or(gap);
        found.place.reach = Reach::Log(Extent::span(self.workspace.id(), first, gap + 1));
        found
    }

    /// Looks for the entry at an index under another workspace: its leaf names the log that it is of.
    async fn entry(&self, ledger: &mut RawFile, index: u64) -> Result<Option<Finding>, sqlx::Error> {
        let elsewhere = ledger.entries_elsewhere(self.workspace, signed(index)).await?;
        let is_ours = |leaf: &Value| {
            let Value::Blob(leaf) = leaf else { return false };
            Leaf::decode(leaf).is_ok_and(|leaf| leaf.origin == self.origin)
        };
        let stray = elsewhere.into_iter().find(|stray| is_ours(&stray.leaf));
        Ok(stray.map(|stray| {
            let found = stray.workspace.to_string();
            let row = format!("workspace = '{found}' AND entry_index = {index}");
            let fault = Typed::new(ENTRIES, "workspace").fault(What::RowElsewhere { found });
            fault.in_row(|| row).at(Extent::span(self.workspace.id(), index, index + 1))
        }))
    }

    /// Looks for the checkpoint of a size under another workspace or size: its note names both.
    async fn checkpoint(
        &self,
        ledger: &mut RawFile,
        size: u64,
        found: &Finding,
    ) -> Result<Option<Finding>, sqlx::Error> {
        let saying = ledger.checkpoints_saying(&format!("{}\n{size}\n", self.origin)).await?;
        let changed_column = |stray: &StrayCheckpoint| {
            let is_of_log = stray.workspace == Value::Text(self.workspace.id().as_bytes().to_vec());
            let is_of_size = stray.size == Value::Integer(signed(size));
            match (is_of_log, is_of_size) {
                (false, true) => Some(("workspace", stray.workspace.to_string())),
                (true, false) => Some(("size", stray.size.to_string())),
                (true, true) | (false, false) => None,
            }
        };
        let stray = saying.iter().find_map(|stray| changed_column(stray).map(|changed| (stray, changed)));
        Ok(stray.map(|(stray, (column, value))| {
            let fault = Typed::new(CHECKPOINTS, column).fault(What::RowElsewhere { found: value });
            let fault = fault.in_row(|| format!("workspace = '{}' AND size = {}", stray.workspace, stray.size));
            fault.at(Extent::span(self.workspace.id(), found.first_index(), size))
        }))
    }
}

/// Turns a number into SQLite's; none that is stored is larger.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
