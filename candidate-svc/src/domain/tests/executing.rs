//! How what was approved is done once, or said not to be known.

use service_kit::access::Role;

use super::cast::{ANNA, BEN, EXECUTOR, RIVAL, actor_as};
use super::story::{DAY_SECS, LEASE_MS, Story, failure, result};
use crate::domain::limits::ATTEMPTS_MAX_PER_APPROVAL;
use crate::domain::*;

fn approved(story: &Story) -> &Approved {
    match &story.it().state {
        State::Approved(approved) => approved,
        other => panic!("{}", other.name()),
    }
}

fn reclaim(story: &mut Story) {
    let not_before = approved(story).retry_not_before.expect("a back-off");
    story.now = not_before;
    story.tell(EXECUTOR, story.claim());
}

#[test]
fn an_executor_claims_acts_and_reports() {
    let mut story = Story::executing();
    let State::Executing(executing) = &story.it().state else { panic!("it is executing") };
    assert_eq!((executing.claim.fence, executing.claim.attempt_number), (1, 1));
    assert_eq!(executing.claim.lease_expires_at, story.now.plus_ms(LEASE_MS));
    assert_eq!(executing.claim.approving_entry_index, 4711);
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Running);
    story.tell(EXECUTOR, story.report_success());
    assert_eq!(story.state(), StateName::Executed);
    assert_eq!(story.it().execution.result, Some(result()));
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Succeeded);
    assert_eq!(story.it().approvals.len(), 1, "who approved stays on the candidate");
}

#[test]
fn what_is_not_recorded_under_a_checkpoint_is_not_claimed() {
    let mut story = Story::approved();
    let own = RecordedAt { revision: 2, ordinal: 0, entry_index: 5, checkpoint_size: 6 };
    for recorded_at in [
        None,
        Some(RecordedAt { checkpoint_size: 5, ..own }),
        Some(RecordedAt { revision: 1, ..own }),
        Some(RecordedAt { ordinal: 1, ..own }),
    ] {
        let refusal = story.refused(EXECUTOR, Command::Claim(ClaimCommand { lease_ms: LEASE_MS, recorded_at }));
        assert!(refusal.to_string().contains("not in the ledger under a signed checkpoint"), "C-2: {refusal}");
    }
    story.tell(EXECUTOR, Command::Claim(ClaimCommand { lease_ms: LEASE_MS, recorded_at: Some(own) }));
}

#[test]
fn only_a_service_that_executes_claims() {
    let mut story = Story::approved();
    for who in [ANNA, "generators/crm-rules", "services/relay"] {
        let refusal = story.refused(who, story.claim());
        assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::RoleMissing { .. }, .. }), "{refusal}");
    }
}

#[test]
fn a_change_of_the_policy_is_claimed_by_candidate_svc_alone() {
    let mut story = Story::approved();
    story.action_type.operation = CHANGE_POLICY.to_owned();
    let refusal = story.refused(EXECUTOR, story.claim());
    assert!(refusal.to_string().contains("candidate-svc carries it out itself"), "{refusal}");
    let claim = story.claim();
    story.attempt(&Actor::candidate_svc(), &claim).expect("claimed");
    assert_eq!(story.state(), StateName::Executing);
}

#[test]
fn a_claimed_candidate_is_not_claimed_again() {
    let mut story = Story::executing();
    assert!(matches!(story.refused(RIVAL, story.claim()), Refusal::IllegalTransition { .. }), "C-3");
}

#[test]
fn an_approval_that_lapsed_is_not_claimed() {
    let mut story = Story::approved();
    story.pass_days(7);
    let refusal = story.refused(EXECUTOR, story.claim());
    assert!(refusal.to_string().contains("its time ran out"), "{refusal}");
}

#[test]
fn a_claim_is_extended_by_its_holder_alone() {
    let mut story = Story::executing();
    story.pass_ms(LEASE_MS / 2);
    let refusal = story.refused(RIVAL, story.extend_claim());
    assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::NotTheClaimHolder(_), .. }), "{refusal}");
    story.tell(EXECUTOR, story.extend_claim());
    assert_eq!(story.it().next_deadline(), Some(story.now.plus_ms(LEASE_MS)));
}

#[test]
fn a_retry_that_is_safe_waits_twice_as_long_each_time_and_shares_its_key() {
    let mut story = Story::executing();
    let mut waits = Vec::new();
    for _ in 1..ATTEMPTS_MAX_PER_APPROVAL {
        story.tell(EXECUTOR, story.report_failure(true));
        let not_before = approved(&story).retry_not_before.expect("a back-off");
        waits.push((not_before.as_micros() - story.now.as_micros()) / 1_000_000);
        let refusal = story.refused(EXECUTOR, story.claim());
        assert!(refusal.to_string().contains("not before"), "{refusal}");
        reclaim(&mut story);
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128]);
    assert_eq!(story.it().idempotency_key(), Some(format!("{}/2", story.it().name.id)));
    story.tell(EXECUTOR, story.report_failure(true));
    assert_eq!(story.state(), StateName::Failed, "after the last attempt a person decides");
    assert_eq!(story.it().approvals, [], "another try takes another approval");
}

#[test]
fn a_failure_that_no_retry_mends_fails() {
    let story = Story::failed();
    assert_eq!(story.state(), StateName::Failed);
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Failed(failure(false)));
}

#[test]
fn a_lapsed_lease_leaves_an_outcome_that_nobody_knows() {
    let mut story = Story::executing();
    story.action_type.retry_safe = false;
    let refusal = story.refused_by(&Actor::Clock, &Command::LoseTrack(LoseTrack::LeaseLapsed));
    assert!(refusal.to_string().contains("not before"), "{refusal}");
    story.pass_ms(LEASE_MS);
    story.tell_clock(Command::LoseTrack(LoseTrack::LeaseLapsed));
    assert_eq!(story.state(), StateName::OutcomeUnknown, "C-4");
    assert_eq!(story.it().execution.attempts[0].outcome, AttemptOutcome::Unknown);
}

#[test]
fn where_the_catalogue_calls_it_safe_a_lost_attempt_is_repeated() {
    let mut story = Story::executing();
    story.tell(EXECUTOR, story.lose_track());
    assert!(approved(&story).in_doubt);
    reclaim(&mut story);
    story.tell(EXECUTOR, story.report_success());
    assert_eq!(story.state(), StateName::Executed);
}

#[test]
fn in_doubt_nobody_can_say_that_it_was_not_done() {
    let mut story = Story::executing();
    story.tell(EXECUTOR, story.lose_track());
    for command in [story.reject(), story.withdraw_approval()] {
        let Refusal::IllegalTransition { allowed, .. } = story.refused(BEN, command) else { panic!("illegal") };
        assert_eq!(allowed, [Verb::Expire, Verb::Claim]);
    }
    story.pass_days(7);
    story.tell_clock(Command::Expire);
    assert_eq!(story.state(), StateName::OutcomeUnknown, "C-4: an approval that lapses in doubt does not just expire");
    let EventBody::OutcomeLost(lost) = &story.events.last().expect("an event").body else { panic!("lost") };
    assert_eq!((lost.cause, lost.attempt_number), (LossCause::ApprovalLapsed, 1));
}

#[test]
fn a_failure_after_a_lost_attempt_does_not_speak_for_the_lost_one() {
    let mut story = Story::executing();
    story.tell(EXECUTOR, story.lose_track());
    reclaim(&mut story);
    story.tell(EXECUTOR, story.report_failure(false));
    assert_eq!(story.state(), StateName::OutcomeUnknown, "the first attempt may have done it");
}

#[test]
fn a_report_from_before_another_claim_changes_nothing() {
    let mut story = Story::executing();
    let late = story.report_success();
    story.tell(EXECUTOR, story.lose_track());
    let not_before = approved(&story).retry_not_before.expect("a back-off");
    story.now = not_before;
    story.tell(RIVAL, story.claim());
    let refusal = story.refused(EXECUTOR, late);
    assert_eq!(refusal, Refusal::FenceStale { given: 1, present: 2 }, "C-3");
    let current = story.report_success();
    let refusal = story.refused(EXECUTOR, current);
    assert!(matches!(refusal, Refusal::NotEntitled { reason: NotEntitled::NotTheClaimHolder(_), .. }), "{refusal}");
}

#[test]
fn there_is_no_retry_that_the_approval_would_not_outlast() {
    let mut story = Story::approved();
    story.now = story.now.plus_secs(7 * DAY_SECS - 1);
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(true));
    assert_eq!(story.state(), StateName::Failed);
}

#[test]
fn a_person_orders_a_retry_as_an_approval() {
    let mut story = Story::failed();
    story.verdict.quorum = 1;
    story.tell(BEN, story.retry());
    let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
    assert_eq!((approved.cause, approved.before), (ApprovalCause::Retry, BeforeApproval::Failed));
    assert_eq!(story.it().idempotency_key(), Some(format!("{}/5", story.it().name.id)), "a new approval, a new key");
    story.tell(BEN, story.withdraw_approval());
    assert_eq!(story.state(), StateName::Failed);
}

#[test]
fn a_retry_takes_the_quorum_and_the_digest() {
    let mut story = Story::new();
    story.verdict.quorum = 2;
    story.propose(story.proposal()).expect("a proposal");
    story.tell(ANNA, story.approve());
    story.tell(BEN, story.approve());
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_failure(false));
    let other = Approve { digest: ledger_format::PayloadDigest::new([9; 32]), ..story.approval() };
    assert!(matches!(story.refused(ANNA, Command::Retry(other)), Refusal::DigestMismatch { .. }));
    story.tell(ANNA, story.retry());
    assert_eq!(story.state(), StateName::Failed);
    story.tell(BEN, story.retry());
    assert_eq!(story.state(), StateName::Approved);
}

#[test]
fn a_lost_type_is_neither_claimed_nor_repeated() {
    let mut story = Story::approved();
    story.action_type.name = "create_note".parse().expect("a name");
    assert!(matches!(story.refused(EXECUTOR, story.claim()), Refusal::ActionTypeUnknown { .. }));

    let mut story = Story::executing();
    story.action_type.name = "create_note".parse().expect("a name");
    story.tell(EXECUTOR, story.lose_track());
    assert_eq!(story.state(), StateName::OutcomeUnknown);
}

#[test]
fn the_owner_sends_back_what_was_done_wrong() {
    let mut story = Story::executed();
    let command = story.send_back();
    let owner = actor_as(ANNA, &[Role::Auditor]);
    story.attempt(&owner, &command).expect("the owner");
    let State::Rework(rework) = &story.it().state else { panic!("it is in rework") };
    assert_eq!((rework.sent_back_by.as_str(), rework.fault), (ANNA, Fault::Proposal));
    assert_eq!(story.it().approvals, []);

    let mut story = Story::executed();
    let command = story.send_back();
    let stranger = actor_as("humans/dora", &[Role::Auditor]);
    assert!(matches!(story.refused_by(&stranger, &command), Refusal::NotEntitled { .. }));
}

#[test]
fn an_edit_is_at_fault_only_where_there_was_one() {
    let blame = |story: &Story| {
        Command::SendBack(SendBack { etag: story.etag(), reason: "The day is wrong.".into(), fault: Fault::Edit })
    };
    let mut story = Story::executed();
    let refusal = story.refused(ANNA, blame(&story)).to_string();
    assert!(refusal.contains("nobody edited it"), "{refusal}");

    let mut story = Story::proposed();
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    story.tell(BEN, story.approve());
    story.tell(EXECUTOR, story.claim());
    story.tell(EXECUTOR, story.report_success());
    story.tell(ANNA, blame(&story));
    assert_eq!(story.state(), StateName::Rework);
}
