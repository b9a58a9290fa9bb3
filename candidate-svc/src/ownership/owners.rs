//! Finds owners by rules, and the teams of owners.

use std::sync::Arc;

use ledger_format::Hash;

use super::{check, file, rule::Rule, teams::Teams};
use crate::catalogue::Catalogue;
use crate::domain::{Person, Propose, TeamName};
use crate::keyed_toml::KeyError;

/// Rules that find owners, the first that finds one counts, and the teams that there are. Cheap to clone; without rules nobody is found.
#[derive(Debug, Clone, Default)]
pub struct Owners {
    rules: Arc<[Rule]>,
    teams: Arc<Teams>,
}

/// An owner that a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundOwner {
    /// Who owns it.
    pub owner: Person,
    /// Which rule says so, e.g. `rule 2: the record's owner`.
    pub reason: String,
    /// The team that the rule is for, else the first that lists the owner; none: no team's.
    pub team: Option<TeamName>,
    /// What the turn that it took is counted under, if it took one: it counts once the candidate is kept.
    pub turn: Option<Hash>,
}

impl Owners {
    /// Reads the rules and checks them against the action types that there are. `file` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`KeyError`] names file, key and reason of the first thing that is wrong, a rule that never speaks included.
    pub fn read(file: &str, text: &str, catalogue: &Catalogue) -> Result<Self, KeyError> {
        let (rules, teams) = file::read(file, text)?;
        check::check(file, &rules, catalogue)?;
        Ok(Self { rules: rules.into(), teams: Arc::new(teams) })
    }

    /// Finds who owns what is proposed; none when no rule knows. `given` says how many turns a team gave out in the workspace.
    pub fn find(&self, propose: &Propose, given: impl Fn(Hash) -> u64) -> Option<FoundOwner> {
        (1..).zip(&*self.rules).find_map(|(number, rule): (usize, &Rule)| {
            let owner = rule.find(propose, &given)?;
            let reason = format!("rule {number}: {}", rule.source.as_words());
            let team = rule.team.as_ref().or_else(|| self.team_of(&owner)).cloned();
            Some(FoundOwner { owner, reason, team, turn: rule.source.turn() })
        })
    }

    /// Returns the first team that lists a person; none: no team does.
    pub fn team_of(&self, owner: &Person) -> Option<&TeamName> {
        self.teams.first_of(owner)
    }

    /// Tells whether any rule has people take turns.
    pub fn take_turns(&self) -> bool {
        self.rules.iter().any(|rule| rule.source.turn().is_some())
    }
}
