//! Whether what people changed again and again was changed less often afterwards.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::versions::Difference;
use crate::report::rate::Rate;
use crate::report::shape::Shapes;
use crate::report::tally::{Tally, counts, texts};
use statistics::{Counts, adjusted, difference_p_value};

/// Columns that make a rule: whose proposals, and what makes a change the same.
const RULE: [&str; 7] = ["proposer", "action_type", "path", "operation", "from", "to", "sameness"];

/// A change is a rule from this many candidates on.
const CANDIDATES_MIN: u64 = 5;

/// And from so many people on: the taste of one is no rule.
const PEOPLE_MIN: usize = 2;

/// Of the differences that are called so, at most this share is chance, on average.
const FALSE_DISCOVERIES: f64 = 0.05;

/// A change that people made often enough to be a rule, before and after it was one.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::report) struct Rule {
    /// The values of the columns that make it.
    pub key: [String; 7],
    /// The week of the edit with which it became a rule.
    pub since: String,
    /// How often it was made to candidates proposed up to the end of that week.
    pub before: Rate,
    /// How often it was made to candidates proposed later.
    pub after: Rate,
    /// How the two compare; none where one is small.
    pub difference: Option<Difference>,
}

/// Gathers when changes were made.
pub(in crate::report) struct RuleTallies {
    made: Tally,
    people: Tally,
}

/// What is known of one change.
#[derive(Default)]
struct History {
    /// Week of the proposal, week of the edit, and how many candidates.
    made: Vec<(String, String, u64)>,
    /// For every person, the week of their first such edit.
    people: Vec<String>,
}

impl RuleTallies {
    /// Starts to gather.
    pub(in crate::report) fn new() -> Self {
        let with = |more: &[&'static str]| RULE.iter().chain(more).copied().collect::<Vec<_>>();
        Self {
            made: Tally::new(&with(&["week", "edited_week"]), &["count"]),
            people: Tally::new(&with(&["actor"]), &[]).with_least(&["edited_week"]),
        }
    }

    /// Adds the changes of a slice, as [`changes`](super::edits::changes) lists them, that could have been made to what was proposed.
    pub(in crate::report) fn add(&mut self, changes: LazyFrame) -> PolarsResult<()> {
        let key = |more: &[&'static str]| RULE.iter().chain(more).map(|&name| col(name)).collect::<Vec<Expr>>();
        let rows = changes.filter(col("applies")).collect()?;
        let first = [col("week").first(), col("edited_week").min()];
        let candidates = rows.clone().lazy().group_by(key(&["candidate"])).agg(first);
        self.made.add(candidates.group_by(key(&["week", "edited_week"])).agg([len().alias("count")]))?;
        self.people.add(rows.lazy().group_by(key(&["actor"])).agg([col("edited_week").min()]))
    }

    /// Finds the rules and compares before with after, sorted by key.
    pub(in crate::report) fn read(self, shapes: &Shapes) -> PolarsResult<Vec<Rule>> {
        let mut histories: BTreeMap<[String; 7], History> = BTreeMap::new();
        let total = self.made.total()?;
        let weeks = texts(&total, "week")?.into_iter().zip(texts(&total, "edited_week")?);
        let made = weeks.zip(counts(&total, "count")?).map(|((week, edited), count)| (week, edited, count));
        for (key, made) in keys(&total)?.into_iter().zip(made) {
            histories.entry(key).or_default().made.push(made);
        }
        let total = self.people.total()?;
        for (key, week) in keys(&total)?.into_iter().zip(texts(&total, "edited_week")?) {
            histories.entry(key).or_default().people.push(week);
        }
        let rules = histories.into_iter().filter_map(|(key, history)| history.rule(key, shapes));
        Ok(compared(rules.collect()))
    }
}

impl History {
    /// Tells the week in which the change had been made to enough candidates by enough people.
    fn since(&self) -> Option<&str> {
        let weeks: BTreeSet<&str> = self.made.iter().map(|(_, edited, _)| edited.as_str()).collect();
        weeks.into_iter().find(|&week| {
            let candidates: u64 = self.made.iter().filter(|(_, at, _)| at.as_str() <= week).map(|(_, _, n)| n).sum();
            let people = self.people.iter().filter(|first| first.as_str() <= week).count();
            candidates >= CANDIDATES_MIN && people >= PEOPLE_MIN
        })
    }

    fn rule(&self, key: [String; 7], shapes: &Shapes) -> Option<Rule> {
        let since = self.since()?.to_owned();
        let [proposer, action_type, path, _, from, _, _] = &key;
        let of = shapes.count_around(proposer, action_type, &since, |shape| shape.could_take(path, from));
        let mut made = [0; 2];
        for (week, _, count) in &self.made {
            made[usize::from(*week > since)] += count;
        }
        let [before, after] = [0, 1].map(|side| Rate { numerator: made[side], denominator: of[side] });
        Some(Rule { key, since, before, after, difference: None })
    }
}

impl Rule {
    /// Says in a word what became of it: `followed`, `not followed`, `more often`, or `too few` to tell.
    ///
    /// *Not followed* means that no fall shows: a small one may hide behind chance.
    pub(in crate::report) fn verdict(&self) -> &'static str {
        let Some(difference) = self.difference else { return "too few" };
        match (difference.q <= FALSE_DISCOVERIES, self.after.share() < self.before.share()) {
            (true, true) => "followed",
            (true, false) => "more often",
            (false, _) => "not followed",
        }
    }
}

fn keys(frame: &DataFrame) -> PolarsResult<Vec<[String; 7]>> {
    let columns = RULE.map(|name| texts(frame, name)).into_iter().collect::<PolarsResult<Vec<_>>>()?;
    Ok((0..frame.height()).map(|row| std::array::from_fn(|column| columns[column][row].clone())).collect())
}

/// Tests the rules with enough candidates on both sides, all of them together.
fn compared(mut rules: Vec<Rule>) -> Vec<Rule> {
    let counts = |rate: Rate| Counts { hits: rate.numerator, trials: rate.denominator };
    let large = rules.iter_mut().filter(|rule| !rule.before.is_small() && !rule.after.is_small());
    let large: Vec<&mut Rule> = large.collect();
    let p: Vec<f64> = large.iter().map(|rule| difference_p_value(counts(rule.before), counts(rule.after))).collect();
    for ((rule, q), p) in large.into_iter().zip(adjusted(&p)).zip(&p) {
        rule.difference = Some(Difference { p: *p, q });
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(made: &[(&str, &str, u64)], people: &[&str]) -> History {
        History {
            made: made.iter().map(|(week, edited, count)| ((*week).to_owned(), (*edited).to_owned(), *count)).collect(),
            people: people.iter().map(|&week| week.to_owned()).collect(),
        }
    }

    #[test]
    fn a_rule_needs_five_candidates_and_two_people() {
        let made = [("2026-W01", "2026-W01", 4), ("2026-W01", "2026-W03", 1), ("2026-W03", "2026-W04", 9)];
        assert_eq!(history(&made, &["2026-W01", "2026-W03"]).since(), Some("2026-W03"));
        assert_eq!(history(&made, &["2026-W01", "2026-W04"]).since(), Some("2026-W04"));
        assert_eq!(history(&made, &["2026-W01"]).since(), None);
        assert_eq!(history(&made[..1], &["2026-W01", "2026-W01"]).since(), None);
    }

    #[test]
    fn a_verdict_wants_twenty_on_both_sides_and_more_than_chance() {
        let rule = |before: (u64, u64), after: (u64, u64)| Rule {
            key: Default::default(),
            since: "2026-W01".to_owned(),
            before: Rate { numerator: before.0, denominator: before.1 },
            after: Rate { numerator: after.0, denominator: after.1 },
            difference: None,
        };
        let rules = [
            rule((40, 100), (5, 100)),
            rule((40, 100), (38, 100)),
            rule((5, 100), (40, 100)),
            rule((19, 19), (0, 100)),
        ];
        let verdicts: Vec<&str> = compared(rules.into()).iter().map(Rule::verdict).collect();
        assert_eq!(verdicts, ["followed", "not followed", "more often", "too few"]);
    }
}
