use std::collections::BTreeMap;

use countersign_api::candidate::v1::{
    ApprovalCause, CandidateEvent, GrantStandingApprovalRequest, State, WatchCandidatesRequest, candidate_event::Event,
};
use futures::{StreamExt, stream::FuturesUnordered};
use prost::Message;

use super::{approved_ahead, ask, get, granted, open, sure};
use crate::tests::support::{Bench, PARENT, drain_all, propose, report_success};

#[tokio::test]
async fn what_is_covered_is_approved_at_once_and_executed() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    assert!(standing.active && !standing.recorded, "the answer does not wait for the ledger");
    let recorded = get(&bench, &standing.name).await;
    assert!(recorded.recorded);

    let candidate = approved_ahead(&bench).await;
    assert_eq!((candidate.revision, candidate.standing_approval.as_str()), (1, standing.name.as_str()));
    let history = bench.get(&candidate.name).await.history;
    let events: Vec<CandidateEvent> = history.into_iter().filter_map(|recorded| recorded.event).collect();
    let [proposed, approved] = events.as_slice() else { panic!("{} events", events.len()) };
    let Some(Event::CandidateProposed(facts)) = &proposed.event else { panic!("a proposal") };
    let used = facts.standing_approval_use.as_ref().expect("a use");
    assert_eq!((used.granted_by.as_str(), used.grant_entry_index), ("humans/ben", recorded.entry_index));
    let Some(Event::CandidateApproved(facts)) = &approved.event else { panic!("an approval") };
    assert_eq!((facts.cause(), &facts.standing_approval), (ApprovalCause::StandingApproval, &standing.name));
    assert_eq!(approved.actor.as_ref().expect("an actor").id, "humans/ben", "it is the giver's act");

    let permits = bench.permits(drain_all()).await;
    let permit = permits.iter().find(|permit| permit.candidate == candidate.name).expect("a permit");
    let proof = permit.standing_approval_proof.as_ref().expect("that it was given before");
    assert_eq!(proof.grant_entry_index, recorded.entry_index);
    assert!(proof.grant_entry_index < permit.entry_index);
    let shown = CandidateEvent::decode(&*proof.approving_content).expect("an event");
    assert_eq!(shown, *approved, "the content that was recorded");
    bench.executor().report_outcome(report_success(permit, "o")).await.expect("reported");
    assert_eq!(bench.candidate(&candidate.name).await.state(), State::Executed);
    assert_eq!(get(&bench, &standing.name).await.uses, 1);
}

#[tokio::test]
async fn a_permit_that_is_issued_again_shows_the_grant_again() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    let candidate = approved_ahead(&bench).await;
    let first = bench.permits(drain_all()).await;
    let again = countersign_api::candidate::v1::ClaimExecutionsRequest { reissue_held: true, ..drain_all() };
    let again = bench.permits(again).await;
    let of = |permits: &[countersign_api::candidate::v1::Permit]| {
        let permit = permits.iter().find(|permit| permit.candidate == candidate.name).expect("a permit").clone();
        permit.standing_approval_proof.expect("a proof")
    };
    assert_eq!(of(&first).approving_content, of(&again).approving_content);
    assert_eq!(of(&first).grant_entry_leaf, of(&again).grant_entry_leaf);
}

#[tokio::test]
async fn what_a_person_approved_shows_no_grant() {
    let bench = open().await;
    let permit = bench.claimed("p", sure("7")).await;
    assert_eq!(permit.standing_approval_proof, None);
}

/// C-2: before the ledger has the grant, nobody could show that it was given before.
#[tokio::test]
async fn nothing_is_covered_before_the_grant_is_on_record() {
    let bench = open().await;
    bench.ledger.set_down(true);
    let request = ask(&bench, "g");
    super::people(&bench, "humans/ben").grant_standing_approval(request).await.expect("granted");
    for n in 0..5 {
        let candidate = bench.propose(&format!("p{n}"), sure(&n.to_string())).await;
        assert_eq!((candidate.state(), candidate.standing_approval.as_str()), (State::Proposed, ""));
    }
}

/// Fifty at once: the writer judges them in one batch or in several, and the limit holds exactly.
#[tokio::test]
async fn the_limit_holds_exactly_however_many_come_at_once() {
    let bench = open().await;
    let standing = granted(&bench, GrantStandingApprovalRequest { use_limit: 1, ..ask(&bench, "g") }).await;
    let proposer = bench.proposer();
    let mut answers: FuturesUnordered<_> = (0..50)
        .map(|n| {
            let mut proposer = proposer.clone();
            async move { proposer.propose_candidate(propose(&format!("p{n}"), sure(&n.to_string()))).await }
        })
        .collect();
    let mut states: BTreeMap<State, u32> = BTreeMap::new();
    let mut drawn = 0;
    while let Some(answer) = answers.next().await {
        let candidate = answer.expect("proposed").into_inner().candidate.expect("a candidate");
        *states.entry(candidate.state()).or_default() += 1;
        drawn += u32::from(candidate.state() == State::Proposed && !candidate.standing_approval.is_empty());
    }
    assert_eq!(states, BTreeMap::from([(State::Proposed, 49), (State::Approved, 1)]));
    let after = get(&bench, &standing.name).await;
    assert_eq!((after.uses, after.audits, after.active), (1, i64::from(drawn), false));
}

#[tokio::test]
async fn what_it_is_not_for_goes_to_a_person() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    let unsure = crate::tests::support::proposal("7");
    assert_eq!(bench.propose("p1", unsure).await.state(), State::Proposed);
    let mut elsewhere = sure("8");
    let trigger = elsewhere.trigger.as_mut().expect("a trigger");
    trigger.record.as_mut().expect("a record").system = "erp".into();
    assert_eq!(bench.propose("p2", elsewhere).await.state(), State::Proposed);
    let other = bench.proposer_named("generators/other").propose_candidate(propose("p3", sure("9"))).await;
    assert_eq!(other.expect("proposed").into_inner().candidate.expect("a candidate").state(), State::Proposed);
}

#[tokio::test]
async fn it_ends_when_its_time_is_over_and_outlives_a_restart() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let bench = bench.restart().await;
    assert_eq!(get(&bench, &standing.name).await, get_after(&standing, &get(&bench, &standing.name).await));
    approved_ahead(&bench).await;
    bench.advance_secs(30 * 24 * 60 * 60);
    assert!(!get(&bench, &standing.name).await.active);
    let late = bench.propose("late", sure("late")).await;
    assert_eq!((late.state(), late.standing_approval.as_str()), (State::Proposed, ""));
}

/// As it was given, with its place in the ledger.
fn get_after(
    given: &countersign_api::candidate::v1::StandingApproval,
    now: &countersign_api::candidate::v1::StandingApproval,
) -> countersign_api::candidate::v1::StandingApproval {
    let (recorded, entry_index) = (true, now.entry_index);
    countersign_api::candidate::v1::StandingApproval { recorded, entry_index, ..given.clone() }
}

/// Whoever watches candidates is shown events of candidates alone.
#[tokio::test]
async fn grants_are_recorded_and_not_shown_to_those_who_watch_candidates() {
    let bench = open().await;
    let standing = granted(&bench, ask(&bench, "g")).await;
    let candidate = bench.propose("p", crate::tests::support::proposal("7")).await;
    bench.recorded().await;
    let entries = bench.ledger.entries();
    let leaf = ledger_format::Leaf::decode(&entries[0].leaf).expect("a leaf");
    assert_eq!((leaf.kind, leaf.subject), ("standing_approval_granted", standing.name.as_str()));
    let (_, id) = standing.name.rsplit_once('/').expect("a name");
    assert_eq!(leaf.idempotency_key, format!("{id}/1/0"));

    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch = watcher(&bench).watch_candidates(request).await.expect("a stream").into_inner();
    let first = watch.message().await.expect("an event").expect("an event").event.expect("an event");
    assert_eq!((first.entry_index, first.event.expect("an event").candidate), (1, candidate.name));
}

fn watcher(
    bench: &Bench,
) -> countersign_api::candidate::v1::review_service_client::ReviewServiceClient<service_kit::grpc::AuthorizedChannel> {
    bench.reviewer("humans/anna")
}

crate::tests::support::on_postgres!(
    what_is_covered_is_approved_at_once_and_executed,
    a_permit_that_is_issued_again_shows_the_grant_again,
    what_a_person_approved_shows_no_grant,
    nothing_is_covered_before_the_grant_is_on_record,
    the_limit_holds_exactly_however_many_come_at_once,
    what_it_is_not_for_goes_to_a_person,
    it_ends_when_its_time_is_over_and_outlives_a_restart,
    grants_are_recorded_and_not_shown_to_those_who_watch_candidates,
);
