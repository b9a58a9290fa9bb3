use std::collections::{BTreeMap, BTreeSet};

use countersign_api::name::Workspace;
use ledger_format::Hash;

use super::{Finding, What, typed::Typed};
use crate::{
    log::Head,
    origin::Origins,
    store::{fence::Fence, raw::RawFence},
};

/// What the fence store said before and after the ledger's moment.
#[derive(Debug)]
pub(super) struct FencePass {
    before: BTreeMap<Workspace, Fence>,
    after: BTreeMap<Workspace, Fence>,
}

/// How a log ended, to be held against its fence.
pub(super) struct LogTail {
    pub(super) size: u64,
    /// Size of the last stored checkpoint, 0 when there is none.
    pub(super) checkpoint_size: u64,
    /// Size of the one before it.
    pub(super) previous_size: u64,
}

impl FencePass {
    pub(super) fn new(origins: &Origins, before: &[RawFence], after: &[RawFence]) -> Result<Self, Finding> {
        Ok(Self { before: read(origins, before)?, after: read(origins, after)? })
    }

    pub(super) fn workspaces(&self) -> BTreeSet<Workspace> {
        self.before.keys().cloned().collect()
    }

    pub(super) fn knows(&self, workspace: &Workspace) -> bool {
        self.before.contains_key(workspace) || self.after.contains_key(workspace)
    }

    /// Tells whether the fence store remembers another root at this size of a log.
    pub(super) fn denies(&self, workspace: &Workspace, size: u64, root: Hash) -> bool {
        let fences = [self.before.get(workspace), self.after.get(workspace)];
        fences.into_iter().flatten().any(|fence| fence.head.size == size && fence.head.root != root)
    }

    /// Holds the end of a log against what the fence store remembers. Roots were compared on the way.
    pub(super) fn check(&self, workspace: &Workspace, tail: &LogTail) -> Result<(), What> {
        let (before, after) = (self.before.get(workspace), self.after.get(workspace));
        if let Some(before) = before
            && tail.size < before.head.size
        {
            return Err(What::LogBehindFence { size: tail.size, fence_size: before.head.size });
        }
        let size_of = |fence: Option<&Fence>| fence.map_or(0, |fence| fence.head.size);
        let must_know = tail.checkpoint_size.max(size_of(before));
        if size_of(after) < must_know {
            return Err(What::FenceBehind { checkpoint_size: tail.checkpoint_size, fence_size: size_of(after) });
        }
        match after {
            // Moving means that a server is at work: the ledger's moment lies somewhere between the two.
            Some(fence) if before == after => check_note(fence, tail),
            Some(_) | None => Ok(()),
        }
    }
}

/// Checks which checkpoint the fence store knows as stored: the last, or, after a crash while it was being stored, the one before.
fn check_note(fence: &Fence, tail: &LogTail) -> Result<(), What> {
    let Fence { head: Head { size: fence_size, .. }, stored_size, .. } = *fence;
    if stored_size == fence_size {
        if tail.checkpoint_size == fence_size { Ok(()) } else { Err(What::CheckpointMissing { fence_size }) }
    } else {
        let not_stored = tail.checkpoint_size == stored_size && stored_size < fence_size;
        let not_noted = tail.checkpoint_size == fence_size && tail.previous_size == stored_size;
        if not_stored || not_noted {
            Ok(())
        } else {
            Err(What::FenceNoteDiffers { stored_size, checkpoint_size: tail.checkpoint_size })
        }
    }
}

fn read(origins: &Origins, rows: &[RawFence]) -> Result<BTreeMap<Workspace, Fence>, Finding> {
    let mut fences = BTreeMap::new();
    for row in rows {
        let origin = Typed::new("fences", "origin");
        let text = origin.text(&row.origin)?;
        let unknown = || origin.finding(What::FenceUnknownLog { origin: row.origin.to_string() });
        let workspace = origins.workspace_of(text).ok_or_else(unknown)?;
        let at = |finding: Finding| Finding { log: Some(workspace.id().to_owned()), ..finding };
        let head = Head {
            size: Typed::new("fences", "size").count(&row.size).map_err(at)?,
            root: Typed::new("fences", "root").hash(&row.root).map_err(at)?,
        };
        let stored_size = Typed::new("fences", "stored_size").count(&row.stored_size).map_err(at)?;
        let fence = Fence { origin: text.to_owned(), head, stored_size };
        if fences.insert(workspace, fence).is_some() {
            return Err(unknown());
        }
    }
    Ok(fences)
}

#[cfg(test)]
mod tests {
    use ledger_format::empty_root;

    use super::*;

    fn fence(size: u64, stored_size: u64) -> Fence {
        Fence { origin: "o".to_owned(), head: Head { size, root: empty_root() }, stored_size }
    }

    fn check(before: Option<Fence>, after: Option<Fence>, size: u64, checkpoints: (u64, u64)) -> Result<(), What> {
        let workspace = Workspace::new("demo").expect("an id");
        let one = |fence: Option<Fence>| fence.map(|fence| (workspace.clone(), fence)).into_iter().collect();
        let pass = FencePass { before: one(before), after: one(after) };
        pass.check(&workspace, &LogTail { size, previous_size: checkpoints.0, checkpoint_size: checkpoints.1 })
    }

    fn quiet(fence: Fence, size: u64, checkpoints: (u64, u64)) -> Result<(), What> {
        check(Some(fence.clone()), Some(fence), size, checkpoints)
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
        assert_eq!(quiet(fence(300, 300), 299, (280, 300)), Err(What::LogBehindFence { size: 299, fence_size: 300 }));
        assert_eq!(quiet(fence(300, 300), 300, (250, 280)), Err(What::CheckpointMissing { fence_size: 300 }));
        assert_eq!(
            quiet(fence(280, 280), 300, (280, 300)),
            Err(What::FenceBehind { checkpoint_size: 300, fence_size: 280 })
        );
        assert_eq!(check(None, None, 300, (280, 300)), Err(What::FenceBehind { checkpoint_size: 300, fence_size: 0 }));
        for stored_size in [0, 279, 281, 299, 301, 556] {
            let expected = What::FenceNoteDiffers { stored_size, checkpoint_size: 300 };
            assert_eq!(quiet(fence(300, stored_size), 300, (280, 300)), Err(expected));
        }
        let back = check(Some(fence(300, 300)), Some(fence(280, 280)), 300, (250, 280));
        assert_eq!(back, Err(What::FenceBehind { checkpoint_size: 280, fence_size: 280 }));
    }
}
