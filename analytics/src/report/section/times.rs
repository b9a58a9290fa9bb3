//! Time to the first decision.

use super::{Section, rates};
use crate::report::answers::Answers;
use crate::report::by::By;
use crate::report::question::decision_time::{DEFINITION, DecisionTime};
use crate::report::rate::SMALL_GROUP;
use crate::report::table::{Cell, Table};
use crate::report::words::{counted, duration};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let decided = rates::overall(&answers.rejections).denominator;
    let timed = overall(answers).map_or(0, |time| time.candidates);
    Section {
        definition: &DEFINITION,
        sentence: sentence(answers),
        exclusions: vec![format!(
            "Decided, but dated before their proposal: {}.",
            counted(decided - timed, "candidate")
        )],
        chart: None,
        tables: answers.decision_times.iter().map(|(by, times)| table(*by, times)).collect(),
    }
}

/// Says how long first decisions took.
pub(super) fn sentence(answers: &Answers) -> String {
    let Some(time) = overall(answers) else { return "There are no decided candidates yet.".to_owned() };
    let interval = time.p50_interval_ms.map_or_else(
        || "; too few for an interval".to_owned(),
        |(low, high)| format!(" (95 % interval {} to {})", duration(low), duration(high)),
    );
    format!(
        "Half of {} got their first decision within {}{interval}, nine in ten within {}.",
        counted(time.candidates, "decided candidate"),
        duration(time.p50_ms),
        duration(time.p90_ms)
    )
}

fn overall(answers: &Answers) -> Option<&DecisionTime> {
    answers.decision_times.iter().find(|(by, _)| *by == By::All).and_then(|(_, times)| times.first())
}

fn table(by: By, times: &[DecisionTime]) -> Table {
    let title = match by {
        By::All => format!("{}: all candidates", DEFINITION.title),
        by => format!("{} by {}", DEFINITION.title, by.title()),
    };
    quantiles(&format!("{}-by-{}", DEFINITION.id, by.id()), title, by.title(), "decided", times)
}

/// Makes a table of times: groups under this heading, and how many there are of what.
pub(super) fn quantiles(
    id: &str,
    title: String,
    group: &'static str,
    candidates: &'static str,
    times: &[DecisionTime],
) -> Table {
    let columns = [
        ("group", group),
        ("candidates", candidates),
        ("p50_ms", "half within"),
        ("p50_low_ms", "95 % from"),
        ("p50_high_ms", "95 % to"),
        ("p90_ms", "nine in ten within"),
        ("small", "under 20"),
    ];
    let mut table = Table::new(id.to_owned(), title, &columns);
    for time in times {
        let (low, high) = time.p50_interval_ms.unzip();
        table.push(vec![
            Cell::Text(time.group.clone()),
            Cell::Count(time.candidates),
            Cell::DurationMs(Some(time.p50_ms)),
            Cell::DurationMs(low),
            Cell::DurationMs(high),
            Cell::DurationMs(Some(time.p90_ms)),
            Cell::Flag(time.candidates < SMALL_GROUP),
        ]);
    }
    table
}
