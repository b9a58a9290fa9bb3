use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::Workspace;
use ledger_format::Hash;

use super::{
    Extent, Finding, What,
    fault::Fault,
    place::{CHECKPOINTS, ENTRIES, FENCES, row_of_checkpoint, row_of_entry},
    typed::Typed,
};
use crate::{
    log::Head,
    origin::Origins,
    store::raw::{RawFence, Value},
};

/// What the fence store said before and after the ledger's moment.
#[derive(Debug)]
pub(super) struct FencePass {
    before: Fences,
    after: Fences,
    signed_by: SignedBy,
}

/// Who signs the logs that a fence store remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SignedBy {
    /// The process whose fence store it is.
    One,
    /// Others as well, each with a fence store of its own: what they signed while this process was away it has not seen yet.
    Several,
}

/// How a log ended, to be held against its fence.
pub(super) struct LogTail {
    /// All entries.
    pub(super) head: Head,
    /// The last stored checkpoint, that of nothing when there is none.
    pub(super) checkpoint: Head,
    /// The one before it.
    pub(super) previous: Head,
}

/// The rows of a fence store that can be read, and what is wrong with the others.
#[derive(Debug, Default)]
struct Fences {
    by_workspace: BTreeMap<Workspace, Result<Fence, Fault>>,
    of_no_log: Option<Fault>,
}

/// What is remembered of one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fence {
    head: Head,
    stored_root: Hash,
}

impl FencePass {
    pub(super) fn new(origins: &Origins, before: &[RawFence], after: &[RawFence], signed_by: SignedBy) -> Self {
        Self { before: Fences::read(origins, before), after: Fences::read(origins, after), signed_by }
    }

    /// Lists the workspaces that have a row.
    pub(super) fn workspaces(&self) -> BTreeSet<Workspace> {
        self.before.by_workspace.keys().cloned().collect()
    }

    pub(super) fn knows(&self, workspace: &Workspace) -> bool {
        self.before.by_workspace.contains_key(workspace) || self.after.by_workspace.contains_key(workspace)
    }

    /// Returns the sizes and roots that are remembered of a log.
    pub(super) fn heads(&self, workspace: &Workspace) -> Vec<Head> {
        [&self.before, &self.after].into_iter().filter_map(|fences| Some(fences.of(workspace)?.head)).collect()
    }

    /// Finds a row that says nothing of any log.
    pub(super) fn check_strangers(&self) -> Result<(), Fault> {
        let stranger = self.before.of_no_log.as_ref().or(self.after.of_no_log.as_ref());
        stranger.map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// Finds a log to have another root at `size` than is remembered.
    pub(super) fn denial(workspace: &Workspace, origin: &str, confirmed: u64, size: u64) -> Finding {
        // Where a checkpoint vouches for what the fence denies, one of the two is false, and nothing says since when.
        let first = if confirmed == size { 0 } else { confirmed };
        let fault = of_fence(origin, Some("root"), What::FenceRootDiffers { fence_size: size });
        fault.at(Extent::span(workspace.id(), first, size))
    }

    /// Holds the end of a log against what is remembered of it. Roots were compared on the way.
    pub(super) fn check(&self, workspace: &Workspace, origin: &str, tail: &LogTail) -> Result<(), Finding> {
        self.check_size(workspace, origin, tail)?;
        let (before, after) = (self.before.of(workspace), self.after.of(workspace));
        if let Some(before) = before
            && tail.head.size < before.head.size
        {
            let (size, fence_size) = (tail.head.size, before.head.size);
            let fault = Fault::of_table(ENTRIES, What::LogBehindFence { size, fence_size });
            let fault = fault.in_row(|| row_of_entry(workspace.id(), size));
            return Err(fault.at(Extent::span(workspace.id(), size, fence_size)));
        }
        let size_of = |fence: Option<Fence>| fence.map_or(0, |fence| fence.head.size);
        let must_know = match self.signed_by {
            SignedBy::One => tail.checkpoint.size.max(size_of(before)),
            SignedBy::Several => size_of(before),
        };
        if size_of(after) < must_know {
            let what = What::FenceBehind { checkpoint_size: tail.checkpoint.size, fence_size: size_of(after) };
            let fault = self.of_moved_row(workspace, origin, tail);
            let fault = fault.unwrap_or_else(|| of_fence(origin, after.map(|_| "size"), what));
            return Err(fault.at(Extent::span(workspace.id(), size_of(after), must_know)));
        }
        match after {
            // Moving means that a server is at work: the ledger's moment lies somewhere between the two.
            Some(fence) if before == after => check_note(fence, self.signed_by, workspace, origin, tail),
            Some(_) | None => Ok(()),
        }
    }

    /// Checks that what is remembered can be read, and that size and root belong together where the log has that root.
    pub(super) fn check_size(&self, workspace: &Workspace, origin: &str, tail: &LogTail) -> Result<(), Finding> {
        let last = Extent::span(workspace.id(), tail.previous.size, tail.head.size);
        for fences in [&self.before, &self.after] {
            let fence = match fences.by_workspace.get(workspace) {
                Some(Ok(fence)) => fence.head,
                Some(Err(fault)) => return Err(fault.clone().at(last)),
                None => continue,
            };
            let of_its_root = [tail.head, tail.checkpoint].into_iter().find(|head| head.root == fence.root);
            if let Some(head) = of_its_root
                && head.size != fence.size
            {
                let what = What::FenceSizeDiffers { fence_size: fence.size, root_size: head.size };
                return Err(of_fence(origin, Some("size"), what).at(last));
            }
        }
        Ok(())
    }

    /// Looks for this log's row under another origin: the root is its own.
    fn of_moved_row(&self, workspace: &Workspace, origin: &str, tail: &LogTail) -> Option<Fault> {
        if self.knows(workspace) || tail.checkpoint.size == 0 {
            return None;
        }
        let is_its = |fence: &Fence| fence.head.root == tail.checkpoint.root || fence.head.root == tail.head.root;
        let moved = self.after.by_workspace.iter().find(|(_, fence)| fence.as_ref().is_ok_and(is_its));
        let Some((other, _)) = moved else { return self.check_strangers().err() };
        let found = origin.replace(&workspace.to_string(), &other.to_string());
        Some(of_fence(&found, Some("origin"), What::RowElsewhere { found: found.clone() }))
    }
}

/// Checks which checkpoint the fence store knows as stored: the last, or, after a crash while it was being stored, the one before.
fn check_note(
    fence: Fence,
    signed_by: SignedBy,
    workspace: &Workspace,
    origin: &str,
    tail: &LogTail,
) -> Result<(), Finding> {
    let Fence { head, stored_root } = fence;
    let LogTail { checkpoint, previous, .. } = tail;
    if stored_root == head.root && checkpoint.size < head.size {
        let fault = Fault::of_table(CHECKPOINTS, What::CheckpointMissing { fence_size: head.size });
        let fault = fault.in_row(|| row_of_checkpoint(workspace.id(), head.size));
        return Err(fault.at(Extent::span(workspace.id(), checkpoint.size, head.size)));
    }
    if signed_by == SignedBy::Several {
        // What it knew as stored before this may have been anything that others signed.
        return Ok(());
    }
    let is_noted = stored_root == head.root;
    let is_not_stored = stored_root == checkpoint.root && checkpoint.size < head.size;
    let is_not_noted = stored_root == previous.root && checkpoint.size == head.size;
    if is_noted || is_not_stored || is_not_noted {
        return Ok(());
    }
    let what = What::FenceNoteDiffers { checkpoint_size: checkpoint.size };
    let extent = Extent::span(workspace.id(), previous.size, head.size);
    Err(of_fence(origin, Some("stored_root"), what).at(extent))
}

impl Fences {
    fn read(origins: &Origins, rows: &[RawFence]) -> Self {
        let mut fences = Self::default();
        for row in rows {
            match workspace_of(origins, &row.origin) {
                Ok(workspace) if !fences.by_workspace.contains_key(&workspace) => {
                    let fence = Fence::read(row).map_err(|fault| fault.in_row(|| row_of_fence(&row.origin)));
                    fences.by_workspace.insert(workspace, fence);
                }
                Ok(_) => {
                    let doubled = || Typed::new(FENCES, "origin").fault(What::FenceDoubled);
                    fences.of_no_log.get_or_insert_with(|| doubled().in_row(|| row_of_fence(&row.origin)));
                }
                Err(fault) => {
                    fences.of_no_log.get_or_insert_with(|| fault.in_row(|| row_of_fence(&row.origin)));
                }
            }
        }
        fences
    }

    fn of(&self, workspace: &Workspace) -> Option<Fence> {
        self.by_workspace.get(workspace)?.as_ref().ok().copied()
    }
}

impl Fence {
    fn read(row: &RawFence) -> Result<Self, Fault> {
        let head = Head {
            size: Typed::new(FENCES, "size").count(&row.size)?,
            root: Typed::new(FENCES, "root").hash(&row.root)?,
        };
        Ok(Self { head, stored_root: Typed::new(FENCES, "stored_root").hash(&row.stored_root)? })
    }
}

fn workspace_of(origins: &Origins, value: &Value) -> Result<Workspace, Fault> {
    let origin = Typed::new(FENCES, "origin");
    let unknown = || origin.fault(What::FenceUnknownLog { origin: value.to_string() });
    origins.workspace_of(origin.text(value)?).ok_or_else(unknown)
}

fn of_fence(origin: &str, column: Option<&'static str>, what: What) -> Fault {
    let fault = Fault::of_table(FENCES, what).in_row(|| format!("origin = '{origin}'"));
    match column {
        Some(column) => fault.in_column(column),
        None => fault,
    }
}

fn row_of_fence(origin: &Value) -> String {
    format!("origin = '{origin}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace::new("demo").expect("an id")
    }

    /// The log's head at a size: its root is of that size alone.
    fn head(size: u64) -> Head {
        if size == 0 {
            return Head::empty();
        }
        let mut root = [0; 32];
        root[..8].copy_from_slice(&size.to_be_bytes());
        Head { size, root: Hash::new(root) }
    }

    fn fence(size: u64, stored_size: u64) -> Fence {
        Fence { head: head(size), stored_root: head(stored_size).root }
    }

    fn check(before: Option<Fence>, after: Option<Fence>, size: u64, checkpoints: (u64, u64)) -> Result<(), Finding> {
        let fences = |fence: Option<Fence>| Fences {
            by_workspace: fence.map(|fence| (workspace(), Ok(fence))).into_iter().collect(),
            of_no_log: None,
        };
        let pass = FencePass { before: fences(before), after: fences(after), signed_by: SignedBy::One };
        let tail = LogTail { head: head(size), previous: head(checkpoints.0), checkpoint: head(checkpoints.1) };
        pass.check(&workspace(), "countersign.local/workspaces/demo", &tail)
    }

    fn quiet(fence: Fence, size: u64, checkpoints: (u64, u64)) -> Result<(), Finding> {
        check(Some(fence), Some(fence), size, checkpoints)
    }

    fn assert_found(found: Result<(), Finding>, what: &What, entries: std::ops::RangeInclusive<u64>) {
        let found = found.expect_err("something is wrong");
        assert_eq!((&*found.what, found.extents()), (what, &[Extent { workspace: "demo".to_owned(), entries }][..]));
    }

    #[test]
    fn a_quiet_log_ends_where_its_fence_stands() {
        assert_eq!(quiet(fence(300, 300), 300, (280, 300)), Ok(()));
        assert_eq!(check(None, None, 0, (0, 0)), Ok(()));
        assert_eq!(check(None, None, 7, (0, 0)), Ok(()), "committed, never signed");
    }

    #[test]
    fn what_a_crash_leaves_is_no_finding() {
        assert_eq!(quiet(fence(300, 280), 300, (250, 280)), Ok(()), "fenced, not stored");
        assert_eq!(quiet(fence(300, 280), 300, (280, 300)), Ok(()), "stored, not noted");
        assert_eq!(quiet(fence(300, 300), 310, (280, 300)), Ok(()), "committed, not fenced");
        assert_eq!(quiet(fence(3, 0), 3, (0, 0)), Ok(()), "the first one, not stored");
    }

    #[test]
    fn a_server_at_work_is_no_finding() {
        assert_eq!(check(Some(fence(300, 300)), Some(fence(320, 300)), 320, (280, 300)), Ok(()));
        assert_eq!(check(Some(fence(300, 300)), Some(fence(340, 320)), 320, (300, 320)), Ok(()));
        assert_eq!(check(None, Some(fence(5, 5)), 5, (0, 5)), Ok(()));
    }

    #[test]
    fn whatever_else_differs_is_found() {
        let behind = What::LogBehindFence { size: 299, fence_size: 300 };
        assert_found(quiet(fence(300, 300), 299, (280, 280)), &behind, 299..=299);
        assert_found(quiet(fence(300, 300), 300, (250, 280)), &What::CheckpointMissing { fence_size: 300 }, 280..=299);
        let fence_behind = |fence_size| What::FenceBehind { checkpoint_size: 300, fence_size };
        assert_found(quiet(fence(280, 280), 300, (280, 300)), &fence_behind(280), 280..=299);
        assert_found(check(None, None, 300, (280, 300)), &fence_behind(0), 0..=299);
        for stored_size in [0, 279, 281, 299, 301, 556] {
            let note = What::FenceNoteDiffers { checkpoint_size: 300 };
            assert_found(quiet(fence(300, stored_size), 300, (280, 300)), &note, 280..=299);
        }
        let back = check(Some(fence(300, 300)), Some(fence(280, 280)), 300, (250, 280));
        assert_found(back, &What::FenceBehind { checkpoint_size: 280, fence_size: 280 }, 280..=299);
    }

    #[test]
    fn a_size_beside_the_root_of_another_is_the_size_that_was_changed() {
        for fence_size in [0, 299, 301, 300 + (1 << 40)] {
            let changed = Fence { head: Head { size: fence_size, ..head(300) }, ..fence(300, 300) };
            let what = What::FenceSizeDiffers { fence_size, root_size: 300 };
            assert_found(quiet(changed, 300, (280, 300)), &what, 280..=299);
        }
    }
}
