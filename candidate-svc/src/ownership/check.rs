//! Finds rules that never speak.
//!
//! What a rule looks at is finite once everything that no rule names counts as one: so every kind of proposal that a rule is for is gone
//! through, and an earlier rule that answers all of them is found.

use std::collections::BTreeSet;

use super::rule::{Condition, Rule, Source};
use crate::catalogue::Catalogue;
use crate::keyed_toml::KeyError;

/// One kind of proposal, as far as the rules can tell; none stands for whatever no rule names.
type Kind<'a> = [Option<&'a str>; 3];

/// Checks rules against the action types that there are.
pub(super) fn check(file: &str, rules: &[Rule], catalogue: &Catalogue) -> Result<(), KeyError> {
    let wrong = |key: String, reason: String| Err(KeyError { file: file.to_owned(), key, reason });
    for (index, rule) in rules.iter().enumerate() {
        if let Some(name) = rule.when.action_types.iter().flatten().find(|name| catalogue.get(name).is_none()) {
            let known: Vec<String> = catalogue.iter().map(|known| format!("`{}`", known.name)).collect();
            let reason = format!("there is no action type `{name}`: name one of {}", known.join(", "));
            return wrong(format!("rules[{index}].when.action_types"), reason);
        }
        if let Some(key) = empty_list(&rule.when) {
            let reason = "an empty list names nothing, so no proposal meets it: name something or remove the key";
            return wrong(format!("rules[{index}].when.{key}"), reason.to_owned());
        }
        if is_silenced(rule, &rules[..index]) {
            let reason = "earlier rules answer wherever it could: remove it, or move it before them";
            return wrong(format!("rules[{index}]"), reason.to_owned());
        }
    }
    Ok(())
}

fn empty_list(when: &Condition) -> Option<&'static str> {
    [
        ("action_types", when.action_types.as_ref().map(Vec::len)),
        ("record_systems", when.record_systems.as_ref().map(Vec::len)),
        ("object_types", when.object_types.as_ref().map(Vec::len)),
    ]
    .into_iter()
    .find_map(|(key, length)| (length == Some(0)).then_some(key))
}

fn is_silenced(rule: &Rule, earlier: &[Rule]) -> bool {
    let louder: Vec<[BTreeSet<&str>; 3]> =
        earlier.iter().filter(|other| answers_wherever(other, rule)).map(|other| listed(&other.when)).collect();
    let answers = |kind: &Kind<'_>| louder.iter().any(|lists| is_met(lists, kind));
    !louder.is_empty() && kinds(&listed(&rule.when), &louder).iter().all(answers)
}

/// Tells whether one rule finds somebody whenever the other would, where both are for a proposal.
fn answers_wherever(rule: &Rule, other: &Rule) -> bool {
    match (&rule.source, &other.source) {
        (Source::Person(_) | Source::Team(_), _) => true,
        (Source::Field { field, people, .. }, Source::Field { field: same, people: fewer, .. }) => {
            field == same && fewer.keys().all(|value| people.contains_key(value))
        }
        (Source::Field { .. }, Source::Person(_) | Source::Team(_)) => false,
    }
}

/// What a condition names, dimension by dimension; an empty set names everything.
fn listed(when: &Condition) -> [BTreeSet<&str>; 3] {
    fn of<'a, T>(list: Option<&'a [T]>, text: impl Fn(&'a T) -> &'a str) -> BTreeSet<&'a str> {
        list.into_iter().flatten().map(text).collect()
    }
    [
        of(when.action_types.as_deref(), |name| name.as_str()),
        of(when.record_systems.as_deref(), String::as_str),
        of(when.object_types.as_deref(), String::as_str),
    ]
}

/// Lists the kinds of proposals that a rule is for, told apart as far as the other rules do.
fn kinds<'a>(own: &[BTreeSet<&'a str>; 3], others: &[[BTreeSet<&'a str>; 3]]) -> Vec<Kind<'a>> {
    let values = |dimension: usize| -> Vec<Option<&'a str>> {
        if !own[dimension].is_empty() {
            return own[dimension].iter().copied().map(Some).collect();
        }
        let named: BTreeSet<&str> = others.iter().flat_map(|lists| lists[dimension].iter().copied()).collect();
        // The unnamed first: where nobody answers it, nothing else need be looked at.
        [None].into_iter().chain(named.into_iter().map(Some)).collect()
    };
    let [types, systems, objects] = [values(0), values(1), values(2)];
    let mut kinds = Vec::new();
    for action_type in &types {
        for system in &systems {
            kinds.extend(objects.iter().map(|object| [*action_type, *system, *object]));
        }
    }
    kinds
}

fn is_met(lists: &[BTreeSet<&str>; 3], kind: &Kind<'_>) -> bool {
    lists.iter().zip(kind).all(|(list, value)| list.is_empty() || value.is_some_and(|value| list.contains(value)))
}
