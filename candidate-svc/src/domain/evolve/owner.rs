//! An owner that was found.

use crate::domain::{Candidate, OwnerAssigned, State, Waiting};

pub(super) fn assigned(candidate: &mut Candidate, facts: &OwnerAssigned) {
    assert_eq!(candidate.owner, facts.owner_before, "C-8: an event names the owner before it");
    candidate.owner = Some(facts.owner.clone());
    let next = candidate.waiting_for_decision();
    match &mut candidate.state {
        State::NeedsOwner => candidate.state = next.into(),
        State::Held(held) => {
            if held.before == Waiting::NeedsOwner {
                held.before = next;
            }
        }
        State::Proposed
        | State::NeedsEvidence(_)
        | State::Edited
        | State::Approved(_)
        | State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => {}
    }
}
