//! Finds rules that never speak.
//!
//! What a rule looks at is finite: the catalogue's action types, and systems, kinds of records and values of fields once everything that
//! no rule names counts as one. So every kind of proposal that a rule is for is gone through, and a rule is found all of whose kinds
//! earlier ones answer, be it one of them or several together.

use std::collections::BTreeSet;

use super::rule::{Condition, Rule, Source};
use crate::catalogue::Catalogue;
use crate::keyed_toml::KeyError;

/// One kind of proposal, as far as the rules can tell; none stands for whatever no rule names.
type Kind<'a> = [Option<&'a str>; 3];

/// What a condition names, in the order of a kind; an empty set names everything.
type Lists<'a> = [BTreeSet<&'a str>; 3];

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
        if is_silenced(rule, &rules[..index], catalogue) {
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

fn is_silenced(rule: &Rule, earlier: &[Rule], catalogue: &Catalogue) -> bool {
    let earlier = earlier.iter().filter(|other| answers_some(other, rule));
    let earlier: Vec<(Lists<'_>, &Rule)> = earlier.map(|other| (listed(&other.when), other)).collect();
    let is_answered = |kind: Kind<'_>| {
        let heard = earlier.iter().filter(|(lists, _)| is_met(lists, &kind)).map(|(_, other)| *other);
        answer_all(&heard.collect::<Vec<_>>(), rule)
    };
    !earlier.is_empty() && holds_for_all_kinds(&listed(&rule.when), &earlier, catalogue, is_answered)
}

/// Tells whether a rule finds somebody at least for some value by which the other would, or always where the other does.
fn answers_some(rule: &Rule, other: &Rule) -> bool {
    match &other.source {
        Source::Person(_) | Source::Team(_) => matches!(rule.source, Source::Person(_) | Source::Team(_)),
        Source::Field { field, people, .. } => people.keys().any(|value| knows(rule, field, value)),
    }
}

/// Tells whether rules, each of which answers some of what the other does, answer all of it where all are for a proposal.
fn answer_all(rules: &[&Rule], other: &Rule) -> bool {
    match &other.source {
        Source::Person(_) | Source::Team(_) => !rules.is_empty(),
        Source::Field { field, people, .. } => {
            people.keys().all(|value| rules.iter().any(|rule| knows(rule, field, value)))
        }
    }
}

/// Tells whether a rule finds somebody by a value of a field.
fn knows(rule: &Rule, field: &str, value: &str) -> bool {
    match &rule.source {
        Source::Field { field: own, people, .. } => own == field && people.contains_key(value),
        Source::Person(_) | Source::Team(_) => true,
    }
}

fn listed(when: &Condition) -> Lists<'_> {
    fn of<'a, T>(list: Option<&'a [T]>, text: impl Fn(&'a T) -> &'a str) -> BTreeSet<&'a str> {
        list.into_iter().flatten().map(text).collect()
    }
    [
        of(when.action_types.as_deref(), |name| name.as_str()),
        of(when.record_systems.as_deref(), String::as_str),
        of(when.object_types.as_deref(), String::as_str),
    ]
}

/// Asks of the kinds of proposals that a rule is for, told apart as far as the other rules do, until one does not hold. Every proposal has an
/// action type of the catalogue; it may be about a record of which no rule speaks, or about none.
fn holds_for_all_kinds<'a>(
    own: &Lists<'a>,
    others: &[(Lists<'a>, &Rule)],
    catalogue: &'a Catalogue,
    holds: impl Fn(Kind<'a>) -> bool,
) -> bool {
    let values = |dimension: usize| -> Vec<Option<&'a str>> {
        if !own[dimension].is_empty() {
            return own[dimension].iter().copied().map(Some).collect();
        }
        let named: BTreeSet<&str> = others.iter().flat_map(|(lists, _)| lists[dimension].iter().copied()).collect();
        // The unnamed first: where nobody answers it, nothing else need be looked at.
        [None].into_iter().chain(named.into_iter().map(Some)).collect()
    };
    let types: Vec<&str> = if own[0].is_empty() {
        catalogue.iter().map(|action_type| action_type.name.as_str()).collect()
    } else {
        own[0].iter().copied().collect()
    };
    let (systems, objects) = (values(1), values(2));
    systems.iter().all(|system| {
        objects.iter().all(|object| types.iter().all(|action_type| holds([Some(*action_type), *system, *object])))
    })
}

fn is_met(lists: &Lists<'_>, kind: &Kind<'_>) -> bool {
    lists.iter().zip(kind).all(|(list, value)| list.is_empty() || value.is_some_and(|value| list.contains(value)))
}
