//! Breakdowns: how many of a group are of which category.

use polars::prelude::*;

use super::by::By;

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

/// Puts groups and categories in order; rows of one group come one after the other.
pub(super) fn ordered(by: By, rows: impl IntoIterator<Item = (String, String, u64)>) -> Breakdown {
    let mut groups: Vec<Group> = Vec::new();
    for (name, category, count) in rows {
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
    by.order(&mut groups, |group| (&group.name, group.total));
    Breakdown { by, groups }
}

/// Keeps the earliest row of every candidate, so that each counts once.
pub(super) fn first_of_each_candidate(rows: LazyFrame) -> LazyFrame {
    rows.sort(["entry_index"], SortMultipleOptions::default())
        .unique_stable(Some(by_name(["candidate"], true, false)), UniqueKeepStrategy::First)
}
