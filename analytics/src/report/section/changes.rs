//! What changed from one period to the next.

use super::Section;
use crate::report::answers::Answers;
use crate::report::by::By;
use crate::report::question::changes::{Change, DEFINITION};
use crate::report::table::{Cell, Table};
use crate::report::words::rate;

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    Section {
        definition: &DEFINITION,
        sentence: sentence(answers),
        exclusions: vec![format!(
            "Compared are the candidates proposed in the {} up to the last entry with those of the {} before.",
            answers.terms.period.words(),
            answers.terms.period.words()
        )],
        chart: None,
        tables: vec![table(&answers.period_changes)],
    }
}

/// Says what changed by more than chance; none where nothing did.
pub(super) fn changed(answers: &Answers) -> Option<String> {
    let told = answers.period_changes.iter().filter(|change| change.is_discovery()).map(|change| {
        let group = match change.by {
            By::All => "all candidates".to_owned(),
            by => format!("{} {}", by.title(), change.group),
        };
        format!(
            "{} for {group}, {} after {}",
            change.definition.title.to_lowercase(),
            rate(change.now),
            rate(change.before)
        )
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty())
        .then(|| format!("Against the {} before, changed: {}.", answers.terms.period.words(), told.join("; ")))
}

fn sentence(answers: &Answers) -> String {
    let period = answers.terms.period.words();
    let changes = &answers.period_changes;
    if let Some(changed) = changed(answers) {
        changed
    } else if changes.iter().any(|change| change.p_and_q.is_some()) {
        format!("Nothing changed by more than chance against the {period} before.")
    } else if changes.is_empty() {
        format!("Nothing can be compared with the {period} before: both periods are empty.")
    } else if changes.iter().all(|change| change.now.denominator == 0) {
        format!("Nothing can be compared with the {period} before: the last {period} is empty.")
    } else if changes.iter().all(|change| change.before.denominator == 0) {
        format!("Nothing can be compared with the {period} before: it is empty.")
    } else {
        format!("Nothing can be compared with the {period} before: no group has 20 candidates in both.")
    }
}

fn table(changes: &[Change]) -> Table {
    let columns = [
        ("figure", "figure"),
        ("grouping", "by"),
        ("group", "group"),
        ("before_numerator", "before"),
        ("before_denominator", "of"),
        ("before_rate", "rate before"),
        ("numerator", "now"),
        ("denominator", "of"),
        ("rate", "rate now"),
        ("p", "p"),
        ("q", "q, all comparisons together"),
        ("small", "under 20"),
        ("changed", "changed"),
    ];
    let mut table = Table::new(DEFINITION.id.to_owned(), "Both periods".to_owned(), &columns);
    for change in changes {
        let (p, q) = change.p_and_q.unzip();
        table.push(vec![
            Cell::Text(change.definition.id.to_owned()),
            Cell::Text(change.by.id().to_owned()),
            Cell::Text(change.group.clone()),
            Cell::Count(change.before.numerator),
            Cell::Count(change.before.denominator),
            Cell::Share(change.before.share()),
            Cell::Count(change.now.numerator),
            Cell::Count(change.now.denominator),
            Cell::Share(change.now.share()),
            Cell::Number(p),
            Cell::Number(q),
            Cell::Flag(change.is_small()),
            Cell::Flag(change.is_discovery()),
        ]);
    }
    table
}
