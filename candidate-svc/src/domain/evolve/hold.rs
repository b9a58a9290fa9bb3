//! Holds that begin, change and end.

use crate::domain::{Candidate, CandidateHeld, Event, Held, State, Waiting};

pub(super) fn held(candidate: &mut Candidate, facts: &CandidateHeld, event: &Event) {
    if let Some(escalation) = &mut candidate.escalation {
        escalation.is_answered = true;
    }
    // Holding again only changes the end: who held it first and why stays, and so does the state before.
    if let State::Held(held) = &mut candidate.state {
        held.until_at = facts.until_at;
        held.until_evidence = facts.until_evidence;
        return;
    }
    let before = Waiting::interrupted(&candidate.state).expect("C-8: only a waiting candidate is put aside");
    candidate.state = State::Held(Held {
        held_by: event.actor.clone(),
        reason: facts.reason.clone(),
        until_at: facts.until_at,
        until_evidence: facts.until_evidence,
        before,
    });
}

pub(super) fn released(candidate: &mut Candidate) {
    let before = Waiting::interrupted(&candidate.state).expect("C-8: only what is held is released");
    candidate.state = before.into();
}
