//! How it is found out what nobody knew.

use countersign_api::name::CandidateName;
use ledger_format::PayloadDigest;
use service_kit::access::Role;

use super::cast::{ANNA, BEN, EXECUTOR, RIVAL, RULES, actor, actor_as};
use super::story::{Story, failure, result};
use crate::domain::*;

fn with_fence(command: Command, fence: u64) -> Command {
    match command {
        Command::Settle(settle) => Command::Settle(Settle { fence: Some(fence), ..settle }),
        other => panic!("{:?}", other.verb()),
    }
}

#[test]
fn a_reviewer_finds_that_it_was_done() {
    let mut story = Story::outcome_unknown();
    story.tell(ANNA, story.settle(Settlement::Executed(result())));
    assert_eq!(story.state(), StateName::Executed);
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Succeeded);
    assert_eq!(story.it().execution.result, Some(result()));
}

#[test]
fn a_reviewer_finds_that_it_was_not_done() {
    let mut story = Story::outcome_unknown();
    story.tell(ANNA, story.settle(Settlement::Failed(failure(false))));
    assert_eq!(story.state(), StateName::Failed);
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Failed(failure(false)));
}

#[test]
fn a_service_settles_with_the_last_fence_and_never_approves() {
    for who in [EXECUTOR, RIVAL] {
        let mut story = Story::outcome_unknown();
        let found = story.settle(Settlement::Executed(result()));
        let without = story.refused(who, found.clone());
        let names_it =
            matches!(&without, Refusal::Malformed { field, reason } if field == "fence" && reason.contains("send"));
        assert!(names_it, "{who}: without a fence: {without}");
        let stale = with_fence(found.clone(), 7);
        assert_eq!(story.refused(who, stale), Refusal::FenceStale { given: 7, present: 1 });
        let approve = with_fence(story.settle(story.anew()), 1);
        let refusal = story.refused(who, approve);
        assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::NotAPerson(_), .. }), "{refusal}");
        story.tell(who, with_fence(found, 1));
        assert_eq!(story.state(), StateName::Executed);
    }
}

#[test]
fn others_do_not_settle() {
    let mut story = Story::outcome_unknown();
    let found = with_fence(story.settle(Settlement::Executed(result())), 1);
    for actor in [actor(RULES), actor_as("humans/dora", &[Role::Auditor]), Actor::Clock] {
        let refusal = story.refused_by(&actor, &found);
        assert!(matches!(refusal, Refusal::NotEntitled { .. }), "{refusal}");
    }
}

#[test]
fn back_to_approved_is_an_approval_with_its_finding() {
    let mut story = Story::outcome_unknown();
    let wrong =
        story.settle(Settlement::Approve { digest: PayloadDigest::new([9; 32]), acknowledged_conflicts: Vec::new() });
    assert!(matches!(story.refused(BEN, wrong), Refusal::DigestMismatch { .. }));
    story.tell(BEN, story.settle(story.anew()));
    let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
    assert_eq!((approved.cause, approved.ordinal, approved.in_doubt), (ApprovalCause::Settlement, 1, false));
    let [.., settled, _] = story.events.as_slice() else { panic!("two events") };
    let expected = OutcomeSettled { words: "Looked into the target.".into(), finding: Finding::MayRetry };
    assert_eq!((&settled.body, settled.state), (&EventBody::OutcomeSettled(expected), StateName::OutcomeUnknown));

    story.tell(BEN, story.withdraw_approval());
    assert_eq!(story.state(), StateName::OutcomeUnknown, "the doubt is back with the approval gone");
}

#[test]
fn a_settlement_by_approval_waits_for_its_quorum() {
    let mut story = Story::new();
    story.verdict.quorum = 2;
    story.propose(story.proposal()).expect("a proposal");
    story.tell(ANNA, story.approve());
    story.tell(BEN, story.approve());
    story.tell(EXECUTOR, story.claim());
    story.action_type.retry_safe = false;
    story.tell(EXECUTOR, story.lose_track());
    story.tell(ANNA, story.settle(story.anew()));
    assert_eq!((story.state(), story.it().approvals.len()), (StateName::OutcomeUnknown, 1));
    story.tell(BEN, story.settle(story.anew()));
    assert_eq!(story.state(), StateName::Approved);
}

#[test]
fn a_finding_is_said_in_words() {
    let mut story = Story::outcome_unknown();
    let silent = match story.settle(Settlement::Executed(result())) {
        Command::Settle(settle) => Command::Settle(Settle { finding: " ".into(), ..settle }),
        other => panic!("{:?}", other.verb()),
    };
    let refusal = story.refused(ANNA, silent);
    assert!(matches!(&refusal, Refusal::Malformed { field, .. } if field == "finding"), "{refusal}");
}

#[test]
fn who_approves_again_names_what_was_approved_beside_it_meanwhile() {
    let mut story = Story::outcome_unknown();
    let candidate = CandidateName { id: uuid::Uuid::from_u128(2), ..story.it().name.clone() };
    story.rivals = vec![Rival { candidate: candidate.clone(), state: StateName::Executing }];
    let refused = story.refused(BEN, story.settle(story.anew()));
    assert!(matches!(refused, Refusal::ConflictUnseen { unseen, .. } if unseen == [candidate.clone()]));
    let digest = story.it().payload.digest();
    story.tell(BEN, story.settle(Settlement::Approve { digest, acknowledged_conflicts: vec![candidate] }));
    assert_eq!(story.it().state.name(), StateName::Approved);
}

/// Every approver's own word, not the last one's alone.
#[test]
fn whoever_approves_first_of_several_is_on_record_with_what_they_saw_beside_it() {
    let mut story = Story::proposed();
    story.candidate.as_mut().expect("it was proposed").policy.quorum = 2;
    let candidate = CandidateName { id: uuid::Uuid::from_u128(2), ..story.it().name.clone() };
    story.rivals = vec![Rival { candidate: candidate.clone(), state: StateName::Executing }];
    let Command::Approve(approve) = story.approve() else { panic!("an approval") };
    let seen = vec![candidate];
    story.tell(BEN, Command::Approve(Approve { acknowledged_conflicts: seen.clone(), ..approve }));
    let EventBody::ApprovalCollected(collected) = &story.events.last().expect("an event").body else {
        panic!("one of two")
    };
    assert_eq!(collected.acknowledged_conflicts, seen);
}
