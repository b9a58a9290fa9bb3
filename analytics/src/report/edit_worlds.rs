//! Worlds in which people make the same edit again and again, among edits of many other kinds: how often the report finds what was planted,
//! and how much else it tells.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::date;
use polars::prelude::*;
use serde_json::{Value, json};

use super::occurrences::{Occurrence, Occurrences};
use super::question::edits::{SAME_CHANGE, changes};
use crate::export::{ExportKey, generalize};
use statistics::Chance;

/// Worlds of a usual test run.
const FEW: u64 = 100;
/// Worlds of the whole experiment.
const ALL: u64 = 1_000;

/// Candidates of a world.
const CANDIDATES: u64 = 400;

/// In what share of the candidates a planted edit is made.
const PLANTED: f64 = 0.05;

/// In what share of the others somebody changes something else.
const NOISE: f64 = 0.3;

/// In what share of the others a date moves by a day more than a planted edit moves it.
const NEARLY: f64 = 0.01;

/// An edit is found where it was made in at least one of so many candidates: half of what is planted.
const FOUND_ONE_IN: u64 = 40;

/// An edit that people make every time.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// Two to eight days more.
    DueLater(i64),
    /// The same owner, whoever it was.
    SameOwner,
    /// The same amount, whatever it was.
    SameAmount,
    /// No note.
    NoNote,
    /// The same tag in the place of any other, wherever it stands.
    SameTag,
}

/// What came of all worlds.
#[derive(Debug, Default)]
struct Rates {
    worlds: u64,
    /// Edits that were planted.
    planted: u64,
    /// Those of them that were found.
    found: u64,
    /// All that were found.
    told: u64,
    /// Candidates with a planted edit that was found.
    marked: u64,
    /// Candidates that the report counts under those.
    counted: u64,
}

fn payload(chance: &mut Chance) -> Value {
    json!({
        "due": due(date(2026, 1, 1), i64::try_from(chance.below(300)).expect("small")),
        "owner": format!("users/{}", chance.below(50)),
        "amount": chance.below(1_000_000),
        "note": format!("call about order {}", chance.below(1_000_000)),
        "tags": [word(chance), word(chance), word(chance)],
    })
}

fn due(from: jiff::civil::Date, days: i64) -> String {
    from.checked_add(days.days()).expect("a date of this century").to_string()
}

fn word(chance: &mut Chance) -> String {
    format!("w{}", chance.below(1_000))
}

fn move_due(payload: &mut Value, days: i64) {
    let before = payload["due"].as_str().and_then(|text| text.parse().ok()).expect("a date");
    payload["due"] = due(before, days).into();
}

fn set_tag(payload: &mut Value, chance: &mut Chance, tag: String) {
    payload["tags"][usize::try_from(chance.below(3)).expect("small")] = tag.into();
}

impl Rule {
    fn apply(self, payload: &mut Value, chance: &mut Chance) {
        match self {
            Self::DueLater(days) => move_due(payload, days),
            Self::SameOwner => payload["owner"] = "users/dora".into(),
            Self::SameAmount => payload["amount"] = 1.into(),
            Self::NoNote => drop(payload.as_object_mut().expect("an object").remove("note")),
            Self::SameTag => set_tag(payload, chance, "urgent".to_owned()),
        }
    }
}

/// Changes anything to anything.
fn disturb(payload: &mut Value, chance: &mut Chance) {
    match chance.below(5) {
        0 => move_due(payload, i64::try_from(chance.below(60)).expect("small") - 30),
        1 => payload["owner"] = format!("users/{}", chance.below(50)).into(),
        2 => payload["amount"] = chance.below(1_000_000).into(),
        3 => payload["note"] = format!("write about order {}", chance.below(1_000_000)).into(),
        _ => {
            let tag = word(chance);
            set_tag(payload, chance, tag);
        }
    }
}

/// Draws up to three different rules; in every fourth world there are none.
fn rules(chance: &mut Chance) -> Vec<Rule> {
    let days = 2 + i64::try_from(chance.below(7)).expect("small");
    let mut rules = vec![Rule::DueLater(days), Rule::SameOwner, Rule::SameAmount, Rule::NoNote, Rule::SameTag];
    let count = chance.below(4);
    while rules.len() as u64 > count {
        rules.swap_remove(usize::try_from(chance.below(rules.len() as u64)).expect("small"));
    }
    rules
}

/// The edits of a world, as an export has them.
#[derive(Default)]
struct Edits {
    candidates: Vec<String>,
    actors: Vec<String>,
    facts: Vec<crate::export::Edit>,
}

impl Edits {
    fn add(&mut self, number: u64, before: &Value, after: &Value) {
        for edit in generalize(Some(before), Some(after), "[]", &ExportKey::new(&[3; 32])).changes {
            self.candidates.push(format!("candidates/{number}"));
            self.actors.push(format!("p_h{}", number % 7));
            self.facts.push(edit);
        }
    }

    /// Asks the report's question of them.
    fn occurrences(self) -> PolarsResult<Vec<Occurrence>> {
        let text = |of: fn(&crate::export::Edit) -> &String| self.facts.iter().map(of).cloned().collect::<Vec<_>>();
        let count = self.facts.len();
        let frame = df!(
            "entry_index" => (0..count as u64).collect::<Vec<_>>(),
            "action_type" => vec!["update_field"; count],
            "proposer" => vec!["generators/crm-rules"; count],
            "edit_path" => text(|edit| &edit.path),
            "edit_operation" => text(|edit| &edit.operation),
            "edit_from" => text(|edit| &edit.from),
            "edit_to" => text(|edit| &edit.to),
            "edit_shift_days" => self.facts.iter().map(|edit| edit.shift_days).collect::<Vec<_>>(),
            "edit_value" => self.facts.iter().map(|edit| edit.value.clone()).collect::<Vec<_>>(),
            "candidate" => self.candidates,
            "actor" => self.actors,
            "week" => vec!["2026-W20"; count],
            "edited_week" => vec!["2026-W20"; count],
            "applies" => vec![true; count],
        )?;
        let mut occurrences = Occurrences::new(&SAME_CHANGE);
        occurrences.add(changes(frame.lazy()))?;
        Ok(occurrences.finish()?.by(&[0, 1, 2, 3, 4]))
    }
}

/// Returns what makes the edits of a rule the same edit.
fn key_of(rule: Rule, chance: &mut Chance) -> Vec<String> {
    let before = payload(chance);
    let mut after = before.clone();
    rule.apply(&mut after, chance);
    let mut one = Edits::default();
    one.add(0, &before, &after);
    let [only] = one.occurrences().expect("a frame").try_into().expect("one change");
    only.key
}

fn live(chance: &mut Chance, rates: &mut Rates) {
    let rules = rules(chance);
    let mut edits = Edits::default();
    let mut marked = vec![0; rules.len()];
    for number in 0..CANDIDATES {
        let before = payload(chance);
        let mut after = before.clone();
        if let Some(planted) = (0..rules.len()).find(|_| chance.happens(PLANTED)) {
            rules[planted].apply(&mut after, chance);
            marked[planted] += 1;
        } else if chance.happens(NEARLY) {
            let planted =
                rules.iter().find_map(|rule| if let Rule::DueLater(days) = rule { Some(*days) } else { None });
            move_due(&mut after, planted.unwrap_or(1) + 1);
        } else if chance.happens(NOISE) {
            disturb(&mut after, chance);
        }
        edits.add(number, &before, &after);
    }
    let told: BTreeMap<Vec<String>, u64> = edits
        .occurrences()
        .expect("a frame")
        .into_iter()
        .filter(|occurrence| occurrence.candidates * FOUND_ONE_IN >= CANDIDATES)
        .map(|occurrence| (occurrence.key, occurrence.candidates))
        .collect();
    rates.worlds += 1;
    rates.planted += rules.len() as u64;
    rates.told += told.len() as u64;
    for (rule, marked) in rules.into_iter().zip(marked) {
        if let Some(counted) = told.get(&key_of(rule, chance)) {
            rates.found += 1;
            rates.marked += marked;
            rates.counted += counted;
        }
    }
}

fn rates(worlds: u64) -> Rates {
    let mut rates = Rates::default();
    for world in 0..worlds {
        live(&mut Chance(world), &mut rates);
    }
    println!("{rates:?}");
    rates
}

fn assert_as_promised(rates: &Rates) {
    let is_most = |some: u64, all: u64| all > 0 && some * 100 >= all * 95;
    assert!(is_most(rates.found, rates.planted), "{rates:?}: fewer than 95 of 100 planted edits were found");
    assert!(is_most(rates.found, rates.told), "{rates:?}: of what was found, more than 5 of 100 were not planted");
    assert!(is_most(rates.marked, rates.counted), "{rates:?}: more than 5 of 100 were counted that were not planted");
}

#[test]
fn an_edit_planted_in_one_of_twenty_candidates_is_found_and_little_else_is() {
    assert_as_promised(&rates(FEW));
}

#[test]
#[ignore = "a thousand worlds; CONTRIBUTING.md says how to run them"]
fn planted_edits_are_found_in_a_thousand_worlds() {
    assert_as_promised(&rates(ALL));
}
