//! The teams that the file names.

use std::collections::BTreeMap;

use super::team::Team;
use crate::domain::{Person, TeamName};

/// Teams by name, and for everybody in one the first of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Teams {
    named: BTreeMap<TeamName, Team>,
    first_of: BTreeMap<Person, TeamName>,
}

impl Teams {
    /// Adds the next team of the file. Tells whether its name was free; else nothing changed.
    pub(super) fn add(&mut self, name: &TeamName, members: Vec<Person>) -> bool {
        if self.named.contains_key(name) {
            return false;
        }
        for member in &members {
            self.first_of.entry(member.clone()).or_insert_with(|| name.clone());
        }
        self.named.insert(name.clone(), Team::of(members));
        true
    }

    /// Returns the team with a name.
    pub(super) fn get(&self, name: &str) -> Option<(&TeamName, &Team)> {
        self.named.get_key_value(&name.parse::<TeamName>().ok()?)
    }

    /// Returns the first team of the file that lists a person.
    pub(super) fn first_of(&self, person: &Person) -> Option<&TeamName> {
        self.first_of.get(person)
    }

    /// Lists the names, in their order.
    pub(super) fn names(&self) -> impl Iterator<Item = &TeamName> {
        self.named.keys()
    }
}
