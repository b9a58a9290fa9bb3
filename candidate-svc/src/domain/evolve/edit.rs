//! A payload that a person changed.

use crate::domain::{Candidate, CandidateEdited, Event, Person, key_of_payload, memory_of_content};

pub(super) fn edited(candidate: &mut Candidate, facts: &CandidateEdited, event: &Event) {
    let before = candidate.payload.digest();
    assert_eq!(facts.digest_before, before, "C-8: an edit names the digest before it");
    assert_ne!(facts.payload.digest(), before, "C-7: an edit changes the digest");
    assert!(facts.risk.tier >= candidate.risk.tier, "C-9: an edit never lowers the risk");
    let editor = Person::try_from(event.actor.clone()).expect("C-9: only a person edits");
    candidate.state = candidate.waiting_once_edited().into();
    let dropped = candidate.drop_approvals();
    assert_eq!(dropped, facts.approvals_dropped, "C-7: an event says how many approvals fell with it");
    // A person has looked.
    candidate.standing_approval = None;
    if candidate.first_content.is_none() && !candidate.payload.is_erased() {
        let (proposal, payload) = (&candidate.proposal, candidate.payload.canonical_json());
        candidate.first_content = Some(memory_of_content(proposal, payload));
        candidate.first_payload = Some(key_of_payload(&proposal.action_type, payload));
    }
    if !candidate.editors.contains(&editor) {
        candidate.editors.push(editor);
    }
    candidate.edit_note.clone_from(&facts.note);
    candidate.payload = facts.payload.clone();
    candidate.risk = facts.risk.clone();
    candidate.policy = facts.policy.clone();
    candidate.expires_at = facts.expires_at;
    candidate.escalation = None;
}
