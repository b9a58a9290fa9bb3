//! What a report was computed from.

use jiff::Timestamp;
use ledger_format::Hash;
use serde::Serialize;

use super::answers::Answers;
use super::words::thousands;
use crate::export::VerifiedExport;

/// What a report was computed from, and how much it is about.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Head {
    /// Where the figures come from.
    pub source: Source,
    /// When the last entry was appended, RFC 3339: the moment that the report speaks of. None for an empty log.
    pub last_entry_at: Option<String>,
    /// The signed checkpoint of the log.
    pub checkpoint: String,
    /// SHA-256 of the export's manifest.
    pub manifest_sha256: Hash,
    /// How much there is.
    pub totals: Totals,
}

/// The range of the log that figures were computed from.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Source {
    /// Identity of the log.
    pub origin: String,
    /// Index of the first entry.
    pub first_index: u64,
    /// Index after the last entry.
    pub end_index: u64,
    /// Root of the tree over these entries.
    pub root: Hash,
}

/// How much a report is about.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Totals {
    /// Entries of the log.
    pub entries: u64,
    /// Entries whose content was known.
    pub entries_known: u64,
    /// Entries of kinds that this release does not know.
    pub entries_unknown_kind: u64,
    /// Entries whose content was erased.
    pub entries_erased: u64,
    /// Entries whose content is no event or contradicts its leaf.
    pub entries_unreadable: u64,
    /// Candidates that the figures are about.
    pub candidates: u64,
    /// Candidates left out because an entry of theirs is not known.
    pub candidates_left_out: u64,
    /// Decisions of people on these candidates.
    pub decisions: u64,
    /// Decisions among them that were made by simulation.
    pub simulated_decisions: u64,
}

impl Head {
    /// Says what the answers were computed from.
    pub(super) fn of(export: &VerifiedExport, answers: &Answers) -> Self {
        let manifest = export.manifest();
        let read = |wanted: &str| {
            answers.readings.iter().filter(|(_, reading, _)| reading == wanted).map(|(_, _, count)| count).sum()
        };
        Self {
            source: Source {
                origin: manifest.origin.clone(),
                first_index: 0,
                end_index: manifest.size,
                root: manifest.root,
            },
            last_entry_at: export.last_appended_at_us().and_then(time_of),
            checkpoint: manifest.checkpoint.clone(),
            manifest_sha256: manifest.sha256(),
            totals: Totals {
                entries: manifest.size,
                entries_known: read("known"),
                entries_unknown_kind: read("unknown_kind"),
                entries_erased: read("erased"),
                entries_unreadable: read("unreadable"),
                candidates: answers.totals.candidates,
                candidates_left_out: answers.left_out,
                decisions: answers.totals.decisions,
                simulated_decisions: answers.totals.simulated_decisions,
            },
        }
    }
}

impl Totals {
    /// Says what the figures are about, and what is missing in them.
    pub(super) fn candidates_words(self) -> String {
        let (counted, left_out) = (thousands(self.candidates), thousands(self.candidates_left_out));
        format!("{counted}; {left_out} left out, of which an entry is not known")
    }
}

fn time_of(micros: i64) -> Option<String> {
    Timestamp::from_microsecond(micros).ok().map(|at| at.to_string())
}
