//! Time in each state, and whose turn it was.

use super::Section;
use super::times::quantiles;
use crate::report::answers::Answers;
use crate::report::question::state_times::{DEFINITION, TURNS};
use crate::report::table::{Cell, Table};
use crate::report::words::duration;

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let turns: Vec<(&str, &str)> = TURNS.to_vec();
    let mut whose =
        Table::new("turns".to_owned(), "Whose turn it is".to_owned(), &[("state", "state"), ("turn", "turn")]);
    for (state, turn) in turns {
        whose.push(vec![Cell::Text(state.to_owned()), Cell::Text(turn.to_owned())]);
    }
    Section {
        definition: &DEFINITION,
        sentence: sentence(answers),
        exclusions: Vec::new(),
        chart: None,
        tables: vec![
            quantiles(DEFINITION.id, "Time in each state".to_owned(), "state", "left it", &answers.state_times),
            quantiles("turn-times", "Time by whose turn it was".to_owned(), "turn", "candidates", &answers.turn_times),
            whose,
        ],
    }
}

fn sentence(answers: &Answers) -> String {
    let told: Vec<String> = answers
        .turn_times
        .iter()
        .filter(|time| !time.group.starts_with("nobody"))
        .map(|time| format!("{} {}", time.group, duration(time.p50_ms)))
        .collect();
    if told.is_empty() {
        return "No candidate has left a state yet.".to_owned();
    }
    format!("Half of the candidates waited at most so long for: {}.", told.join("; "))
}
