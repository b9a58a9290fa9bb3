//! One version of a proposer beside the one before it.

use super::{Section, rate_cells};
use crate::report::answers::Answers;
use crate::report::question::versions::{DEFINITION, Version};
use crate::report::table::{Cell, Table};
use crate::report::words::rate;

/// Of the differences that are called so, at most this share is chance, on average.
const FALSE_DISCOVERIES: f64 = 0.05;

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    Section {
        definition: &DEFINITION,
        sentence: sentence(&answers.versions),
        exclusions: vec!["A version is a model with a prompt, of one proposer for one action type.".to_owned()],
        chart: None,
        tables: vec![table(&answers.versions)],
    }
}

fn sentence(versions: &[Version]) -> String {
    let differs = |pair: &&[Version]| pair[1].difference.is_some_and(|difference| difference.q <= FALSE_DISCOVERIES);
    let told: Vec<String> = versions
        .windows(2)
        .filter(differs)
        .map(|pair| {
            let [proposer, action_type, model, prompt] = &pair[1].key;
            format!(
                "{action_type} by {proposer}, {model}, {prompt}: {} after {}",
                rate(pair[1].harm),
                rate(pair[0].harm)
            )
        })
        .collect();
    if told.is_empty() {
        return "No version differs from the one before it by more than chance.".to_owned();
    }
    format!("Harmful where the version changed: {}.", told.join("; "))
}

fn table(versions: &[Version]) -> Table {
    let columns = [
        [
            ("proposer", "proposer"),
            ("action_type", "action type"),
            ("model", "model"),
            ("prompt_version", "prompt version"),
        ]
        .as_slice(),
        rate_cells::columns(DEFINITION.numerator_word, DEFINITION.denominator_word, "rate").as_slice(),
        [("p", "p, against the one before"), ("q", "q, all comparisons together")].as_slice(),
    ]
    .concat();
    let mut table =
        Table::new(DEFINITION.id.to_owned(), "Versions, in the order in which they appeared".to_owned(), &columns);
    for version in versions {
        let key = version.key.iter().cloned().map(Cell::Text);
        let figures = rate_cells::cells(version.harm).into_iter().chain([
            Cell::Number(version.difference.map(|difference| difference.p)),
            Cell::Number(version.difference.map(|difference| difference.q)),
        ]);
        table.push(key.chain(figures).collect());
    }
    table
}
