//! What time alone brings about.

use countersign_api::candidate::v1::{HoldCandidateRequest, State};

use super::support::{Bench, LEASE_SECS, call_customer, proposal};

const DAY_SECS: u64 = 24 * 60 * 60;

#[tokio::test]
async fn a_lease_that_lapses_leaves_an_unknown_outcome() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", call_customer("7")).await;
    bench.advance_secs(u64::try_from(LEASE_SECS).expect("small") - 1);
    assert_eq!(bench.candidate(&permit.candidate).await.state(), State::Executing);
    bench.advance_secs(1);
    let lost = bench.until(&permit.candidate, |candidate| candidate.state() != State::Executing).await;
    assert_eq!(lost.state(), State::OutcomeUnknown);
    let history = bench.get(&permit.candidate).await.history;
    let latest = history.last().expect("an event").event.as_ref().expect("an event");
    assert_eq!(latest.actor.as_ref().expect("an actor").id, "services/clock");
    assert!(latest.request_id.is_empty());
}

#[tokio::test]
async fn a_lease_that_lapses_is_tried_again_where_that_is_safe() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    bench.advance_secs(u64::try_from(LEASE_SECS).expect("small"));
    let lost = bench.until(&permit.candidate, |candidate| candidate.state() != State::Executing).await;
    assert_eq!(lost.state(), State::Approved);
}

#[tokio::test]
async fn a_hold_ends_when_its_time_has_come() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let until = candidate.create_time.expect("a time").seconds + 3_600;
    let request = HoldCandidateRequest {
        name: candidate.name.clone(),
        request_id: "h".into(),
        etag: candidate.etag,
        reason: "Later.".into(),
        until_time: Some(prost_types::Timestamp { seconds: until, nanos: 0 }),
        until_evidence: false,
    };
    bench.reviewer("humans/anna").hold_candidate(request).await.expect("held");
    bench.advance_secs(3_600);
    let released = bench.until(&candidate.name, |candidate| candidate.state() != State::Held).await;
    assert_eq!(released.state(), State::Proposed);
}

/// C-10.
#[tokio::test]
async fn silence_expires_and_never_approves() {
    let bench = Bench::open().await;
    let undecided = bench.propose("p", proposal("7")).await;
    bench.ledger.set_down(true);
    let approved = bench.approved("q", proposal("8")).await;
    bench.advance_secs(7 * DAY_SECS);
    let lapsed = bench.until(&approved.name, |candidate| candidate.state() != State::Approved).await;
    assert_eq!(lapsed.state(), State::Expired);
    assert_eq!(bench.candidate(&undecided.name).await.state(), State::Proposed);
    bench.advance_secs(7 * DAY_SECS);
    let expired = bench.until(&undecided.name, |candidate| candidate.state() != State::Proposed).await;
    assert_eq!(expired.state(), State::Expired);
}

#[tokio::test]
async fn an_earlier_deadline_that_comes_later_is_not_overslept() {
    let bench = Bench::open().await;
    // The timekeeper sleeps towards the first one's expiry, two weeks off, when a lease of a minute begins.
    let first = bench.propose("p", proposal("7")).await;
    let permit = bench.claimed("q", call_customer("8")).await;
    bench.advance_secs(u64::try_from(LEASE_SECS).expect("small"));
    bench.until(&permit.candidate, |candidate| candidate.state() == State::OutcomeUnknown).await;
    bench.advance_secs(14 * DAY_SECS);
    bench.until(&first.name, |candidate| candidate.state() == State::Expired).await;
}

#[tokio::test]
async fn many_that_are_due_at_once_are_all_done() {
    let bench = Bench::open().await;
    let mut names = Vec::new();
    for n in 0..20 {
        names.push(bench.propose(&format!("p{n}"), proposal(&n.to_string())).await.name);
    }
    bench.advance_secs(14 * DAY_SECS);
    for name in names {
        bench.until(&name, |candidate| candidate.state() == State::Expired).await;
    }
}

crate::tests::support::on_postgres!(
    a_lease_that_lapses_leaves_an_unknown_outcome,
    a_lease_that_lapses_is_tried_again_where_that_is_safe,
    a_hold_ends_when_its_time_has_come,
    silence_expires_and_never_approves,
    an_earlier_deadline_that_comes_later_is_not_overslept,
    many_that_are_due_at_once_are_all_done,
);
