//! The headline: what the report says, in words, before any table.

use super::{Section, breakdowns, changes, edits, lighter_review};
use crate::report::answers::Answers;
use crate::report::by::By;
use crate::report::head::Head;
use crate::report::rate::Rates;
use crate::report::words::{counted, rate, thousands};

/// Says what stands out. Everything said here is in a table below.
pub(in crate::report) fn findings(answers: &Answers, head: &Head, sections: &[Section]) -> Vec<String> {
    let mut findings = vec![volume(head)];
    findings.extend(not_known(head));
    if head.totals.candidates == 0 {
        return findings;
    }
    let sentence_of =
        |id: &str| sections.iter().find(|section| section.definition.id == id).map(|of| of.sentence.clone());
    for (id, detail) in [
        ("rejections", detail("The most frequent reason is", breakdowns::most_frequent(&answers.reasons))),
        ("edits", repeated(answers)),
        ("failures", detail("The most frequent class is", breakdowns::most_frequent(&answers.classes))),
        ("rework", detail("The fault lay most often with", breakdowns::most_frequent(&answers.faults))),
        ("outcome-unknown", None),
        ("decision-time", None),
        ("harm", None),
        ("expiry", None),
        ("calibration", None),
        ("reviewers", None),
    ] {
        let sentences: Vec<String> = sentence_of(id).into_iter().chain(detail).collect();
        findings.push(sentences.join(" "));
    }
    findings.extend(contrast("rejected", &answers.rejections));
    findings.extend(contrast("edited", &answers.edits));
    findings.extend(changes::changed(answers));
    findings.extend(lighter_review::suggestion(answers));
    findings
}

fn volume(head: &Head) -> String {
    let totals = &head.totals;
    let candidates = counted(totals.candidates, "candidate");
    let decisions = counted(totals.decisions, "decision");
    format!(
        "The log holds {} entries about {candidates}. People took {decisions}; decisions by simulation: {} of {}.",
        thousands(totals.entries),
        thousands(totals.simulated_decisions),
        thousands(totals.decisions),
    )
}

/// Says what could not be read, so that nobody takes the figures for more than they are.
fn not_known(head: &Head) -> Option<String> {
    let totals = &head.totals;
    (totals.entries_known < totals.entries).then(|| {
        format!(
            "{} not in the figures: {} of kinds that this release does not know, {} erased, {} unreadable. {} left out with them.",
            match totals.entries - totals.entries_known {
                1 => "1 entry is".to_owned(),
                count => format!("{} entries are", thousands(count)),
            },
            thousands(totals.entries_unknown_kind),
            thousands(totals.entries_erased),
            thousands(totals.entries_unreadable),
            match totals.candidates_left_out {
                1 => "1 candidate is".to_owned(),
                count => format!("{} candidates are", thousands(count)),
            },
        )
    })
}

fn detail(words: &str, most_frequent: Option<(&str, u64)>) -> Option<String> {
    most_frequent.map(|(category, count)| format!("{words} {category} ({}).", counted(count, "candidate")))
}

fn repeated(answers: &Answers) -> Option<String> {
    let edit = edits::most_repeated(answers)?;
    let people = match edit.people {
        1 => "1 person".to_owned(),
        people => format!("{} people", thousands(people)),
    };
    Some(format!("The most repeated edit, by {people}, as a rule: {}", edit.rule))
}

/// Names the action types that stand furthest apart, when their intervals do not overlap and no group is small.
fn contrast(verb: &str, rates: &[Rates]) -> Option<String> {
    let by_action_type = rates.iter().find(|rates| rates.by == By::ActionType)?;
    let large = by_action_type.groups.iter().filter(|(_, rate)| !rate.is_small());
    let mut large: Vec<_> = large.filter_map(|(group, rate)| Some((group, *rate, rate.share()?))).collect();
    large.sort_by(|(a, _, x), (b, _, y)| y.total_cmp(x).then_with(|| a.cmp(b)));
    let (&(most, high, _), &(least, low, _)) = (large.first()?, large.last()?);
    let apart = low.interval()?.1 < high.interval()?.0;
    apart.then(|| format!("Most often {verb} is {most}: {}; least often {least}: {}.", rate(high), rate(low)))
}
