//! What holds for every candidate, whatever happened to it. Checked after every event, in release too.

use super::{ApprovalCause, Approved, AttemptOutcome, Candidate, Person, RiskTier, State};

/// Asserts the invariants that one candidate shows by itself.
///
/// # Panics
///
/// Names the invariant that is broken.
pub(super) fn check(candidate: &Candidate) {
    check_approvals(candidate);
    let approved = match &candidate.state {
        State::Approved(approved) => Some(approved),
        State::Executing(executing) => Some(&executing.approved),
        State::Proposed
        | State::NeedsEvidence(_)
        | State::NeedsOwner
        | State::Edited
        | State::Held(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Rework(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => None,
    };
    if let Some(approved) = approved {
        check_approved(candidate, approved);
    }
    check_attempts(candidate);
}

fn check_approvals(candidate: &Candidate) {
    let digest = candidate.payload.digest();
    let mut seen: Vec<&Person> = Vec::new();
    for approval in &candidate.approvals {
        let approver = &approval.approver;
        assert_eq!(approval.digest, digest, "C-7: an approval outlived the payload it was given for");
        assert!(!seen.contains(&approver), "C-9: one person counts twice");
        let own = *approver.id() == candidate.proposer || candidate.editors.contains(approver);
        assert!(!(candidate.policy.four_eyes && own), "C-9: somebody approved their own proposal or edit");
        seen.push(approver);
    }
}

fn check_approved(candidate: &Candidate, approved: &Approved) {
    let quorum_stands = candidate.approval_count() >= candidate.policy.quorum.max(1);
    let ahead = candidate.approved_ahead().is_some();
    assert!(quorum_stands || ahead, "C-1: approved without a quorum");
    assert_eq!(ahead, approved.cause == ApprovalCause::StandingApproval, "C-1: approved ahead by no standing approval");
    assert!(!ahead || candidate.risk.tier == RiskTier::Low, "C-9: approved ahead, though not of low risk");
    assert!(!ahead || candidate.editors.is_empty(), "C-7: a standing approval outlived the payload it was used for");
    assert!(approved.revision <= candidate.revision, "C-2: approved by an event that has not happened");
    assert!(candidate.owner.is_some(), "C-9: approved while nobody owns it");
}

fn check_attempts(candidate: &Candidate) {
    let execution = &candidate.execution;
    let running = execution.attempts.iter().filter(|attempt| attempt.outcome == AttemptOutcome::Running).count();
    let unknown = || execution.attempts.iter().any(|attempt| attempt.outcome == AttemptOutcome::Unknown);
    let last = execution.attempts.last();
    match &candidate.state {
        State::Executing(executing) => {
            assert_eq!(running, 1, "C-3: more than one live claim");
            assert_eq!(executing.claim.fence, execution.fence, "C-3: the live claim has the last fence");
            let own = last.is_some_and(|attempt| attempt.fence == executing.claim.fence && attempt.ended_at.is_none());
            assert!(own, "C-3: the live claim has its attempt on record");
        }
        State::Approved(approved) => {
            assert_eq!(running, 0, "C-3: a claim outlived its execution");
            assert!(!approved.in_doubt || unknown(), "C-4: in doubt, but no attempt is");
        }
        State::OutcomeUnknown => {
            assert_eq!(running, 0, "C-3: a claim outlived its execution");
            assert!(unknown(), "C-4: the outcome is unknown, but no attempt's is");
        }
        State::Executed | State::Rework(_) => {
            assert_eq!(running, 0, "C-3: a claim outlived its execution");
            assert!(last.is_some(), "C-1: executed or failed without an attempt");
        }
        State::Failed => {
            assert_eq!(running, 0, "C-3: a claim outlived its execution");
            assert!(last.is_some(), "C-1: failed without an attempt");
        }
        State::Proposed
        | State::NeedsEvidence(_)
        | State::NeedsOwner
        | State::Edited
        | State::Held(_)
        | State::Rejected(_)
        | State::Withdrawn(_)
        | State::Expired => assert_eq!(running, 0, "C-3: a claim outlived its execution"),
    }
}
