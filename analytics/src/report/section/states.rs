//! Where the candidates are.

use super::{Section, breakdowns};
use crate::report::answers::Answers;
use crate::report::by::By;
use crate::report::chart::Chart;
use crate::report::question::states::DEFINITION;
use crate::report::words::{counted, thousands};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    let all = answers.states.iter().find(|breakdown| breakdown.by == By::All).and_then(|of| of.groups.first());
    let states = all.map_or(&[][..], |group| group.categories.as_slice());
    let listed: Vec<String> = states.iter().map(|(state, count)| format!("{} {state}", thousands(*count))).collect();
    let candidates = counted(answers.totals.candidates, "candidate");
    Section {
        definition: &DEFINITION,
        sentence: match listed.as_slice() {
            [] => "No candidate has been proposed yet.".to_owned(),
            listed => format!("Of {candidates}, there are {}.", listed.join(", ")),
        },
        exclusions: vec![format!(
            "Left out, with an entry that is not known: {}.",
            counted(answers.left_out, "candidate")
        )],
        chart: Chart::counts(
            DEFINITION.id,
            DEFINITION.title,
            "Number of candidates in every state. The figures are in the tables below.",
            "candidates",
            states,
        ),
        tables: breakdowns::tables(DEFINITION.id, "Candidates by state", "state", &answers.states),
    }
}
