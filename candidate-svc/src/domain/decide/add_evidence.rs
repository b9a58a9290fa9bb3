//! Adds evidence: may end the wait for it and a hold until it. Approvals fall (C-7).

use super::{check_evidence, required_evidence, transcript::Transcript};
use crate::domain::limits::EVIDENCE_MAX_ITEMS;
use crate::domain::{
    AddEvidence, Candidate, CandidateReleased, Context, Event, EventBody, Evidence, EvidenceAdded, EvidenceItem,
    EvidenceQuestion, Held, NeedsEvidence, Refusal, ReleaseCause, State, StateName, bounds,
};

pub(super) fn decide(
    candidate: &Candidate,
    command: &AddEvidence,
    context: &Context<'_>,
) -> Result<Vec<Event>, Refusal> {
    if command.evidence.is_empty() {
        return Err(Refusal::malformed("evidence", "it is empty: add at least one piece"));
    }
    bounds::count("evidence", candidate.evidence.len() + command.evidence.len(), EVIDENCE_MAX_ITEMS)?;
    check_evidence::check("evidence", &command.evidence, context.now)?;
    let evidence = number(candidate, command, context);
    let pieces: Vec<&Evidence> = candidate.evidence.iter().chain(&evidence).collect();
    let items: Vec<&EvidenceItem> = pieces.iter().map(|piece| &piece.item).collect();
    let left = context.action_type.and_then(|action_type| required_evidence::question(action_type, &items));
    let needs = candidate.awaited_evidence();
    let is_answered = needs.is_some_and(|needs| is_answered(needs, &pieces, &items));
    let requirement_met = is_answered && left.is_none();
    if needs.is_some() && !requirement_met {
        check_room(pieces.len(), left.as_ref())?;
    }
    // Once the question is answered, what the catalogue asks for besides is what is asked.
    let is_catalogues = needs.is_some_and(|needs| needs.question.asked_by.is_none());
    let still_asked = left.filter(|_| is_answered || is_catalogues);
    let added = EventBody::EvidenceAdded(EvidenceAdded {
        evidence,
        requirement_met,
        still_asked,
        approvals_dropped: candidate.approval_count(),
    });

    let transcript = Transcript::of_next(candidate, context);
    let transcript = match &candidate.state {
        State::Held(held) => {
            let transcript = transcript.then(StateName::Held, added);
            // Where it waits for evidence of some kind, other evidence is not what it waits for.
            let is_awaited = candidate.awaited_evidence().is_none() || requirement_met;
            if held.until_evidence && is_awaited {
                let released = EventBody::CandidateReleased(CandidateReleased { cause: ReleaseCause::Evidence });
                transcript.then(after_hold(candidate, held, requirement_met), released)
            } else {
                transcript
            }
        }
        State::NeedsEvidence(_) if requirement_met => transcript.then(candidate.waiting_once_evidenced().name(), added),
        State::NeedsEvidence(_)
        | State::Proposed
        | State::NeedsOwner
        | State::Edited
        | State::Approved(_)
        | State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => transcript.then(candidate.state.name(), added),
    };
    Ok(transcript.events())
}

fn number(candidate: &Candidate, command: &AddEvidence, context: &Context<'_>) -> Vec<Evidence> {
    let added_by = context.actor.principal();
    let first = candidate.evidence_count() + 1;
    let numbered = (first..).zip(&command.evidence);
    numbered.map(|(number, item)| Evidence { number, added_by: added_by.clone(), item: item.clone() }).collect()
}

/// Answered by evidence newer than the question, if a person asked; by every kind, if the action type did.
fn is_answered(needs: &NeedsEvidence, pieces: &[&Evidence], items: &[&EvidenceItem]) -> bool {
    let question = &needs.question;
    let answers = |piece: &&Evidence| {
        let is_newer = piece.number > needs.evidence_before;
        is_newer && (question.kinds.is_empty() || question.kinds.contains(&piece.item.kind))
    };
    match question.asked_by {
        Some(_) => pieces.iter().any(answers),
        None => required_evidence::missing(&question.kinds, items).is_empty(),
    }
}

/// What is awaited must find room still, or it could never come.
fn check_room(count: usize, left: Option<&EvidenceQuestion>) -> Result<(), Refusal> {
    let awaited = left.map_or(0, |left| left.kinds.len()).max(1);
    if count + awaited <= EVIDENCE_MAX_ITEMS {
        return Ok(());
    }
    let reason = format!(
        "a candidate holds {EVIDENCE_MAX_ITEMS} pieces, and this would leave no room for what is asked for: hand that in first"
    );
    Err(Refusal::malformed("evidence", reason))
}

fn after_hold(candidate: &Candidate, held: &Held, requirement_met: bool) -> StateName {
    if requirement_met { candidate.waiting_once_evidenced().name() } else { held.before.name() }
}
