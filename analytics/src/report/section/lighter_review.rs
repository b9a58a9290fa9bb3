//! Which categories can do with less looking.

use super::Section;
use crate::report::answers::Answers;
use crate::report::lighter_review::Judged;
use crate::report::occurrences::Occurrence;
use crate::report::question::lighter_review::DEFINITION;
use crate::report::rate::Rate;
use crate::report::table::{Cell, Table};
use crate::report::words::{counted, percent, thousands};

/// Makes the section.
pub(super) fn section(answers: &Answers) -> Section {
    Section {
        definition: &DEFINITION,
        sentence: sentence(answers),
        exclusions: vec![
            "All bounds hold together, at every moment, with a chance of 95 %: looking often changes nothing."
                .to_owned(),
        ],
        chart: None,
        tables: vec![categories(answers), against(&answers.against)],
    }
}

/// Says for what lighter review is suggested; none where it is for nothing.
pub(super) fn suggestion(answers: &Answers) -> Option<String> {
    let suggested: Vec<String> = answers
        .lighter_review
        .iter()
        .filter(|judged| judged.is_suggested)
        .map(|judged| {
            let Judged { category, bound, audit_per_mille, .. } = judged;
            format!(
                "{} by {} at confidence {} (harm at most {}, {} of {} harmful; {} of 1,000 to be looked at all the same)",
                category.action_type,
                category.proposer,
                category.confidence,
                percent(*bound),
                thousands(category.harm.harmful),
                counted(category.harm.decided, "candidate"),
                audit_per_mille.unwrap_or_default(),
            )
        })
        .collect();
    (!suggested.is_empty()).then(|| format!("Lighter review is suggested for {}.", suggested.join("; ")))
}

fn sentence(answers: &Answers) -> String {
    if answers.lighter_review.is_empty() {
        return "There are no candidates of low risk yet.".to_owned();
    }
    let Some(threshold) = answers.terms.harm_at_most() else {
        return "No review policy was named that says how much harm may be: nothing is suggested, the bounds stand below."
            .to_owned();
    };
    suggestion(answers).unwrap_or_else(|| {
        format!(
            "For no category does the record show that at most {} of the candidates are harmful.",
            percent(threshold)
        )
    })
}

fn categories(answers: &Answers) -> Table {
    let columns = [
        ("action_type", "action type"),
        ("proposer", "proposer"),
        ("confidence", "confidence"),
        ("harmful", DEFINITION.numerator_word),
        ("decided", DEFINITION.denominator_word),
        ("rate", "rate"),
        ("bound", "at most"),
        ("confidence_level", "with a chance of"),
        ("threshold", "policy allows"),
        ("harmless_missing", "more without harm needed"),
        ("recent", "proposed in 90 days"),
        ("audit_per_mille", "of 1,000 to look at"),
        ("suggested", "suggested"),
    ];
    let mut table = Table::new(DEFINITION.id.to_owned(), "Categories of low risk, oldest first".to_owned(), &columns);
    for judged in &answers.lighter_review {
        let harm = judged.category.harm;
        let rate = Rate { numerator: harm.harmful, denominator: harm.decided };
        table.push(vec![
            Cell::Text(judged.category.action_type.clone()),
            Cell::Text(judged.category.proposer.clone()),
            Cell::Text(judged.category.confidence.clone()),
            Cell::Count(harm.harmful),
            Cell::Count(harm.decided),
            Cell::Share(rate.share()),
            Cell::Share(Some(judged.bound)),
            Cell::Share(Some(judged.confidence_level)),
            Cell::Share(answers.terms.harm_at_most()),
            Cell::MaybeCount(judged.harmless_missing),
            Cell::Count(judged.category.recent),
            Cell::MaybeCount(judged.audit_per_mille.map(u64::from)),
            Cell::Flag(judged.is_suggested),
        ]);
    }
    table
}

fn against(harmful: &[Occurrence]) -> Table {
    let columns = [
        ("action_type", "action type"),
        ("proposer", "proposer"),
        ("confidence", "confidence"),
        ("harm", "harm"),
        ("candidates", "candidates"),
        ("examples", "examples"),
    ];
    let title = "Candidates of low risk that argue against".to_owned();
    let mut table = Table::new(format!("{}-against", DEFINITION.id), title, &columns);
    for occurrence in harmful {
        let key = occurrence.key.iter().cloned().map(Cell::Text);
        let rest = [Cell::Count(occurrence.candidates), Cell::List(occurrence.examples.clone())];
        table.push(key.chain(rest).collect());
    }
    table
}
