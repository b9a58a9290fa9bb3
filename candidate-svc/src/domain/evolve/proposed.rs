//! The first event: from it on there is a candidate.

use crate::domain::{Candidate, CandidateProposed, Event, Execution, NeedsEvidence, State};

pub(super) fn apply(event: &Event, facts: &CandidateProposed) -> Candidate {
    assert_eq!((event.revision, event.ordinal), (1, 0), "C-8: a proposal is the first event");
    let state = match (&facts.evidence_question, &facts.owner) {
        (Some(question), _) => {
            let evidence_before = u32::try_from(facts.evidence.len()).expect("evidence is limited");
            State::NeedsEvidence(NeedsEvidence { question: question.clone(), evidence_before })
        }
        (None, None) => State::NeedsOwner,
        (None, Some(_)) => State::Proposed,
    };
    Candidate {
        name: event.candidate.clone(),
        revision: event.revision,
        state,
        created_at: event.occurred_at,
        updated_at: event.occurred_at,
        proposer: event.actor.clone(),
        proposal: facts.proposal.clone(),
        evidence: facts.evidence.clone(),
        risk: facts.risk.clone(),
        owner: facts.owner.clone(),
        policy: facts.policy.clone(),
        payload: facts.payload.clone(),
        first_content: None,
        first_payload: None,
        editors: Vec::new(),
        edit_note: String::new(),
        approvals: Vec::new(),
        standing_approval: facts.standing_approval.clone(),
        expires_at: facts.expires_at,
        escalation: None,
        execution: Execution::default(),
        erased: None,
    }
}
