//! What a log says of its own erasures: which entries count as erased, whenever they were exported.

use std::collections::HashMap;

use ledger_format::custody::{CONTENT_ERASED, content_subject};

/// The erasures in a verified log: each subject with the last entry of kind `content_erased` about it.
///
/// Parts are immutable. One that was written before an erasure still has the typed columns of what was erased; by this rule its rows say what
/// those of a part written afterwards say.
#[derive(Debug, Default)]
pub(crate) struct Erasures {
    last_index: HashMap<String, u64>,
    /// Index of the last of all.
    latest: Option<u64>,
}

impl Erasures {
    /// Notes an entry by its leaf. Entries come in the order of the log.
    pub(super) fn note(&mut self, kind: &str, subject: &str, index: u64) {
        if kind == CONTENT_ERASED {
            self.last_index.insert(subject.to_owned(), index);
            self.latest = Some(index);
        }
    }

    /// Tells whether a later entry of the log erased the content of this one. The content of an entry about contents is erased by that
    /// entry's own name, `{subject}/custody/{index}`, and outlives the erasure that it records.
    pub(crate) fn covers(&self, kind: &str, subject: &str, index: u64) -> bool {
        let erased_by = self.last_index.get(content_subject(kind, subject, index).as_ref());
        erased_by.is_some_and(|&erased_by| index < erased_by)
    }

    /// Tells whether anything from this index on can be covered.
    pub(crate) fn reach(&self, first_index: u64) -> bool {
        self.latest.is_some_and(|latest| first_index < latest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBJECT: &str = "workspaces/w/candidates/1";

    #[test]
    fn what_came_before_the_last_erasure_is_covered_and_what_came_after_is_not() {
        let mut erasures = Erasures::default();
        assert!(!erasures.reach(0) && !erasures.covers("candidate_proposed", SUBJECT, 0));
        for index in [3, 7] {
            erasures.note(CONTENT_ERASED, SUBJECT, index);
        }
        erasures.note("legal_hold_placed", "workspaces/w/candidates/2", 9);
        let covered: Vec<u64> = (0..10).filter(|&index| erasures.covers("owner_assigned", SUBJECT, index)).collect();
        assert_eq!(covered, [0, 1, 2, 3, 4, 5, 6]);
        assert!(!erasures.covers("candidate_proposed", "workspaces/w/candidates/2", 0));
        assert!(!erasures.covers("candidate_proposed", "workspaces/w/candidates/11", 0));
        assert_eq!((erasures.reach(6), erasures.reach(7)), (true, false));
    }

    #[test]
    fn what_an_erasure_says_of_itself_is_covered_by_its_own_name_alone() {
        let mut erasures = Erasures::default();
        erasures.note(CONTENT_ERASED, SUBJECT, 3);
        erasures.note(CONTENT_ERASED, SUBJECT, 7);
        assert!(!erasures.covers(CONTENT_ERASED, SUBJECT, 3));
        erasures.note(CONTENT_ERASED, "workspaces/w/candidates/1/custody/3", 8);
        assert!(erasures.covers(CONTENT_ERASED, SUBJECT, 3) && !erasures.covers(CONTENT_ERASED, SUBJECT, 7));
    }
}
