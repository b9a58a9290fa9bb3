//! Asks for evidence: the candidate waits for it, whatever else it waited for. Approvals fall.

use super::transcript::Transcript;
use crate::domain::limits::{EVIDENCE_MAX_ITEMS, NOTE_MAX_BYTES, QUESTION_MAX_KINDS};
use crate::domain::{
    Candidate, Context, Event, EventBody, EvidenceQuestion, EvidenceRequested, Refusal, RequestEvidence, StateName,
    Verb, bounds,
};

pub(super) fn decide(
    candidate: &Candidate,
    command: &RequestEvidence,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    bounds::required_text("question", &command.question, NOTE_MAX_BYTES)?;
    bounds::count("kinds", command.kinds.len(), QUESTION_MAX_KINDS)?;
    if candidate.evidence.len() >= EVIDENCE_MAX_ITEMS {
        let reason =
            format!("it has {EVIDENCE_MAX_ITEMS} pieces of evidence and holds no more, so that none could come");
        return Err(Refusal::illegal(candidate, Verb::RequestEvidence, reason));
    }
    let requested = EventBody::EvidenceRequested(EvidenceRequested {
        question: EvidenceQuestion {
            question: command.question.clone(),
            kinds: command.kinds.clone(),
            asked_by: Some(context.actor.principal()),
        },
        approvals_dropped: candidate.approval_count(),
    });
    Ok(Transcript::of_next(candidate, context).then(StateName::NeedsEvidence, requested).events())
}
