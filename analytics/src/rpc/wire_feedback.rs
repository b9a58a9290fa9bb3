//! What a proposer should know, as the contract has it.

use countersign_api::feedback::v1::{
    ConfidenceOutcome, ProposerFeedback, ReasonCount, RepeatedEdit, RepeatedWording, RuleHistory, Share,
};

use super::wire::signed;
use crate::report;

/// Returns what a proposer should know for one action type. Words are told by hashes in the rules, and not at all beside them.
pub(super) fn feedback(feedback: report::ProposerFeedback) -> ProposerFeedback {
    ProposerFeedback {
        action_type: feedback.action_type,
        proposed: signed(feedback.proposed),
        decided: signed(feedback.decided),
        rejected: signed(feedback.rejected),
        edited: signed(feedback.edited),
        failed: signed(feedback.failed),
        sent_back: signed(feedback.sent_back),
        rejection_reasons: feedback.rejection_reasons.into_iter().map(reason).collect(),
        repeated_edits: feedback.repeated_edits.into_iter().map(edit).collect(),
        repeated_wordings: feedback.repeated_wordings.into_iter().map(wording).collect(),
        calibration: feedback.calibration.into_iter().map(confidence).collect(),
    }
}

fn reason(reason: report::ReasonCount) -> ReasonCount {
    ReasonCount { reason: reason.reason, count: signed(reason.count), examples: reason.examples }
}

fn edit(edit: report::RepeatedEdit) -> RepeatedEdit {
    RepeatedEdit {
        path: edit.path,
        operation: edit.operation,
        change: edit.change,
        count: signed(edit.count),
        people: signed(edit.people),
        examples: edit.examples,
        share: Some(share(edit.share)),
        rule: edit.rule,
        history: edit.history.map(history),
    }
}

fn history(history: report::RuleHistory) -> RuleHistory {
    RuleHistory {
        since: history.since,
        before: Some(share(history.before)),
        after: Some(share(history.after)),
        p: history.p,
        q: history.q,
        verdict: history.verdict,
    }
}

fn wording(wording: report::RepeatedWording) -> RepeatedWording {
    RepeatedWording {
        path: wording.path,
        change: wording.change,
        words_removed: String::new(),
        words_inserted: String::new(),
        count: signed(wording.count),
        people: signed(wording.people),
        examples: wording.examples,
        share: Some(share(wording.share)),
        rule: wording.rule,
    }
}

fn confidence(confidence: report::ConfidenceCount) -> ConfidenceOutcome {
    ConfidenceOutcome { level: confidence.level, claimed: confidence.claimed, share: Some(share(confidence.share)) }
}

fn share(share: report::Share) -> Share {
    Share {
        numerator: signed(share.numerator),
        denominator: signed(share.denominator),
        rate: share.rate,
        low: share.low,
        high: share.high,
    }
}
