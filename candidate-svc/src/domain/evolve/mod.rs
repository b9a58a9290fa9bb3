//! Applies events: what a candidate is after what happened to it.
//!
//! An event is a fact, so nothing here refuses. What breaks an invariant is a bug or a forged record, and stops the process before it
//! can do harm: the assertions stay on in release.

mod approval;
mod edit;
mod evidence;
mod execution;
mod hold;
mod leads_from;
mod owner;
mod proposed;
mod settlement;

use super::{Candidate, Escalation, Event, EventBody, Rejection, Rework, State, Withdrawal, invariants};

/// Returns the candidate that an event leaves. `None` before the first event, which proposes it.
///
/// # Panics
///
/// Names the invariant that the event breaks: an event of another candidate or out of order (C-8), or one that the domain never
/// decides (C-1, C-3, C-4, C-7, C-9, C-10).
pub fn evolve(candidate: Option<Candidate>, event: &Event) -> Candidate {
    let evolved = match (candidate, &event.body) {
        (None, EventBody::CandidateProposed(facts)) => proposed::apply(event, facts),
        (None, body) => panic!("C-8: `{}` of a candidate that was never proposed", body.kind()),
        (Some(candidate), body) => {
            check_follows(&candidate, event);
            check_ahead(&candidate, event);
            leads_from::check(&candidate, body);
            apply(candidate, event)
        }
    };
    assert_eq!(evolved.state.name(), event.state, "C-8: `{}` leaves another state than it says", event.body.kind());
    invariants::check(&evolved);
    evolved
}

fn check_follows(candidate: &Candidate, event: &Event) {
    assert_eq!(event.candidate, candidate.name, "C-8: an event of another candidate");
    let next = if event.ordinal == 0 { candidate.revision + 1 } else { candidate.revision };
    assert_eq!(event.revision, next, "C-8: an event out of order, position `{}` of its revision", event.ordinal);
}

/// An event that names a standing approval names the one under which the candidate stands; one from before they did names none.
fn check_ahead(candidate: &Candidate, event: &Event) {
    let Some(named) = &event.standing_approval else { return };
    let under = candidate.standing_approval.as_ref().map(|used| &used.name);
    assert_eq!(under, Some(named), "C-8: an event names another standing approval than the candidate stands under");
}

fn apply(mut candidate: Candidate, event: &Event) -> Candidate {
    candidate.revision = event.revision;
    candidate.updated_at = event.occurred_at;
    match &event.body {
        EventBody::CandidateProposed(_) => panic!("C-8: proposed twice"),
        EventBody::EvidenceAdded(facts) => evidence::added(&mut candidate, facts),
        EventBody::EvidenceRequested(facts) => evidence::requested(&mut candidate, facts),
        EventBody::OwnerAssigned(facts) => owner::assigned(&mut candidate, facts),
        EventBody::CandidateEdited(facts) => edit::edited(&mut candidate, facts, event),
        EventBody::ApprovalCollected(facts) => approval::collected(&mut candidate, facts, event),
        EventBody::CandidateApproved(facts) => approval::approved(&mut candidate, facts, event),
        EventBody::ApprovalWithdrawn(facts) => approval::withdrawn(&mut candidate, facts, event),
        EventBody::CandidateRejected(facts) => {
            candidate.state = State::Rejected(Rejection {
                rejected_by: event.actor.clone(),
                reason: facts.reason,
                note: facts.note.clone(),
                rejected_at: event.occurred_at,
            });
        }
        EventBody::CandidateHeld(facts) => hold::held(&mut candidate, facts, event),
        EventBody::CandidateReleased(_) => hold::released(&mut candidate),
        EventBody::CandidateWithdrawn(facts) => {
            candidate.state = State::Withdrawn(Withdrawal { superseded_by: facts.superseded_by.clone() });
        }
        EventBody::CandidateExpired(_) => candidate.state = State::Expired,
        EventBody::ExecutionStarted(facts) => execution::started(&mut candidate, facts, event),
        EventBody::ClaimExtended(facts) => execution::extended(&mut candidate, facts),
        EventBody::CandidateExecuted(facts) => execution::executed(&mut candidate, facts, event),
        EventBody::ExecutionFailed(facts) => execution::failed(&mut candidate, facts, event),
        EventBody::OutcomeLost(facts) => execution::lost(&mut candidate, facts, event),
        EventBody::OutcomeSettled(facts) => settlement::settled(&mut candidate, facts),
        EventBody::CandidateEscalated(facts) => {
            let next = candidate.next_escalation().map(|next| (next.step, &next.policy.to));
            assert_eq!(next, Some((facts.step, &facts.to)), "C-8: an escalation is the policy's next step");
            let escalated_at = event.occurred_at;
            let (step, to) = (facts.step, facts.to.clone());
            candidate.escalation = Some(Escalation { step, to, escalated_at, is_answered: false });
            candidate.expires_at = facts.expires_at.unwrap_or(candidate.expires_at);
        }
        EventBody::CandidateSentBack(facts) => {
            candidate.drop_approvals();
            candidate.state = State::Rework(Rework {
                sent_back_by: event.actor.clone(),
                reason: facts.reason.clone(),
                fault: facts.fault,
                sent_back_at: event.occurred_at,
            });
        }
    }
    if let Some(used) = &mut candidate.standing_approval {
        used.note_outcome(candidate.state.name());
    }
    candidate
}

impl Candidate {
    /// Drops every approval, one given ahead as well; returns how many approvals fell.
    fn drop_approvals(&mut self) -> u32 {
        let dropped = self.approval_count();
        self.approvals.clear();
        self.end_approval_ahead();
        dropped
    }
}
