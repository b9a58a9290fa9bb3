//! What changed from one period to the next, and whether that is more than chance.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::{edits, failures, harm, rejections, rework};
use crate::report::by::By;
use crate::report::definition::Definition;
use crate::report::grouped::{Question, RateTallies};
use crate::report::rate::{Rate, Rates};
use crate::report::terms::Period;
use statistics::{Counts, adjusted, difference_p_value};

/// What the figure means.
pub const DEFINITION: Definition = Definition {
    id: "changes",
    title: "Against the period before",
    numerator_word: "counted",
    denominator_word: "of",
    numerator: "what the figure counts, among candidates proposed within the period",
    denominator: "what the figure counts of, among candidates proposed within the period",
    unit: "candidate",
    exclusions: "candidates proposed earlier than both periods; groups under 20 in one of the periods are marked and compared with none; candidates with an entry that could not be read",
    version: 1,
};

/// Of the changes that are called so, at most this share is chance, on average.
pub(in crate::report) const FALSE_DISCOVERIES: f64 = 0.05;

/// The figures that are compared, and by what.
const COMPARED: [Question; 5] = [
    (&rejections::DEFINITION, rejections::rejections),
    (&edits::DEFINITION, edits::edits),
    (&failures::DEFINITION, failures::failures),
    (&rework::DEFINITION, rework::rework),
    (&harm::DEFINITION, harm::harm),
];
const COMPARED_BY: [By; 5] = [By::All, By::ActionType, By::Proposer, By::Risk, By::Confidence];

/// One figure of one group in both periods.
#[derive(Debug, Clone)]
pub(in crate::report) struct Change {
    /// The figure.
    pub definition: &'static Definition,
    /// What groups are.
    pub by: By,
    /// The group.
    pub group: String,
    /// In the period before.
    pub before: Rate,
    /// In the last period.
    pub now: Rate,
    /// How likely a difference at least as large is by chance (Fisher), and the same adjusted for all comparisons together (Benjamini and
    /// Hochberg); none where a group is small.
    pub p_and_q: Option<(f64, f64)>,
}

/// Gathers the figures of both periods.
pub(in crate::report) struct Gathered {
    last_us: i64,
    period: Period,
    before: RateTallies,
    now: RateTallies,
}

impl Gathered {
    /// Starts to gather; the last period ends with the moment of the last entry.
    pub(in crate::report) fn new(last_us: i64, period: Period) -> Self {
        Self { last_us, period, before: RateTallies::new(&COMPARED), now: RateTallies::new(&COMPARED) }
    }

    /// Adds the candidates of a slice.
    pub(in crate::report) fn add(&mut self, candidates: &LazyFrame) -> PolarsResult<()> {
        let (last, length) = (self.last_us, self.period.micros());
        let within = |from: i64, to: i64| {
            let at = col("proposed_at").cast(DataType::Int64);
            candidates.clone().filter(at.clone().gt(lit(from)).and(at.lt_eq(lit(to))))
        };
        self.before.add(&within(last.saturating_sub(2 * length), last.saturating_sub(length)))?;
        self.now.add(&within(last.saturating_sub(length), i64::MAX))
    }

    /// Compares: figure by figure, the largest groups first.
    pub(in crate::report) fn finish(self) -> PolarsResult<Vec<Change>> {
        let (before, now) = (self.before.read()?, self.now.read()?);
        let mut changes = Vec::new();
        for (definition, _) in COMPARED {
            for by in COMPARED_BY {
                let of = |rates: &BTreeMap<&str, Vec<Rates>>| -> Vec<(String, Rate)> {
                    let under = rates.get(definition.id).and_then(|rates| rates.iter().find(|rates| rates.by == by));
                    under.map(|rates| rates.groups.clone()).unwrap_or_default()
                };
                changes.extend(pair(definition, by, of(&before), of(&now)));
            }
        }
        test(&mut changes);
        Ok(changes)
    }
}

fn pair(definition: &'static Definition, by: By, before: Vec<(String, Rate)>, now: Vec<(String, Rate)>) -> Vec<Change> {
    const NOTHING: Rate = Rate { numerator: 0, denominator: 0 };
    let mut groups: BTreeMap<String, (Rate, Rate)> = BTreeMap::new();
    for (group, before) in before {
        groups.insert(group, (before, NOTHING));
    }
    for (group, now) in now {
        groups.entry(group).or_insert((NOTHING, NOTHING)).1 = now;
    }
    let change = |(group, (before, now))| Change { definition, by, group, before, now, p_and_q: None };
    let mut changes: Vec<Change> = groups.into_iter().map(change).collect();
    by.order(&mut changes, |change| (&change.group, change.now.denominator + change.before.denominator));
    changes
}

fn test(changes: &mut [Change]) {
    let tested: Vec<usize> = (0..changes.len()).filter(|&row| !changes[row].is_small()).collect();
    let p_of = |change: &Change| difference_p_value(counts(change.before), counts(change.now));
    let p: Vec<f64> = tested.iter().map(|&row| p_of(&changes[row])).collect();
    for ((row, p), q) in tested.into_iter().zip(p.clone()).zip(adjusted(&p)) {
        changes[row].p_and_q = Some((p, q));
    }
}

const fn counts(rate: Rate) -> Counts {
    Counts { hits: rate.numerator, trials: rate.denominator }
}

impl Change {
    /// Tells whether the group is too small in one of the periods.
    pub(in crate::report) const fn is_small(&self) -> bool {
        self.before.is_small() || self.now.is_small()
    }

    /// Tells whether the difference is more than chance, all comparisons together.
    pub(in crate::report) fn is_discovery(&self) -> bool {
        self.p_and_q.is_some_and(|(_, q)| q <= FALSE_DISCOVERIES)
    }
}
