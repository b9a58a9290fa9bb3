//! Reads the text of the rules.

use std::collections::{BTreeMap, BTreeSet};

use super::rule::{Condition, Relation, Rule, Source};
use super::team::Team;
use crate::domain::{NotAPerson, Person};
use crate::keyed_toml::{KeyError, Keys};

/// Most rules in one file.
pub(super) const RULES_MAX: usize = 256;
/// Most people in one rule.
pub(super) const PEOPLE_MAX: usize = 1_024;

/// Reads the rules in their order.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Rule>, KeyError> {
    let mut keys = Keys::read(file, text)?;
    let tables = keys.tables("rules")?;
    if tables.len() > RULES_MAX {
        return Err(keys.wrong("rules", format!("there are `{}`, `{RULES_MAX}` are allowed", tables.len())));
    }
    let rules = tables.into_iter().map(rule).collect::<Result<_, _>>()?;
    keys.finish()?;
    Ok(rules)
}

fn rule(mut keys: Keys<'_>) -> Result<Rule, KeyError> {
    let when = keys.optional::<Condition>("when")?.unwrap_or_default();
    let rule = Rule { when, source: source(keys.table("owner")?)? };
    keys.finish()?;
    Ok(rule)
}

fn source(mut keys: Keys<'_>) -> Result<Source, KeyError> {
    let source = if keys.has("from") {
        field(&mut keys)?
    } else if keys.has("team") {
        team(&mut keys)?
    } else if keys.has("person") {
        let person: String = keys.required("person")?;
        Source::Person(parse(&keys, "person", &person)?)
    } else {
        return Err(keys.wrong("from", "nothing says who it is: add `from`, `person` or `team`"));
    };
    keys.finish()?;
    Ok(source)
}

fn field(keys: &mut Keys<'_>) -> Result<Source, KeyError> {
    let relation: Relation = keys.required("from")?;
    let field: String = keys.required("field")?;
    if field.trim().is_empty() {
        return Err(keys.wrong("field", "it is empty: name a field of the trigger or the evidence"));
    }
    let named: BTreeMap<String, String> = keys.required("people")?;
    check_number(keys, "people", named.len())?;
    let people = named.into_iter().map(|(value, person)| {
        let person = parse(keys, &format!("people.{value}"), &person)?;
        Ok((value, person))
    });
    Ok(Source::Field { relation, field, people: people.collect::<Result<_, _>>()? })
}

fn team(keys: &mut Keys<'_>) -> Result<Source, KeyError> {
    const KEY: &str = "team";
    let named: Vec<String> = keys.required(KEY)?;
    check_number(keys, KEY, named.len())?;
    let by: String = keys.required("by")?;
    if by != "round_robin" {
        return Err(keys.wrong("by", "a team takes turns in one way: write `round_robin`"));
    }
    let members = named.iter().map(|person| parse(keys, KEY, person)).collect::<Result<Vec<Person>, _>>()?;
    let mut seen = BTreeSet::new();
    match members.iter().find(|member| !seen.insert(*member)) {
        Some(twice) => Err(keys.wrong(KEY, format!("`{twice}` is named twice: name everybody once"))),
        None => Ok(Source::Team(Team::of(members))),
    }
}

fn check_number(keys: &Keys<'_>, key: &str, people: usize) -> Result<(), KeyError> {
    match people {
        0 => Err(keys.wrong(key, "it is empty, so that nobody could be found: name somebody")),
        people if people > PEOPLE_MAX => {
            Err(keys.wrong(key, format!("it names `{people}`, `{PEOPLE_MAX}` are allowed: split the rule")))
        }
        _ => Ok(()),
    }
}

fn parse(keys: &Keys<'_>, key: &str, person: &str) -> Result<Person, KeyError> {
    person.parse().map_err(|error: NotAPerson| keys.wrong(key, error.to_string()))
}
