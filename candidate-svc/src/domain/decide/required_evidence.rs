//! The evidence that an action type takes: which kinds are not there yet, and the question that asks for them.

use crate::domain::{ActionType, EvidenceItem, EvidenceKind, EvidenceQuestion};

/// Returns the kinds that none of these pieces is of.
pub(super) fn missing(required: &[EvidenceKind], there: &[&EvidenceItem]) -> Vec<EvidenceKind> {
    let is_missing = |kind: &&EvidenceKind| !there.iter().any(|item| item.kind == **kind);
    required.iter().filter(is_missing).cloned().collect()
}

/// Asks for what an action type takes and these pieces lack; none when nothing.
pub(super) fn question(action_type: &ActionType, there: &[&EvidenceItem]) -> Option<EvidenceQuestion> {
    let kinds = missing(&action_type.required_evidence_kinds, there);
    let question = || format!("`{}` takes evidence of every one of these kinds", action_type.name);
    (!kinds.is_empty()).then(|| EvidenceQuestion { question: question(), kinds, asked_by: None })
}
