//! Questions asked under every grouping at once.
//!
//! A slice is counted once, by all groupings together; what any one of them says is the sum over the others.

use std::collections::BTreeMap;

use polars::prelude::*;

use super::breakdown::{self, Breakdown};
use super::by::By;
use super::definition::Definition;
use super::rate::{Rate, Rates, denominator_of, numerator_of, ordered};
use super::tally::{Tally, counts, texts};

/// A question about rows: it marks what it counts, and of what.
pub(super) type Question = (&'static Definition, fn(LazyFrame) -> LazyFrame);

/// Rates under every grouping.
pub(super) struct RateTallies {
    questions: Vec<Question>,
    sums: Vec<String>,
    tally: Tally,
}

/// A breakdown under every grouping.
pub(super) struct BreakdownTallies {
    question: fn(LazyFrame) -> LazyFrame,
    tally: Tally,
}

impl RateTallies {
    /// Starts to ask.
    pub(super) fn new(questions: &[Question]) -> Self {
        let both = |(definition, _): &Question| [numerator_of(definition), denominator_of(definition)];
        let sums: Vec<String> = questions.iter().flat_map(both).collect();
        let names: Vec<&str> = sums.iter().map(String::as_str).collect();
        let tally = Tally::new(&By::ids(), &names);
        Self { questions: questions.to_vec(), sums, tally }
    }

    /// Asks about the rows of a slice.
    pub(super) fn add(&mut self, rows: &LazyFrame) -> PolarsResult<()> {
        let marked = self.questions.iter().fold(rows.clone(), |rows, (_, question)| question(rows));
        let sums: Vec<Expr> = self.sums.iter().map(|name| col(name.as_str()).sum()).collect();
        self.tally.add(marked.group_by(By::groups()).agg(sums))
    }

    /// Returns the answers, by the id of the question, under every grouping.
    pub(super) fn read(self) -> PolarsResult<BTreeMap<&'static str, Vec<Rates>>> {
        let total = self.tally.total()?;
        let groups = By::ids().map(|id| texts(&total, id)).into_iter().collect::<PolarsResult<Vec<_>>>()?;
        let mut answers = BTreeMap::new();
        for (definition, _) in self.questions {
            let numerators = counts(&total, &numerator_of(definition))?;
            let denominators = counts(&total, &denominator_of(definition))?;
            let suiting = By::EVERY.into_iter().zip(&groups).filter(|(by, _)| by.suits(definition.id));
            let rates = suiting.map(|(by, groups)| {
                let mut rolled: BTreeMap<&str, Rate> = BTreeMap::new();
                for (row, group) in groups.iter().enumerate() {
                    let rate = rolled.entry(group).or_insert(Rate { numerator: 0, denominator: 0 });
                    rate.numerator += numerators[row];
                    rate.denominator += denominators[row];
                }
                ordered(by, rolled.into_iter().map(|(group, rate)| (group.to_owned(), rate)))
            });
            answers.insert(definition.id, rates.collect());
        }
        Ok(answers)
    }
}

impl BreakdownTallies {
    /// Starts to ask.
    pub(super) fn new(question: fn(LazyFrame) -> LazyFrame) -> Self {
        let keys: Vec<&str> = By::ids().into_iter().chain(["category"]).collect();
        Self { question, tally: Tally::new(&keys, &["count"]) }
    }

    /// Asks about the rows of a slice.
    pub(super) fn add(&mut self, rows: &LazyFrame) -> PolarsResult<()> {
        let keys: Vec<Expr> = By::groups().into_iter().chain([col("category")]).collect();
        self.tally.add((self.question)(rows.clone()).group_by(keys).agg([len().alias("count")]))
    }

    /// Returns the answers under every grouping.
    pub(super) fn read(self) -> PolarsResult<Vec<Breakdown>> {
        let total = self.tally.total()?;
        let (categories, counts) = (texts(&total, "category")?, counts(&total, "count")?);
        let breakdown = |by: By| -> PolarsResult<Breakdown> {
            let mut rolled: BTreeMap<(String, &str), u64> = BTreeMap::new();
            for (row, group) in texts(&total, by.id())?.into_iter().enumerate() {
                *rolled.entry((group, &categories[row])).or_default() += counts[row];
            }
            let rows = rolled.into_iter().map(|((group, category), count)| (group, category.to_owned(), count));
            Ok(breakdown::ordered(by, rows))
        };
        By::EVERY.into_iter().map(breakdown).collect()
    }
}
