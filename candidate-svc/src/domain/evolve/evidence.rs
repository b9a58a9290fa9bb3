//! Evidence that came, and evidence that is asked for.

use crate::domain::{Candidate, EvidenceAdded, EvidenceRequested, Held, NeedsEvidence, State, Waiting};

pub(super) fn added(candidate: &mut Candidate, facts: &EvidenceAdded) {
    for evidence in &facts.evidence {
        assert_eq!(evidence.number, candidate.evidence_count() + 1, "C-8: evidence is numbered without gaps");
        candidate.evidence.push(evidence.clone());
    }
    let dropped = candidate.drop_approvals();
    assert_eq!(dropped, facts.approvals_dropped, "C-7: an event says how many approvals fell with it");
    if facts.requirement_met {
        end_wait(candidate);
    } else if let Some(question) = &facts.still_asked {
        let (State::NeedsEvidence(needs) | State::Held(Held { before: Waiting::NeedsEvidence(needs), .. })) =
            &mut candidate.state
        else {
            panic!("C-8: evidence left a question that nobody had");
        };
        needs.question = question.clone();
    }
}

pub(super) fn requested(candidate: &mut Candidate, facts: &EvidenceRequested) {
    let dropped = candidate.drop_approvals();
    assert_eq!(dropped, facts.approvals_dropped, "C-7: an event says how many approvals fell with it");
    if let Some(escalation) = &mut candidate.escalation {
        escalation.is_answered = true;
    }
    let evidence_before = candidate.evidence_count();
    candidate.state = State::NeedsEvidence(NeedsEvidence { question: facts.question.clone(), evidence_before });
}

fn end_wait(candidate: &mut Candidate) {
    assert!(candidate.awaited_evidence().is_some(), "C-8: evidence met a requirement that nobody had");
    let next = candidate.waiting_once_evidenced();
    // A hold goes on; what it returns to no longer waits for evidence.
    if let State::Held(held) = &mut candidate.state {
        held.before = next;
    } else {
        candidate.state = next.into();
    }
}
