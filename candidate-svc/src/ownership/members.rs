//! Reads lists of people.

use std::collections::BTreeSet;

use crate::domain::{NotAPerson, Person};
use crate::keyed_toml::{KeyError, Keys};

/// Most people in one rule or team.
pub(super) const PEOPLE_MAX: usize = 1_024;

/// Reads the people of a team from the value of a key: at least one, nobody twice, in their order.
pub(super) fn members(keys: &Keys<'_>, key: &str, named: &[String]) -> Result<Vec<Person>, KeyError> {
    check_number(keys, key, named.len())?;
    let members = named.iter().map(|member| person(keys, key, member)).collect::<Result<Vec<Person>, _>>()?;
    let mut seen = BTreeSet::new();
    match members.iter().find(|member| !seen.insert(*member)) {
        Some(twice) => Err(keys.wrong(key, format!("`{twice}` is named twice: name everybody once"))),
        None => Ok(members),
    }
}

/// Refuses a key that names nobody, or too many.
pub(super) fn check_number(keys: &Keys<'_>, key: &str, people: usize) -> Result<(), KeyError> {
    match people {
        0 => Err(keys.wrong(key, "it is empty, so that nobody could be found: name somebody")),
        people if people > PEOPLE_MAX => {
            Err(keys.wrong(key, format!("it names `{people}`, `{PEOPLE_MAX}` are allowed: split it")))
        }
        _ => Ok(()),
    }
}

/// Reads one person.
pub(super) fn person(keys: &Keys<'_>, key: &str, person: &str) -> Result<Person, KeyError> {
    person.parse().map_err(|error: NotAPerson| keys.wrong(key, error.to_string()))
}
