//! Approvals that were given, stand, or were taken back.

use crate::domain::{
    Approval, ApprovalCause, ApprovalCollected, ApprovalWithdrawn, Approved, BeforeApproval, Candidate,
    CandidateApproved, Event, Person, StandingApprovalUse, State,
};

pub(super) fn collected(candidate: &mut Candidate, facts: &ApprovalCollected, event: &Event) {
    let approver = Person::try_from(event.actor.clone()).expect("C-10: only a person approves");
    candidate.approvals.push(Approval {
        approver,
        digest: facts.digest,
        approved_at: event.occurred_at,
        note: facts.note.clone(),
    });
    assert_eq!(candidate.approval_count(), facts.approvals, "C-8: an approval says how many stand");
    assert!(facts.approvals < facts.quorum, "C-1: the quorum stands, yet it is not approved");
}

pub(super) fn approved(candidate: &mut Candidate, facts: &CandidateApproved, event: &Event) {
    Person::try_from(event.actor.clone()).expect("C-10: only a person approves, now or ahead");
    assert_eq!(facts.digest, candidate.payload.digest(), "C-1: exactly the present digest is approved");
    check_ahead(candidate, facts, event);
    let collected = facts.approvals.starts_with(&candidate.approvals);
    assert!(collected, "C-1: an approval rests on those that were collected");
    let state = State::Approved(Approved {
        revision: event.revision,
        ordinal: event.ordinal,
        approved_at: event.occurred_at,
        cause: facts.cause,
        valid_until: facts.valid_until,
        before: before(candidate),
        attempts: 0,
        retry_not_before: None,
        in_doubt: false,
    });
    candidate.state = state;
    candidate.approvals.clone_from(&facts.approvals);
    if facts.standing_approval.is_none() {
        candidate.end_approval_ahead();
        // A person has looked. Should the approval be taken back, the next look is this candidate's own.
        candidate.standing_approval = candidate.standing_approval.take().map(StandingApprovalUse::for_a_person);
    }
}

/// A standing approval approves what came under it and was not drawn, as the act of whoever gave it; nothing else is approved ahead.
fn check_ahead(candidate: &Candidate, facts: &CandidateApproved, event: &Event) {
    let ahead = facts.cause == ApprovalCause::StandingApproval;
    assert_eq!(facts.standing_approval.is_some(), ahead, "C-1: only a standing approval approves ahead");
    if ahead {
        let used = candidate.approved_ahead();
        let used = used.expect("C-1: approved ahead without the use of a standing approval");
        assert_eq!(facts.standing_approval.as_ref(), Some(&used.name), "C-1: approved by another standing approval");
        assert_eq!(*used.granted_by.id(), event.actor, "C-1: approved ahead by somebody who did not give it");
    }
}

pub(super) fn withdrawn(candidate: &mut Candidate, facts: &ApprovalWithdrawn, event: &Event) {
    candidate.approvals.retain(|approval| *approval.approver.id() != event.actor);
    assert_eq!(candidate.approval_count(), facts.approvals, "C-8: a withdrawal says how many approvals stand");
    if let State::Approved(approved) = &candidate.state {
        candidate.state = approved.before.into();
        // What was approved ahead awaits a person's look from here on, as if it had been drawn: its proposer can not have it approved
        // ahead after all by taking it back and proposing it again.
        candidate.standing_approval = candidate.standing_approval.take().map(StandingApprovalUse::for_a_person);
    }
}

impl Candidate {
    /// Ends what a standing approval approved; that it drew the candidate for its audit sample stays true.
    pub(super) fn end_approval_ahead(&mut self) {
        self.standing_approval = self.standing_approval.take().filter(|used| used.drawn_for_audit);
    }
}

fn before(candidate: &Candidate) -> BeforeApproval {
    match &candidate.state {
        State::Proposed => BeforeApproval::Proposed,
        State::Edited => BeforeApproval::Edited,
        State::Failed => BeforeApproval::Failed,
        State::OutcomeUnknown => BeforeApproval::OutcomeUnknown,
        State::NeedsEvidence(_)
        | State::NeedsOwner
        | State::Held(_)
        | State::Approved(_)
        | State::Executing(_)
        | State::Executed
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => panic!("C-1: `{}` is not a state to approve in", candidate.state.name()),
    }
}
