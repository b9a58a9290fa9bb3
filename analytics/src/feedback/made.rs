//! What is noted about a report beside it.

use countersign_api::name::ReportName;
use jiff::Timestamp;
use ledger_format::Hash;
use serde::{Deserialize, Serialize};

use crate::report::Period;

/// What a report was made from, and when. The report itself holds no time of making, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Made {
    /// Name of the report: `workspaces/{w}/reports/{id}`.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Identity of the log.
    pub log_origin: String,
    /// Entries that it was computed from.
    pub log_size: u64,
    /// Root over them.
    pub log_root: Hash,
    /// What is compared with the same length before it.
    #[serde(default)]
    pub period: Period,
}

impl Made {
    /// Tells whether the note is of the report with this name.
    pub(crate) fn is_of(&self, name: &ReportName) -> bool {
        self.name == name.to_string()
    }

    /// Returns what reports are listed by: newest first, and by name where two were made at once.
    pub(crate) fn order(&self) -> (std::cmp::Reverse<Timestamp>, &str) {
        (std::cmp::Reverse(self.created_at), &self.name)
    }
}
