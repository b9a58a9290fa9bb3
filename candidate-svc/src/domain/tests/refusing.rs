//! How commands are refused: in which order, in which words, and how candidates are.

use countersign_api::name::{CandidateName, Workspace};
use service_kit::access::Role;
use uuid::Uuid;

use super::cast::{ANNA, BEN, CARA, EXECUTOR, RULES, actor_as};
use super::story::Story;
use crate::domain::*;

#[test]
fn a_stale_etag_comes_before_the_state() {
    let mut story = Story::proposed();
    let seen = story.approve();
    story.tell(BEN, story.reject());
    let refusal = story.refused(ANNA, seen);
    let name = &story.it().name;
    let expected = format!(
        "`{name}` changed since you read it (etag `r1`, now `r2` in state `REJECTED`): read it again and decide again"
    );
    assert_eq!(refusal.to_string(), expected);
}

#[test]
fn the_state_comes_before_rights_and_rights_before_the_digest() {
    let mut story = Story::proposed();
    story.tell(BEN, story.reject());
    let approve = story.approve();
    let auditor = actor_as(ANNA, &[Role::Auditor]);
    assert!(matches!(story.refused_by(&auditor, &approve), Refusal::IllegalTransition { .. }));

    let mut story = Story::proposed();
    let wrong = Approve { digest: ledger_format::PayloadDigest::new([9; 32]), ..story.approval() };
    let refusal = story.refused_by(&auditor, &Command::Approve(wrong));
    assert!(matches!(refusal, Refusal::NotEntitled { .. }), "{refusal}");
}

#[test]
fn an_illegal_transition_names_state_and_ways_out() {
    let mut story = Story::executed();
    let refusal = story.refused(ANNA, story.approve());
    let expected =
        format!("`approve` is not possible for `{}` in state `EXECUTED`: a person can `send_back`", story.it().name);
    assert_eq!(refusal.to_string(), expected);
    let mut story = Story::approved();
    let edit = story.edit_due("2026-05-01");
    let refusal = story.refused(ANNA, edit);
    let ways = "a person can `withdraw_approval`, `reject`; an executor can `claim`; time can `expire`";
    assert!(refusal.to_string().ends_with(&format!("in state `APPROVED`: {ways}")), "{refusal}");
    let mut story = Story::proposed();
    story.tell(ANNA, story.reject());
    let refusal = story.refused(ANNA, story.approve());
    assert!(refusal.to_string().ends_with("in state `REJECTED`: nothing more can happen to it"), "{refusal}");
}

#[test]
fn a_rejection_has_a_reason_and_words() {
    let mut story = Story::proposed();
    let wordless = Reject { etag: story.etag(), reason: RejectionReason::Other, note: "  ".into() };
    let refusal = story.refused(ANNA, Command::Reject(wordless));
    assert_eq!(refusal, Refusal::malformed("note", "it is empty: say it in words"));
    story.tell(ANNA, story.reject());
    let State::Rejected(rejection) = &story.it().state else { panic!("it is rejected") };
    assert_eq!((rejection.rejected_by.as_str(), rejection.reason), (ANNA, RejectionReason::NotWorthIt));
}

#[test]
fn only_its_proposer_takes_a_proposal_back() {
    let mut story = Story::proposed();
    let refusal = story.refused(ANNA, story.withdraw());
    let who = format!("only its proposer `{RULES}` may; a reviewer can `reject` it instead");
    let expected = format!("`withdraw` is not yours to do: {who}");
    assert_eq!(refusal.to_string(), expected);
    story.tell(RULES, story.withdraw());
    assert_eq!(story.state(), StateName::Withdrawn);
}

#[test]
fn a_successor_is_another_candidate_of_the_same_workspace() {
    let mut story = Story::proposed();
    let here = story.it().name.workspace.clone();
    let elsewhere = Workspace::new("other").expect("an id");
    let superseded_by = |name: CandidateName| {
        Command::Withdraw(Withdraw { etag: story.etag(), reason: String::new(), superseded_by: Some(name) })
    };
    let itself = superseded_by(story.it().name.clone());
    let outside = superseded_by(CandidateName::new(elsewhere, Uuid::from_u128(2)));
    let successor = CandidateName::new(here, Uuid::from_u128(2));
    let proper = superseded_by(successor.clone());
    assert!(matches!(story.refused(RULES, itself), Refusal::Malformed { .. }));
    assert!(matches!(story.refused(RULES, outside), Refusal::Malformed { .. }));
    story.tell(RULES, proper);
    let State::Withdrawn(withdrawal) = &story.it().state else { panic!("it is withdrawn") };
    assert_eq!(withdrawal.superseded_by, Some(successor));
}

#[test]
fn an_owner_who_owns_it_already_is_not_assigned_again() {
    let mut story = Story::proposed();
    let refusal = story.refused(BEN, story.assign_owner(ANNA));
    assert!(refusal.to_string().contains("owns it already"), "{refusal}");
    story.tell(BEN, story.assign_owner(CARA));
    assert_eq!((story.state(), story.it().owner.as_ref().map(Person::as_str)), (StateName::Proposed, Some(CARA)));
}

#[test]
fn a_lease_is_neither_a_blink_nor_a_day() {
    let mut story = Story::approved();
    for lease_ms in [0, limits::LEASE_MIN_MS - 1, limits::LEASE_MAX_MS + 1] {
        let claim = ClaimCommand { lease_ms, recorded_at: None };
        let refusal = story.refused(EXECUTOR, Command::Claim(claim));
        assert!(matches!(&refusal, Refusal::Malformed { field, .. } if field == "lease"), "{refusal}");
    }
}
