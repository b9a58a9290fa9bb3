//! Reports as the contract has them.

use countersign_api::feedback::v1::{ProposerFeedback, ReasonCount, RepeatedEdit, Report};
use jiff::Timestamp;

use crate::feedback::{Made, StoredReport};
use crate::report;

/// Returns a report with its texts.
pub(super) fn report(stored: StoredReport) -> Report {
    Report {
        report_json: stored.json,
        report_markdown: stored.markdown,
        folder: stored.folder.display().to_string(),
        ..note(&stored.made)
    }
}

/// Returns what is noted about a report, without its texts.
pub(super) fn note(made: &Made) -> Report {
    Report {
        name: made.name.clone(),
        create_time: Some(timestamp(made.created_at)),
        log_origin: made.log_origin.clone(),
        log_size: signed(made.log_size),
        log_root: made.log_root.as_bytes().to_vec(),
        ..Report::default()
    }
}

/// Returns what a proposer should know.
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
    }
}

/// Counts of a log stay far below what the contract's numbers hold.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
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
    }
}

fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
