//! Reports as the contract has them.

use countersign_api::feedback::v1::Report;
use jiff::Timestamp;

use crate::feedback::{Made, StoredReport};

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

/// Counts of a log stay far below what the contract's numbers hold.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
