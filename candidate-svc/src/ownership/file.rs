//! Reads the text of the file: teams first, since rules name them.

use std::collections::BTreeMap;

use toml::Value;

use super::members::{check_number, members, person};
use super::rule::{Condition, Relation, Rule, Source};
use super::team::Team;
use super::teams::Teams;
use crate::domain::TeamName;
use crate::keyed_toml::{KeyError, Keys};

/// Most rules in one file.
pub(super) const RULES_MAX: usize = 256;
/// Most teams that one file names.
pub(super) const TEAMS_MAX: usize = 256;

/// Reads the rules in their order, and the teams.
pub(super) fn read(file: &str, text: &str) -> Result<(Vec<Rule>, Teams), KeyError> {
    let mut keys = Keys::read(file, text)?;
    let teams = teams(&mut keys)?;
    let rules = tables(&mut keys, "rules", RULES_MAX)?;
    let rules = rules.into_iter().map(|keys| rule(keys, &teams)).collect::<Result<_, _>>()?;
    keys.finish()?;
    Ok((rules, teams))
}

fn tables<'a>(keys: &mut Keys<'a>, key: &str, max: usize) -> Result<Vec<Keys<'a>>, KeyError> {
    let tables = keys.tables(key)?;
    if tables.len() > max {
        return Err(keys.wrong(key, format!("there are `{}`, `{max}` are allowed", tables.len())));
    }
    Ok(tables)
}

fn teams(keys: &mut Keys<'_>) -> Result<Teams, KeyError> {
    let mut teams = Teams::default();
    for mut keys in tables(keys, "teams", TEAMS_MAX)? {
        let name: TeamName = keys.required("name")?;
        let named: Vec<String> = keys.required("members")?;
        let members = members(&keys, "members", &named)?;
        if !teams.add(&name, members) {
            return Err(keys.wrong("name", format!("there are two teams `{name}`: rename one, or make them one")));
        }
        keys.finish()?;
    }
    Ok(teams)
}

fn rule(mut keys: Keys<'_>, teams: &Teams) -> Result<Rule, KeyError> {
    let when = keys.optional::<Condition>("when")?.unwrap_or_default();
    let stated = keys.optional::<String>("team")?;
    let stated = stated.map(|name| known(&keys, &name, teams).map(|(name, _)| name.clone())).transpose()?;
    let (source, dealt_to) = source(keys.table("owner")?, teams)?;
    let team = match (stated, dealt_to) {
        (Some(stated), Some(dealt_to)) if stated != dealt_to => {
            let reason = format!("its owner is the member of `{dealt_to}` whose turn it is: remove it");
            return Err(keys.wrong("team", reason));
        }
        (stated, dealt_to) => stated.or(dealt_to),
    };
    keys.finish()?;
    Ok(Rule { when, source, team })
}

/// Reads where the person comes from, and the name of the team whose turn it is, if that has one.
fn source(mut keys: Keys<'_>, teams: &Teams) -> Result<(Source, Option<TeamName>), KeyError> {
    let source = if keys.has("from") {
        (field(&mut keys)?, None)
    } else if keys.has("team") {
        let (team, name) = team(&mut keys, teams)?;
        (Source::Team(team), name)
    } else if keys.has("person") {
        let named: String = keys.required("person")?;
        (Source::Person(person(&keys, "person", &named)?), None)
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
    let people = named.into_iter().map(|(value, named)| {
        let person = person(keys, &format!("people.{value}"), &named)?;
        Ok((value, person))
    });
    Ok(Source::Field { relation, field, people: people.collect::<Result<_, _>>()? })
}

/// Reads who takes turns: a team by its name, or a list of people.
fn team(keys: &mut Keys<'_>, teams: &Teams) -> Result<(Team, Option<TeamName>), KeyError> {
    const KEY: &str = "team";
    let team = match keys.required(KEY)? {
        Value::String(name) => {
            let (name, team) = known(keys, &name, teams)?;
            (team.clone(), Some(name.clone()))
        }
        list => {
            let named: Vec<String> =
                list.try_into().map_err(|error: toml::de::Error| keys.wrong(KEY, error.message()))?;
            (Team::of(members(keys, KEY, &named)?), None)
        }
    };
    let by: String = keys.required("by")?;
    if by != "round_robin" {
        return Err(keys.wrong("by", "a team takes turns in one way: write `round_robin`"));
    }
    Ok(team)
}

/// Finds the team that the key `team` names.
fn known<'t>(keys: &Keys<'_>, name: &str, teams: &'t Teams) -> Result<(&'t TeamName, &'t Team), KeyError> {
    teams.get(name).ok_or_else(|| {
        let known: Vec<String> = teams.names().map(|known| format!("`{known}`")).collect();
        let mend = match known.as_slice() {
            [] => "add it under `[[teams]]`".to_owned(),
            known => format!("name one of {}, or add it under `[[teams]]`", known.join(", ")),
        };
        keys.wrong("team", format!("there is no team `{name}`: {mend}"))
    })
}
