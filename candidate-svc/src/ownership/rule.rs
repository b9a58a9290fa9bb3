//! One rule: for which proposals, and whom it finds.

use std::collections::BTreeMap;

use ledger_format::Hash;
use serde::Deserialize;

use super::team::Team;
use crate::domain::{ActionTypeName, Person, Propose, TeamName};

/// For which proposals a rule is. What is not named does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) action_types: Option<Vec<ActionTypeName>>,
    pub(super) record_systems: Option<Vec<String>>,
    pub(super) object_types: Option<Vec<String>>,
}

/// What a value of a source record stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Relation {
    /// Whoever owns the record.
    RecordOwner,
    /// The manager of whoever owns the record.
    Manager,
}

/// Where a rule has the person from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A value of the trigger or the evidence, looked up among people.
    Field { relation: Relation, field: String, people: BTreeMap<String, Person> },
    /// Always this one.
    Person(Person),
    /// One of several, who take turns.
    Team(Team),
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) when: Condition,
    pub(super) source: Source,
    /// The team that whoever it finds owns the candidate for, where it says so.
    pub(super) team: Option<TeamName>,
}

impl Rule {
    /// Returns whom it finds for a proposal; none when it is not for it, or does not know. `given` says how many turns a team gave out.
    pub(super) fn find(&self, propose: &Propose, given: impl FnOnce(Hash) -> u64) -> Option<Person> {
        if !self.when.is_met(propose) {
            return None;
        }
        match &self.source {
            Source::Field { field, people, .. } => people.get(value_of(propose, field)?).cloned(),
            Source::Person(person) => Some(person.clone()),
            Source::Team(team) => team.member_after(given(team.key())).cloned(),
        }
    }
}

impl Condition {
    fn is_met(&self, propose: &Propose) -> bool {
        let record = propose.proposal.record.as_ref();
        names(self.action_types.as_deref(), Some(&propose.proposal.action_type))
            && names(self.record_systems.as_deref(), record.map(|record| &record.system))
            && names(self.object_types.as_deref(), record.map(|record| &record.object_type))
    }
}

impl Source {
    /// Returns what the turns are counted under, where people take turns.
    pub(super) const fn turn(&self) -> Option<Hash> {
        match self {
            Self::Field { .. } | Self::Person(_) => None,
            Self::Team(team) => Some(team.key()),
        }
    }

    /// Words where the person comes from, without any value.
    pub(super) const fn as_words(&self) -> &'static str {
        match self {
            Self::Field { relation: Relation::RecordOwner, .. } => "the record's owner",
            Self::Field { relation: Relation::Manager, .. } => "the manager of the record's owner",
            Self::Person(_) => "the person it names",
            Self::Team(_) => "the team member whose turn it is",
        }
    }
}

fn names<T: PartialEq>(wanted: Option<&[T]>, value: Option<&T>) -> bool {
    wanted.is_none_or(|wanted| value.is_some_and(|value| wanted.contains(value)))
}

/// Finds a named value: the trigger's before the evidence's, which stand in the order sent.
fn value_of<'a>(propose: &'a Propose, name: &str) -> Option<&'a str> {
    let trigger = propose.proposal.trigger.fields.iter().map(|field| (&field.name, &field.value));
    let evidence = propose.evidence.iter().flat_map(|item| &item.fields).map(|field| (&field.name, &field.value));
    trigger.chain(evidence).find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value.as_str())
}
