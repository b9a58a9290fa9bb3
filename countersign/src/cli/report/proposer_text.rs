//! What people made of a proposer's proposals, for people.

use countersign_api::feedback::v1::{
    ConfidenceOutcome, GetProposerFeedbackResponse, ProposerFeedback, RepeatedEdit, RuleHistory, Share,
};

use crate::candidate_text::short_id;
use crate::output::{facts, visible};

/// Writes the feedback of every action type, one after the other.
pub(super) fn text(proposer: &str, answer: &GetProposerFeedbackResponse) -> String {
    if answer.feedback.is_empty() {
        return format!(
            "{} has proposed nothing that the latest report, of {} entries, is about",
            visible(proposer),
            answer.log_size
        );
    }
    answer.feedback.iter().map(of_action_type).collect::<Vec<_>>().join("\n\n")
}

fn of_action_type(feedback: &ProposerFeedback) -> String {
    let ProposerFeedback { proposed, decided, rejected, edited, failed, sent_back, .. } = feedback;
    let counts = format!("{decided} of {proposed} decided, {rejected} rejected, {edited} edited");
    let mut rows = vec![
        ("action type", feedback.action_type.clone()),
        ("candidates", format!("{counts}, {failed} failed, {sent_back} sent back")),
    ];
    for reason in &feedback.rejection_reasons {
        rows.push(("rejected for", format!("{} {}, {}", reason.reason, reason.count, examples(&reason.examples))));
    }
    for level in &feedback.calibration {
        rows.push(("confidence", of_level(level)));
    }
    let mut lines = vec![facts(rows)];
    lines.extend(feedback.repeated_edits.iter().map(of_edit));
    let wordings = feedback.repeated_wordings.iter();
    lines.extend(wordings.map(|words| format!("- {} {}", visible(&words.rule), examples(&words.examples))));
    lines.join("\n")
}

fn of_edit(edit: &RepeatedEdit) -> String {
    let history = edit.history.as_ref().map_or_else(String::new, |history| format!(" {}.", of_history(history)));
    format!("- {}{history} {}", visible(&edit.rule), examples(&edit.examples))
}

fn of_history(history: &RuleHistory) -> String {
    let side = |share: &Option<Share>| share.as_ref().map_or_else(|| "none".to_owned(), of_share);
    format!(
        "A rule since {}, {}: {} before, {} after",
        history.since,
        history.verdict,
        side(&history.before),
        side(&history.after)
    )
}

fn of_level(level: &ConfidenceOutcome) -> String {
    let claimed = level.claimed.map_or_else(|| "nothing".to_owned(), |claimed| percent(Some(claimed)));
    let found = level.share.as_ref().map_or_else(String::new, of_share);
    format!("{} claims {claimed}; right as proposed: {found}", level.level)
}

fn of_share(share: &Share) -> String {
    let counts = format!("{} of {}", share.numerator, share.denominator);
    match (share.rate, share.low, share.high) {
        (None, ..) => counts,
        (rate, low, high) => format!("{counts} ({}, {} to {})", percent(rate), percent(low), percent(high)),
    }
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn examples(names: &[String]) -> String {
    let names: Vec<&str> = names.iter().map(|name| short_id(name)).collect();
    format!("[{}]", names.join(", "))
}

#[cfg(test)]
mod tests {
    use countersign_api::feedback::v1::ReasonCount;

    use super::*;

    fn share(numerator: i64, denominator: i64) -> Share {
        Share { numerator, denominator, rate: Some(0.5), low: Some(0.25), high: Some(0.75) }
    }

    #[test]
    fn what_to_change_stands_below_the_counts_it_comes_from() {
        let candidate = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".to_owned();
        let history = RuleHistory {
            since: "2026-W48".to_owned(),
            before: Some(share(10, 20)),
            after: Some(share(15, 30)),
            verdict: "not followed".to_owned(),
            ..RuleHistory::default()
        };
        let edit = RepeatedEdit {
            rule: "In `create_task`, leave out `/note`: people changed it so in 10 of 20.".to_owned(),
            examples: vec![candidate.clone()],
            history: Some(history),
            ..RepeatedEdit::default()
        };
        let feedback = ProposerFeedback {
            action_type: "create_task".to_owned(),
            proposed: 60,
            decided: 50,
            rejection_reasons: vec![ReasonCount {
                reason: "DUPLICATE".to_owned(),
                count: 3,
                examples: vec![candidate],
            }],
            repeated_edits: vec![edit],
            calibration: vec![ConfidenceOutcome {
                level: "HIGH".to_owned(),
                claimed: Some(0.95),
                share: Some(share(25, 50)),
            }],
            ..ProposerFeedback::default()
        };
        let answer = GetProposerFeedbackResponse { feedback: vec![feedback], log_size: 9 };
        let told = text("generators/crm-rules", &answer);
        for line in [
            "50 of 60 decided, 0 rejected, 0 edited, 0 failed, 0 sent back",
            "DUPLICATE 3, [6d1f6c7a9a55]",
            "HIGH claims 95.0 %; right as proposed: 25 of 50 (50.0 %, 25.0 % to 75.0 %)",
            "- In `create_task`, leave out `/note`: people changed it so in 10 of 20. A rule since 2026-W48, not followed: 10 of 20",
            "15 of 30 (50.0 %, 25.0 % to 75.0 %) after. [6d1f6c7a9a55]",
        ] {
            assert!(told.contains(line), "`{line}` is not in\n{told}");
        }
    }

    #[test]
    fn whoever_proposed_nothing_is_told_so() {
        let answer = GetProposerFeedbackResponse { feedback: Vec::new(), log_size: 9 };
        assert!(text("generators/none", &answer).starts_with("generators/none has proposed nothing"));
    }
}
