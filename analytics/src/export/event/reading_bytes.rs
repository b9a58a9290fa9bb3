//! How much a reviewer has to read before a decision can be more than a guess.

use countersign_api::candidate::v1::{CandidateProposed, Evidence};

use super::count;

/// Counts the bytes of everything that a proposal shows to its reviewer in words: never the words themselves.
pub(super) fn reading_bytes(event: &CandidateProposed) -> i32 {
    let lists = [&event.known_unknowns, &event.missing_fields].into_iter().flatten().map(String::len);
    let explanation = event.explanation.as_ref().map_or(0, |explanation| explanation.reason.len());
    let payload = event.payload.as_ref().map_or(0, |payload| payload.canonical_json.len());
    let note = event.confidence.as_ref().map_or(0, |confidence| confidence.note.len());
    let evidence: usize = event.evidence.iter().map(evidence_bytes).sum();
    count(event.context_summary.len() + lists.sum::<usize>() + explanation + payload + note + evidence)
}

fn evidence_bytes(evidence: &Evidence) -> usize {
    let fields: usize = evidence.fields.iter().map(|field| field.name.len() + field.value.len()).sum();
    evidence.title.len() + evidence.summary.len() + fields
}
