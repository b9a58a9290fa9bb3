//! Finds owners by rules.

use std::sync::Arc;

use ledger_format::Hash;

use super::{check, file, rule::Rule};
use crate::catalogue::Catalogue;
use crate::domain::{Person, Propose};
use crate::keyed_toml::KeyError;

/// Rules that find owners, the first that finds one counts. Cheap to clone; without rules nobody is found.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    rules: Arc<[Rule]>,
}

/// An owner that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOwner {
    /// Who owns it.
    pub owner: Person,
    /// Which rule says so, e.g. `rule 2: the record's owner`.
    pub reason: String,
    /// The team whose next turn it took, if it did: the turn counts once the candidate is kept.
    pub team: Option<Hash>,
}

impl Owners {
    /// Reads the rules and checks them against the action types that there are. `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names file, key and reason of the first thing that is wrong, a rule that never speaks included.
    pub fn read(file: &str, text: &str, catalogue: &Catalogue) -> Result<Self, KeyError> {
        let rules = file::read(file, text)?;
        check::check(file, &rules, catalogue)?;
        Ok(Self { rules: rules.into() })
    }

    /// Finds who owns what is proposed; none when no rule knows. `given` says how many turns a team gave out in the workspace.
    pub fn find(&self, propose: &Propose, given: impl Fn(Hash) -> u64) -> Option<FoundOwner> {
        (1..).zip(&*self.rules).find_map(|(number, rule): (usize, &Rule)| {
            let owner = rule.find(propose, &given)?;
            let reason = format!("rule {number}: {}", rule.source.as_words());
            Some(FoundOwner { owner, reason, team: rule.source.team() })
        })
    }

    /// Tells whether any rule has people take turns.
    pub fn take_turns(&self) -> bool {
        self.rules.iter().any(|rule| rule.source.team().is_some())
    }
}
