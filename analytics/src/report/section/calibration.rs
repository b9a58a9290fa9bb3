//! Whether stated confidence is worth what it says.

use super::{Section, rate_cells};
use crate::report::answers::Answers;
use crate::report::by::By;
use crate::report::question::calibration::{Calibration, DEFINITION, claim};
use crate::report::rate::SMALL_GROUP;
use crate::report::table::{Cell, Table};
use crate::report::words::{percent, rate};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let levels = answers.calibration.iter().map(|(by, groups)| levels(*by, groups));
    let scores = answers.calibration.iter().map(|(by, groups)| scores(*by, groups));
    Section {
        definition: &DEFINITION,
        sentence: sentence(answers),
        exclusions: vec![
            "The contract says confidence in words; HIGH is taken to claim 95 %, MEDIUM 75 %, LOW 50 %.".to_owned(),
        ],
        chart: None,
        tables: levels.chain(scores).collect(),
    }
}

fn sentence(answers: &Answers) -> String {
    let all = answers.calibration.iter().find(|(by, _)| *by == By::All).and_then(|(_, groups)| groups.first());
    let Some(all) = all else { return "There are no decided candidates yet.".to_owned() };
    let told = all.levels.iter().map(|(level, right)| format!("{level} {}", rate(*right)));
    let error = all.calibration_error().map_or_else(String::new, |error| {
        format!(" On average, what is claimed and what is right lie {} apart.", percent(error))
    });
    format!("Right as proposed, by stated confidence: {}.{error}", told.collect::<Vec<_>>().join("; "))
}

fn levels(by: By, groups: &[Calibration]) -> Table {
    let columns = [
        [("group", by.title()), ("level", "confidence"), ("claimed", "claimed")].as_slice(),
        rate_cells::columns(DEFINITION.numerator_word, DEFINITION.denominator_word, "rate").as_slice(),
    ]
    .concat();
    let mut table =
        Table::new(format!("calibration-by-{}", by.id()), titled("Stated confidence and outcome", by), &columns);
    for group in groups {
        for (level, right) in &group.levels {
            table.push(
                [Cell::Text(group.group.clone()), Cell::Text(level.clone()), Cell::Share(claim(level))]
                    .into_iter()
                    .chain(rate_cells::cells(*right))
                    .collect(),
            );
        }
    }
    table
}

fn scores(by: By, groups: &[Calibration]) -> Table {
    let columns = [
        ("group", by.title()),
        ("claiming", "claiming something"),
        ("brier", "Brier score"),
        ("calibration_error", "calibration error"),
        ("small", "under 20"),
    ];
    let mut table =
        Table::new(format!("calibration-scores-by-{}", by.id()), titled("Scores of confidence", by), &columns);
    for group in groups {
        table.push(vec![
            Cell::Text(group.group.clone()),
            Cell::Count(group.claiming()),
            Cell::Number(group.brier()),
            Cell::Number(group.calibration_error()),
            Cell::Flag(group.claiming() < SMALL_GROUP),
        ]);
    }
    table
}

fn titled(title: &str, by: By) -> String {
    match by {
        By::All => format!("{title}: all candidates"),
        by => format!("{title}, by {}", by.title()),
    }
}
