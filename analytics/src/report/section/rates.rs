//! A rate: its sentence, its chart with intervals, and a table for every grouping.

use super::{Section, rate_cells};
use crate::report::by::By;
use crate::report::chart::{Chart, Interval};
use crate::report::definition::Definition;
use crate::report::rate::{Rate, Rates};
use crate::report::table::{Cell, Table};
use crate::report::words;

/// Most groups of one grouping that a chart shows; the tables have all.
const CHARTED_GROUPS_MAX: usize = 8;

/// Makes the section of a rate; `verb` and `of` make its sentence: "People rejected 3 of 10 decided candidates".
pub(super) fn section(definition: &'static Definition, verb: &str, of: &str, rates: &[Rates]) -> Section {
    Section {
        definition,
        sentence: sentence(verb, of, overall(rates)),
        exclusions: Vec::new(),
        chart: chart(definition, rates),
        tables: rates.iter().map(|rates| table(definition, rates)).collect(),
    }
}

/// Returns the rate of all candidates together.
pub(super) fn overall(rates: &[Rates]) -> Rate {
    let all = rates.iter().find(|rates| rates.by == By::All).and_then(|rates| rates.groups.first());
    all.map_or(Rate { numerator: 0, denominator: 0 }, |(_, rate)| *rate)
}

fn sentence(verb: &str, of: &str, rate: Rate) -> String {
    let (Some(share), Some((low, high))) = (rate.share(), rate.interval()) else {
        return format!("There are no {of} yet.");
    };
    let small = if rate.is_small() { " That is a small group: the interval is wide." } else { "" };
    format!(
        "{verb} {} of {} {of}: {} (95 % interval {} to {}).{small}",
        words::thousands(rate.numerator),
        words::thousands(rate.denominator),
        words::percent(share),
        words::percent(low),
        words::percent(high),
    )
}

fn chart(definition: &Definition, rates: &[Rates]) -> Option<Chart> {
    let mut rows = Vec::new();
    for grouping in rates.iter().filter(|rates| rates.by.is_charted()) {
        for (group, rate) in grouping.groups.iter().take(CHARTED_GROUPS_MAX) {
            let (Some(share), Some((low, high))) = (rate.share(), rate.interval()) else { continue };
            let label = match grouping.by {
                By::All => format!("{group} (n = {})", rate.denominator),
                by => format!("{}: {group} (n = {})", by.title(), rate.denominator),
            };
            rows.push(Interval { label, share, low, high, is_small: rate.is_small() });
        }
    }
    let description = format!(
        "Share of {} among {}, with 95 % intervals, for all candidates and by action type, proposer, risk tier and confidence. Groups under 20 are grey. The figures are in the tables below.",
        definition.numerator_word, definition.denominator_word
    );
    Chart::intervals(definition.id, definition.title, &description, &rows)
}

fn table(definition: &Definition, rates: &Rates) -> Table {
    let title = match rates.by {
        By::All => format!("{}: all candidates", definition.title),
        by => format!("{} by {}", definition.title, by.title()),
    };
    let columns = [
        [("group", rates.by.title())].as_slice(),
        rate_cells::columns(definition.numerator_word, definition.denominator_word, "rate").as_slice(),
    ]
    .concat();
    let mut table = Table::new(format!("{}-by-{}", definition.id, rates.by.id()), title, &columns);
    for (group, rate) in &rates.groups {
        table.push([Cell::Text(group.clone())].into_iter().chain(rate_cells::cells(*rate)).collect());
    }
    table
}
