use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use countersign_api::name::Workspace;
use tokio::sync::watch;

/// Covered checkpoints of one log that are remembered until they are witnessed; the oldest are forgotten first.
const UNWITNESSED_MAX: usize = 4_096;

/// An entry of the log of logs, and the size of the checkpoint that it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cover {
    pub(crate) index: u64,
    pub(crate) size: u64,
}

/// Which entry of the log of logs covers which checkpoint, and how far witnesses vouch for each log.
#[derive(Debug)]
pub(crate) struct Coverage {
    known: Mutex<Known>,
    changed: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct Known {
    by_workspace: HashMap<Workspace, OfLog>,
    /// Entries of the log of logs under a witnessed checkpoint.
    witnessed: u64,
}

#[derive(Debug, Default)]
struct OfLog {
    /// Not known to be witnessed yet, oldest first.
    waiting: VecDeque<Cover>,
    last: Option<Cover>,
    witnessed_size: u64,
}

impl Coverage {
    pub(crate) fn new() -> Self {
        Self { known: Mutex::default(), changed: watch::Sender::new(()) }
    }

    /// Returns the latest entry that covers a checkpoint of this log.
    pub(crate) fn last(&self, workspace: &Workspace) -> Option<Cover> {
        self.known().by_workspace.get(workspace)?.last
    }

    /// Returns how many entries of this log are under a witnessed checkpoint, as far as is known.
    pub(crate) fn witnessed_size(&self, workspace: &Workspace) -> u64 {
        self.known().by_workspace.get(workspace).map_or(0, |log| log.witnessed_size)
    }

    /// Returns a receiver that is woken at every change.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Notes an entry of the log of logs.
    pub(crate) fn note(&self, workspace: &Workspace, cover: Cover) {
        {
            let mut known = self.known();
            let Known { by_workspace, witnessed } = &mut *known;
            let log = by_workspace.entry(workspace.clone()).or_default();
            if log.last.is_none_or(|last| last.index < cover.index) {
                if log.waiting.len() == UNWITNESSED_MAX {
                    log.waiting.pop_front();
                }
                log.waiting.push_back(cover);
                log.last = Some(cover);
                // After a start, what witnesses vouch for is known before which entries those are.
                log.note_witnessed(*witnessed);
            }
        }
        self.changed.send_replace(());
    }

    /// Notes that the first `size` entries of the log of logs are witnessed; returns each log whose witnessed size grew.
    pub(crate) fn note_witnessed(&self, size: u64) -> Vec<(Workspace, u64)> {
        let mut known = self.known();
        known.witnessed = known.witnessed.max(size);
        let mut grown = Vec::new();
        for (workspace, log) in &mut known.by_workspace {
            if log.note_witnessed(size) {
                grown.push((workspace.clone(), log.witnessed_size));
            }
        }
        grown
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OfLog {
    /// Notes how far the log of logs is witnessed; tells whether this log is witnessed further than before.
    fn note_witnessed(&mut self, size: u64) -> bool {
        let before = self.witnessed_size;
        while let Some(cover) = self.waiting.front().copied().filter(|cover| cover.index < size) {
            self.waiting.pop_front();
            self.witnessed_size = self.witnessed_size.max(cover.size);
        }
        self.witnessed_size > before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_witnessed_as_far_as_its_covering_entries_are() {
        let coverage = Coverage::new();
        let workspace = Workspace::new("demo").expect("an id");
        assert_eq!((coverage.last(&workspace), coverage.witnessed_size(&workspace)), (None, 0));
        for (index, size) in [(0, 10), (3, 20), (9, 30), (9, 30)] {
            coverage.note(&workspace, Cover { index, size });
        }
        assert_eq!(coverage.last(&workspace), Some(Cover { index: 9, size: 30 }));
        for (witnessed, expected) in [(0, 0), (1, 10), (3, 10), (4, 20), (9, 20), (10, 30)] {
            coverage.note_witnessed(witnessed);
            assert_eq!(coverage.witnessed_size(&workspace), expected, "{witnessed}");
        }
    }

    #[test]
    fn what_was_witnessed_before_a_start_is_known_once_its_entry_is() {
        let coverage = Coverage::new();
        let workspace = Workspace::new("demo").expect("an id");
        coverage.note_witnessed(5);
        coverage.note(&workspace, Cover { index: 4, size: 10 });
        assert_eq!(coverage.witnessed_size(&workspace), 10);
        coverage.note(&workspace, Cover { index: 5, size: 20 });
        assert_eq!(coverage.witnessed_size(&workspace), 10);
    }

    #[test]
    fn what_waits_for_witnesses_is_bounded() {
        let coverage = Coverage::new();
        let workspace = Workspace::new("demo").expect("an id");
        let noted = UNWITNESSED_MAX as u64 + 5;
        for index in 0..noted {
            coverage.note(&workspace, Cover { index, size: index + 1 });
        }
        coverage.note_witnessed(4);
        assert_eq!(coverage.witnessed_size(&workspace), 0, "forgotten, and not claimed");
        coverage.note_witnessed(noted);
        assert_eq!(coverage.witnessed_size(&workspace), noted);
    }
}
