//! How much each person decides, and how often faster than anybody reads.

use super::{Section, rate_cells};
use crate::report::answers::Answers;
use crate::report::question::reviewers::{DEFINITION, Reviewer};
use crate::report::rate::Rate;
use crate::report::table::{Cell, Table};
use crate::report::words::{counted, rate};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    Section {
        definition: &DEFINITION,
        sentence: sentence(&answers.reviewers),
        exclusions: vec![
            "Decisions of one batch come at one moment: all but its first count as faster than reading.".to_owned(),
        ],
        chart: None,
        tables: vec![table(&answers.reviewers)],
    }
}

fn sentence(reviewers: &[Reviewer]) -> String {
    let sum = |column: usize| reviewers.iter().map(|reviewer| reviewer.counts[column]).sum::<u64>();
    match reviewers.len() as u64 {
        0 => "Nobody has decided yet.".to_owned(),
        people => format!(
            "{} made {}; faster than reading allows were {}.",
            if people == 1 { "1 person".to_owned() } else { format!("{people} people") },
            counted(sum(0), "first decision"),
            rate(Rate { numerator: sum(5), denominator: sum(6) }),
        ),
    }
}

fn table(reviewers: &[Reviewer]) -> Table {
    let columns = [
        ("person", "person"),
        ("candidates", "first decisions"),
        ("share", "of all"),
        ("approved", "approved"),
        ("edited", "edited"),
        ("rejected", "rejected"),
        ("held", "held"),
        ("too_fast", DEFINITION.numerator_word),
        ("timed", DEFINITION.denominator_word),
        ("rate", "rate"),
        ("low", "95 % from"),
        ("high", "95 % to"),
        ("small", "under 20"),
    ];
    let mut table = Table::new(DEFINITION.id.to_owned(), "Decisions by person".to_owned(), &columns);
    let all: u64 = reviewers.iter().map(|reviewer| reviewer.counts[0]).sum();
    for Reviewer { person, counts: [candidates, approved, edited, rejected, held, too_fast, timed] } in reviewers {
        let fast = Rate { numerator: *too_fast, denominator: *timed };
        let decided = [
            Cell::Text(person.clone()),
            Cell::Count(*candidates),
            Cell::Share(Rate { numerator: *candidates, denominator: all }.share()),
            Cell::Count(*approved),
            Cell::Count(*edited),
            Cell::Count(*rejected),
            Cell::Count(*held),
        ];
        table.push(decided.into_iter().chain(rate_cells::cells(fast)).collect());
    }
    table
}
