//! How a candidate is approved, and how not.

use ledger_format::PayloadDigest;
use service_kit::access::Role;

use super::cast::{ANNA, BEN, CARA, EXECUTOR, RULES, actor_as};
use super::story::{DAY_SECS, Story};
use crate::domain::*;

fn with_quorum(quorum: u32) -> Story {
    let mut story = Story::new();
    story.verdict.quorum = quorum;
    story.propose(story.proposal()).expect("a proposal");
    story
}

fn not_entitled(refusal: Refusal) -> NotEntitled {
    match refusal {
        Refusal::NotEntitled { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

#[test]
fn one_person_approves_exactly_these_bytes() {
    let story = Story::approved();
    let State::Approved(approved) = &story.it().state else { panic!("it is approved") };
    assert_eq!((approved.revision, approved.ordinal, approved.cause), (2, 0, ApprovalCause::Review));
    assert_eq!(approved.valid_until, story.now.plus_secs(7 * DAY_SECS));
    assert_eq!(story.it().approvals[0].digest, story.it().payload.digest());
    assert_eq!(story.it().idempotency_key(), Some(format!("{}/2", story.it().name.id)));
}

#[test]
fn a_quorum_of_two_takes_two_people() {
    let mut story = with_quorum(2);
    story.tell(ANNA, story.approve());
    assert_eq!((story.state(), story.it().approvals.len()), (StateName::Proposed, 1));
    assert!(matches!(story.events[1].body, EventBody::ApprovalCollected(_)));
    let refusal = story.refused(ANNA, story.approve());
    assert!(matches!(not_entitled(refusal), NotEntitled::ApprovedAlready(_)));
    story.tell(BEN, story.approve());
    assert_eq!((story.state(), story.it().approvals.len()), (StateName::Approved, 2));
}

#[test]
fn no_machine_approves_whatever_roles_its_token_claims() {
    let mut story = Story::proposed();
    let approve = story.approve();
    for id in [RULES, EXECUTOR] {
        let refusal = story.refused_by(&actor_as(id, &[Role::Reviewer, Role::Admin]), &approve);
        assert!(matches!(not_entitled(refusal), NotEntitled::NotAPerson(_)), "{id}");
    }
    let refusal = story.refused_by(&Actor::Clock, &approve);
    assert!(matches!(not_entitled(refusal), NotEntitled::NotAPerson(_)));
}

#[test]
fn nobody_approves_their_own_proposal() {
    let mut story = Story::new();
    let anna = actor_as(ANNA, &[Role::Proposer, Role::Reviewer]);
    story.propose_as(&anna, story.proposal()).expect("a proposal");
    let approve = story.approve();
    let reason = not_entitled(story.refused_by(&anna, &approve));
    assert!(matches!(reason, NotEntitled::OwnProposal(_)) && reason.by_policy());
    story.tell(BEN, approve);
    assert_eq!(story.state(), StateName::Approved);
}

#[test]
fn nobody_approves_their_own_edit_also_when_others_edited_after_them() {
    let mut story = Story::proposed();
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    let edit = story.edit_due("2026-12-03");
    story.tell(BEN, edit);
    for editor in [ANNA, BEN] {
        assert!(matches!(not_entitled(story.refused(editor, story.approve())), NotEntitled::OwnEdit(_)), "{editor}");
    }
    story.tell(CARA, story.approve());
    assert_eq!(story.state(), StateName::Approved);
}

#[test]
fn where_policy_does_not_ask_for_four_eyes_an_editor_approves() {
    let mut story = Story::new();
    story.verdict.four_eyes = false;
    story.propose(story.proposal()).expect("a proposal");
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    story.tell(ANNA, story.approve());
    assert_eq!(story.state(), StateName::Approved);
}

#[test]
fn only_roles_that_policy_names_approve() {
    let mut story = Story::new();
    story.verdict.approver_roles = vec![Role::Manager];
    story.propose(story.proposal()).expect("a proposal");
    let reason = not_entitled(story.refused(ANNA, story.approve()));
    assert_eq!(reason, NotEntitled::ApproverRoleMissing { wanted: vec![Role::Manager] });
    let approve = story.approve();
    story.attempt(&actor_as(BEN, &[Role::Manager]), &approve).expect("a manager");
}

#[test]
fn what_is_of_high_risk_is_approved_singly() {
    let mut story = Story::new();
    story.propose(Propose { risk_tier: Some(RiskTier::High), ..story.proposal() }).expect("a proposal");
    story.in_batch = true;
    assert_eq!(not_entitled(story.refused(ANNA, story.approve())), NotEntitled::SinglyOnly);
    story.in_batch = false;
    story.tell(ANNA, story.approve());
}

#[test]
fn another_digest_is_not_approved() {
    let mut story = Story::proposed();
    let approve = Approve { digest: PayloadDigest::new([9; 32]), ..story.approval() };
    assert!(matches!(story.refused(ANNA, Command::Approve(approve)), Refusal::DigestMismatch { .. }));
}

#[test]
fn an_approval_of_what_was_seen_before_an_edit_is_stale() {
    let mut story = Story::proposed();
    let seen = story.approve();
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    assert!(matches!(story.refused(BEN, seen), Refusal::StaleEtag { .. }));
}

#[test]
fn an_approval_after_the_time_is_late_also_when_the_clock_is_later() {
    let mut story = Story::proposed();
    story.pass_days(14);
    let refusal = story.refused(ANNA, story.approve());
    assert!(refusal.to_string().contains("its time ran out at `2026-12-06T09:00:00Z`"), "{refusal}");
}

#[test]
fn an_approval_is_taken_back_as_long_as_nothing_was_claimed() {
    let mut story = Story::approved();
    story.tell(BEN, story.withdraw_approval());
    assert_eq!((story.state(), story.it().approvals.len()), (StateName::Proposed, 0));

    let mut story = Story::executing();
    assert!(matches!(story.refused(BEN, story.withdraw_approval()), Refusal::IllegalTransition { .. }));
}

#[test]
fn one_of_two_approvals_taken_back_leaves_the_other() {
    let mut story = with_quorum(2);
    story.tell(ANNA, story.approve());
    story.tell(BEN, story.approve());
    story.tell(ANNA, story.withdraw_approval());
    assert_eq!(story.state(), StateName::Proposed);
    let left: Vec<&str> = story.it().approvals.iter().map(|approval| approval.approver.as_str()).collect();
    assert_eq!(left, [BEN]);
    assert!(matches!(not_entitled(story.refused(CARA, story.withdraw_approval())), NotEntitled::NoApproval(_)));
}

#[test]
fn evidence_an_edit_and_a_question_each_drop_the_approvals_there_are() {
    let changes: [fn(&mut Story) -> Command; 3] =
        [|story| story.add_evidence("note"), |story| story.edit_due("2026-12-02"), |story| story.request_evidence(&[])];
    for change in changes {
        let mut story = with_quorum(2);
        story.tell(ANNA, story.approve());
        let command = change(&mut story);
        story.tell(BEN, command);
        assert_eq!(story.it().approvals, [], "C-7");
    }
}

#[test]
fn an_edit_after_an_approval_taken_back_returns_to_edited() {
    let mut story = Story::proposed();
    let edit = story.edit_due("2026-12-02");
    story.tell(ANNA, edit);
    story.tell(BEN, story.approve());
    story.tell(BEN, story.withdraw_approval());
    assert_eq!(story.state(), StateName::Edited);
}
