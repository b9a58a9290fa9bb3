//! Answers of several slices added up.

use polars::prelude::*;

/// Adds up small frames that share their columns.
pub(super) struct Tally {
    keys: Vec<&'static str>,
    sums: Vec<&'static str>,
    least: Vec<&'static str>,
    waiting: Vec<DataFrame>,
}

impl Tally {
    /// Starts a sum over the columns `sums` for every combination of the columns `keys`.
    pub(super) fn new(keys: &[&'static str], sums: &[&'static str]) -> Self {
        Self { keys: keys.to_vec(), sums: sums.to_vec(), least: Vec::new(), waiting: Vec::new() }
    }

    /// Also keeps the least value of these columns.
    pub(super) fn with_least(self, least: &[&'static str]) -> Self {
        Self { least: least.to_vec(), ..self }
    }

    /// Adds the answer of a slice.
    pub(super) fn add(&mut self, answer: LazyFrame) -> PolarsResult<()> {
        let columns: Vec<Expr> = self.keys.iter().chain(&self.sums).chain(&self.least).map(|&name| col(name)).collect();
        self.waiting.push(answer.select(columns).collect()?);
        Ok(())
    }

    /// Returns the sums, sorted by the keys.
    ///
    /// # Panics
    ///
    /// When no answer was added: even an empty log has one slice, and its answer has the columns.
    pub(super) fn total(self) -> PolarsResult<DataFrame> {
        assert!(!self.waiting.is_empty(), "a tally has the answer of at least one slice");
        let frames: Vec<LazyFrame> = self.waiting.into_iter().map(IntoLazy::lazy).collect();
        let keys: Vec<Expr> = self.keys.iter().map(|&name| col(name)).collect();
        let sums = self.sums.iter().map(|&name| col(name).sum());
        let least = self.least.iter().map(|&name| col(name).min());
        concat(frames, UnionArgs::default())?
            .group_by(keys)
            .agg(sums.chain(least).collect::<Vec<Expr>>())
            .sort(self.keys, SortMultipleOptions::default())
            .collect()
    }
}

/// Returns a text column of a small frame.
pub(super) fn texts(frame: &DataFrame, column: &str) -> PolarsResult<Vec<String>> {
    Ok(frame.column(column)?.str()?.iter().map(|text| text.unwrap_or_default().to_owned()).collect())
}

/// Returns a column of counts of a small frame.
pub(super) fn counts(frame: &DataFrame, column: &str) -> PolarsResult<Vec<u64>> {
    let column = frame.column(column)?.cast(&DataType::UInt64)?;
    Ok(column.u64()?.iter().map(Option::unwrap_or_default).collect())
}
