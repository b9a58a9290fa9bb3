//! Breakdowns: how many of a group are of which category.

use polars::prelude::*;

use super::by::By;
use super::tally::{Tally, counts, texts};

/// The categories in every group of one grouping, the largest group first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Breakdown {
    /// What the groups are.
    pub by: By,
    /// The groups.
    pub groups: Vec<Group>,
}

/// The categories in one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// The group.
    pub name: String,
    /// How many there are in all.
    pub total: u64,
    /// Category and how many there are of it, the most frequent first.
    pub categories: Vec<(String, u64)>,
}

/// Counts the rows of every group by their column `category`.
pub(super) fn count(rows: LazyFrame, by: By) -> LazyFrame {
    rows.group_by([by.group(), col("category")]).agg([len().alias("count")])
}

/// Starts the tally of a breakdown.
pub(super) fn tally() -> Tally {
    Tally::new(&["group", "category"], &["count"])
}

/// Reads the breakdown of a tally.
pub(super) fn read(by: By, tally: Tally) -> PolarsResult<Breakdown> {
    let total = tally.total()?;
    let mut groups: Vec<Group> = Vec::new();
    let rows = texts(&total, "category")?.into_iter().zip(counts(&total, "count")?);
    // Rows are sorted by group.
    for (name, (category, count)) in texts(&total, "group")?.into_iter().zip(rows) {
        match groups.last_mut().filter(|group| group.name == name) {
            Some(group) => {
                group.total += count;
                group.categories.push((category, count));
            }
            None => groups.push(Group { name, total: count, categories: vec![(category, count)] }),
        }
    }
    for group in &mut groups {
        group.categories.sort_by(|(a, x), (b, y)| y.cmp(x).then_with(|| a.cmp(b)));
    }
    groups.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
    Ok(Breakdown { by, groups })
}

/// Keeps the earliest row of every candidate, so that each counts once.
pub(super) fn first_of_each_candidate(rows: LazyFrame) -> LazyFrame {
    rows.sort(["entry_index"], SortMultipleOptions::default())
        .unique_stable(Some(by_name(["candidate"], true, false)), UniqueKeepStrategy::First)
}
