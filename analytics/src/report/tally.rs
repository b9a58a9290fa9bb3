//! Answers of several slices added up.

use polars::prelude::*;

/// Adds up small frames that share their columns.
pub(super) struct Tally {
    keys: Vec<String>,
    sums: Vec<String>,
    least: Vec<String>,
    waiting: Vec<DataFrame>,
}

impl Tally {
    /// Starts a sum over the columns `sums` for every combination of the columns `keys`.
    pub(super) fn new(keys: &[&str], sums: &[&str]) -> Self {
        Self { keys: owned(keys), sums: owned(sums), least: Vec::new(), waiting: Vec::new() }
    }

    /// Also keeps the least value of these columns.
    pub(super) fn with_least(self, least: &[&str]) -> Self {
        Self { least: owned(least), ..self }
    }

    /// Adds the answer of a slice.
    pub(super) fn add(&mut self, answer: LazyFrame) -> PolarsResult<()> {
        let columns: Vec<Expr> =
            self.keys.iter().chain(&self.sums).chain(&self.least).map(|name| col(name.as_str())).collect();
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
        let keys: Vec<Expr> = self.keys.iter().map(|name| col(name.as_str())).collect();
        let sums = self.sums.iter().map(|name| col(name.as_str()).sum());
        let least = self.least.iter().map(|name| col(name.as_str()).min());
        concat(frames, UnionArgs::default())?
            .group_by(keys)
            .agg(sums.chain(least).collect::<Vec<Expr>>())
            .sort(self.keys, SortMultipleOptions::default())
            .collect()
    }
}

/// Returns 1 where a condition is known to hold, else 0: a column that adds up to how many there are.
pub(super) fn marked(condition: Expr) -> Expr {
    condition.fill_null(lit(false)).cast(DataType::UInt64)
}

/// Counts where a condition is known to hold.
pub(super) fn how_many(condition: Expr) -> Expr {
    marked(condition).sum()
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
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
