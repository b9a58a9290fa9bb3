//! The report's sections: answers put into sentences, charts and tables.

mod breakdowns;
mod calibration;
mod changes;
mod edit_rule;
mod edits;
mod findings;
mod lighter_review;
mod rate_cells;
mod rates;
mod readings;
mod repeated_edit;
mod repeated_wording;
mod reviewers;
mod standing;
mod state_times;
mod states;
mod times;
mod versions;

use super::answers::Answers;
use super::chart::Chart;
use super::definition::Definition;
use super::head::Head;
use super::question::{
    DEFINITIONS, agreement, conflicts, escalations, expiry, failures, harm, outcome_unknown, rejections, rework,
    supersessions,
};
use super::table::{Cell, Table};
use super::words::{counted, thousands};

pub(super) use findings::findings;
pub use repeated_edit::{RepeatedEdit, RuleHistory};
pub use repeated_wording::RepeatedWording;

/// One question with its answer.
#[derive(Debug, Clone)]
pub(super) struct Section {
    /// What the figures mean.
    pub definition: &'static Definition,
    /// The answer in a sentence.
    pub sentence: String,
    /// What is left out here, in sentences with counts.
    pub exclusions: Vec<String>,
    /// The answer as a chart; none when there is nothing to draw.
    pub chart: Option<Chart>,
    /// The answer in tables.
    pub tables: Vec<Table>,
}

/// Puts the answers into sections, one for each definition, in their order.
pub(super) fn sections(answers: &Answers, head: &Head) -> Vec<Section> {
    let sections = vec![
        states::section(answers),
        rejections_section(answers),
        edits::section(answers),
        failures_section(answers),
        rework_section(answers),
        outcome_unknown_section(answers),
        times::section(answers),
        state_times::section(answers),
        expiry_section(answers),
        rates::section(
            &escalations::DEFINITION,
            "Escalated were",
            "candidates with steps of escalation",
            &answers.escalations,
        ),
        harm_section(answers),
        versions::section(answers),
        calibration::section(answers),
        reviewers::section(answers),
        rates::section(
            &agreement::DEFINITION,
            "Everybody agreed on",
            "candidates judged by several people",
            &answers.agreement,
        ),
        standing::section(answers),
        rates::section(
            &conflicts::DEFINITION,
            "Approved beside conflicting ones were",
            "approved candidates",
            &answers.conflicts,
        ),
        rates::section(&supersessions::DEFINITION, "Another one replaced", "candidates", &answers.supersessions),
        changes::section(answers),
        lighter_review::section(answers),
        readings::section(answers, head),
    ];
    let in_order = sections.iter().map(|section| section.definition.id).eq(DEFINITIONS.iter().map(|of| of.id));
    assert!(in_order, "every definition has its section");
    sections
}

fn rejections_section(answers: &Answers) -> Section {
    let mut section =
        rates::section(&rejections::DEFINITION, "People rejected", "decided candidates", &answers.rejections);
    section.exclusions = vec![undecided(answers)];
    section.tables.extend(breakdowns::tables(
        "rejection-reasons",
        "Rejected candidates by reason",
        "reason",
        &answers.reasons,
    ));
    section
}

fn failures_section(answers: &Answers) -> Section {
    let mut section =
        rates::section(&failures::DEFINITION, "Executions failed for", "started candidates", &answers.failures);
    section.exclusions = vec![not_started(answers)];
    section.tables.extend(breakdowns::tables(
        "failure-classes",
        "Failed candidates by class",
        "class",
        &answers.classes,
    ));
    let columns = [("class", "class"), ("failed", "failed attempts"), ("retried", "to be tried again by themselves")];
    let mut attempts = Table::new("failed-attempts".to_owned(), "Failed attempts by class".to_owned(), &columns);
    for (class, failed, retried) in &answers.attempts {
        attempts.push(vec![Cell::Text(class.clone()), Cell::Count(*failed), Cell::Count(*retried)]);
    }
    section.tables.push(attempts);
    section
}

fn rework_section(answers: &Answers) -> Section {
    let mut section = rates::section(&rework::DEFINITION, "People sent back", "executed candidates", &answers.rework);
    let after_failure = counted(answers.sent_back_after_failure, "candidate");
    section.exclusions = vec![format!("Sent back after a failure, never after an execution: {after_failure}.")];
    section.tables.extend(breakdowns::tables(
        "rework-faults",
        "Sent-back candidates by fault",
        "fault",
        &answers.faults,
    ));
    section
}

fn outcome_unknown_section(answers: &Answers) -> Section {
    let definition = &outcome_unknown::DEFINITION;
    let mut section =
        rates::section(definition, "The outcome was unknown for", "started candidates", &answers.outcome_unknown);
    section.exclusions = vec![not_started(answers)];
    section.tables.extend(breakdowns::tables(
        "outcome-unknown-now",
        "Candidates whose outcome was unknown, by the state they are in now",
        "state",
        &answers.became,
    ));
    section
}

fn expiry_section(answers: &Answers) -> Section {
    let mut section = rates::section(&expiry::DEFINITION, "Expired are", "closed candidates", &answers.expiry);
    section.tables.extend(breakdowns::tables(
        "expiry-reached",
        "Expired candidates by how far they had come",
        "how far",
        &answers.reached,
    ));
    section
}

fn harm_section(answers: &Answers) -> Section {
    let of = "candidates that people decided on and that are over";
    let mut section = rates::section(&harm::DEFINITION, "Harmful were", of, &answers.harm);
    section.tables.extend(breakdowns::tables("outcomes", "Candidates by outcome", "outcome", &answers.outcomes));
    section
}

fn undecided(answers: &Answers) -> String {
    let decided = rates::overall(&answers.rejections).denominator;
    format!("Not decided yet: {}.", of_all(answers, decided))
}

fn not_started(answers: &Answers) -> String {
    let started = rates::overall(&answers.failures).denominator;
    format!("Never started: {}.", of_all(answers, started))
}

fn of_all(answers: &Answers, counted_in: u64) -> String {
    let all = answers.totals.candidates;
    format!("{} of {}", thousands(all - counted_in), counted(all, "candidate"))
}
