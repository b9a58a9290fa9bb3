//! Deals proposals out to a team: each to the next, in the order of the file, and after the last to the first again.
//!
//! How many turns a team gave out is counted where candidates are kept, in the same commit; here it is only read off whose turn it is.

use ledger_format::{Hash, sha256};

use crate::domain::Person;

const TAG: &[u8] = b"countersign/team/v1\n";

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Team {
    members: Vec<Person>,
    key: Hash,
}

impl Team {
    /// Makes a team of its members, at least one, in the order in which they take turns.
    pub(super) fn of(members: Vec<Person>) -> Self {
        // No id has a line break in it, so no two teams are written alike.
        let lines: String = members.iter().flat_map(|member| [member.as_str(), "\n"]).collect();
        Self { members, key: sha256(&[TAG, lines.as_bytes()]) }
    }

    /// Returns what its turns are counted under: the same for the same members in the same order.
    pub(super) const fn key(&self) -> Hash {
        self.key
    }

    /// Returns whose turn it is after so many were given out.
    pub(super) fn member_after(&self, given: u64) -> Option<&Person> {
        let count = u64::try_from(self.members.len()).ok()?;
        let index = usize::try_from(given.checked_rem(count)?).ok()?;
        self.members.get(index)
    }
}
