//! Adds evidence: may end the wait for it and a hold until it. Approvals fall (C-7).

use super::{check_evidence, transcript::Transcript};
use crate::domain::limits::EVIDENCE_MAX_ITEMS;
use crate::domain::{
    AddEvidence, Candidate, CandidateReleased, Context, Event, EventBody, Evidence, EvidenceAdded, EvidenceKind, Held,
    NeedsEvidence, Refusal, ReleaseCause, State, StateName, bounds,
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
    let requirement_met = candidate
        .awaited_evidence()
        .is_some_and(|needs| is_met(needs, &candidate.evidence, &evidence, required(context)));
    if candidate.awaited_evidence().is_some() && !requirement_met {
        check_room(candidate, &evidence, required(context))?;
    }
    let added = EventBody::EvidenceAdded(EvidenceAdded {
        evidence,
        requirement_met,
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

/// What the catalogue asks for. A type that it no longer has asks for nothing more: such a candidate can be decided, not executed.
fn required<'a>(context: &Context<'a>) -> &'a [EvidenceKind] {
    context.action_type.map_or(&[], |action_type| &action_type.required_evidence_kinds)
}

/// Met when every kind that the catalogue asks for is there and, if a person asked, something newer than the question answers it.
fn is_met(needs: &NeedsEvidence, kept: &[Evidence], added: &[Evidence], required: &[EvidenceKind]) -> bool {
    let all = || kept.iter().chain(added);
    let has = |kind: &EvidenceKind| all().any(|evidence| evidence.item.kind == *kind);
    let question = &needs.question;
    let answers = |evidence: &Evidence| {
        let newer = evidence.number > needs.evidence_before;
        newer && (question.kinds.is_empty() || question.kinds.contains(&evidence.item.kind))
    };
    let answered = match question.asked_by {
        Some(_) => all().any(answers),
        None => question.kinds.iter().all(has),
    };
    answered && required.iter().all(has)
}

/// What is awaited must find room still, or it could never come.
fn check_room(candidate: &Candidate, added: &[Evidence], required: &[EvidenceKind]) -> Result<(), Refusal> {
    let all = || candidate.evidence.iter().chain(added);
    let missing = required.iter().filter(|kind| !all().any(|evidence| evidence.item.kind == **kind)).count();
    if all().count() + missing.max(1) <= EVIDENCE_MAX_ITEMS {
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
