//! What came of approvals given ahead.

use super::{Section, rate_cells};
use crate::report::answers::Answers;
use crate::report::question::standing::{DEFINITION, Standing};
use crate::report::rate::Rate;
use crate::report::table::{Cell, Table};
use crate::report::words::{counted, rate, thousands};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    Section {
        definition: &DEFINITION,
        sentence: sentence(&answers.standing),
        exclusions: vec![match answers.terms.harm_at_most() {
            Some(_) => "Turned: the looks, in the order of the log, show a rate of harm above what policy allows, with a chance of false alarm of at most 5 % over ten thousand looks.".to_owned(),
            None => "No review policy was named that says how much harm may be: no turn is watched for.".to_owned(),
        }],
        chart: None,
        tables: vec![table(&answers.standing)],
    }
}

fn sentence(standing: &[Standing]) -> String {
    if standing.is_empty() {
        return "No candidate came under a standing approval.".to_owned();
    }
    let used: u64 = standing.iter().map(|one| one.used).sum();
    let overturned = standing.iter().fold(Rate { numerator: 0, denominator: 0 }, |sum, one| Rate {
        numerator: sum.numerator + one.overturned.numerator,
        denominator: sum.denominator + one.overturned.denominator,
    });
    let turned = standing.iter().filter(|one| one.turned_after.is_some()).count() as u64;
    format!(
        "{} approved {} ahead; of what people looked at, {} was overturned. Turned: {}.",
        counted(standing.len() as u64, "standing approval"),
        counted(used, "candidate"),
        rate(overturned),
        thousands(turned),
    )
}

fn table(standing: &[Standing]) -> Table {
    let columns = [
        [
            ("standing_approval", "standing approval"),
            ("used", "approved ahead"),
            ("drawn", "drawn"),
            ("looked_at", "looked at"),
        ]
        .as_slice(),
        rate_cells::columns(DEFINITION.numerator_word, DEFINITION.denominator_word, "rate").as_slice(),
        [("went_wrong", "failed or sent back unseen"), ("turned_after", "turned after looks")].as_slice(),
    ]
    .concat();
    let mut table = Table::new(DEFINITION.id.to_owned(), "Standing approvals".to_owned(), &columns);
    for one in standing {
        table.push(
            [Cell::Text(one.name.clone()), Cell::Count(one.used), Cell::Count(one.drawn), Cell::Count(one.looked_at)]
                .into_iter()
                .chain(rate_cells::cells(one.overturned))
                .chain([Cell::Count(one.went_wrong), Cell::MaybeCount(one.turned_after)])
                .collect(),
        );
    }
    table
}
