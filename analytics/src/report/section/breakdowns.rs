//! A breakdown: a table for every grouping.

use super::rate_cells;
use crate::report::breakdown::Breakdown;
use crate::report::by::By;
use crate::report::rate::Rate;
use crate::report::table::{Cell, Table};

/// Makes the tables of a breakdown.
pub(super) fn tables(id: &str, title: &str, category: &'static str, breakdowns: &[Breakdown]) -> Vec<Table> {
    let suiting = breakdowns.iter().filter(|breakdown| breakdown.by.suits(id));
    suiting.map(|breakdown| table(id, title, category, breakdown)).collect()
}

/// Returns the most frequent category of all candidates together, and how many there are of it.
pub(super) fn most_frequent(breakdowns: &[Breakdown]) -> Option<(&str, u64)> {
    let all = breakdowns.iter().find(|breakdown| breakdown.by == By::All)?.groups.first()?;
    all.categories.first().map(|(category, count)| (category.as_str(), *count))
}

fn table(id: &str, title: &str, category: &'static str, breakdown: &Breakdown) -> Table {
    let title = match breakdown.by {
        By::All => title.to_owned(),
        by => format!("{title}, by {}", by.title()),
    };
    let columns = [
        [("group", breakdown.by.title()), ("category", category)].as_slice(),
        rate_cells::columns("count", "of", "share").as_slice(),
    ]
    .concat();
    let mut table = Table::new(format!("{id}-by-{}", breakdown.by.id()), title, &columns);
    for group in &breakdown.groups {
        for (category, count) in &group.categories {
            let rate = Rate { numerator: *count, denominator: group.total };
            table.push(
                [Cell::Text(group.name.clone()), Cell::Text(category.clone())]
                    .into_iter()
                    .chain(rate_cells::cells(rate))
                    .collect(),
            );
        }
    }
    table
}
