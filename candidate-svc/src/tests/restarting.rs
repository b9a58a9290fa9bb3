//! A restart keeps everything.

use countersign_api::candidate::v1::{State, WatchCandidatesRequest};

use super::support::{Bench, LEASE_SECS, PARENT, approve, call_customer, drain_all, proposal, propose, report_success};

#[tokio::test]
async fn a_restart_keeps_candidates_answers_triggers_and_claims() {
    let bench = Bench::open().await;
    let proposed = bench.propose("p", proposal("1")).await;
    let approved = bench.approved("q", proposal("2")).await;
    let permit = bench.claimed("r", call_customer("3")).await;
    // The drain of `claimed` took the second one, too.
    let executing = bench.candidate(&approved.name).await;
    let states = bench.store().read().states().await.expect("counts");

    let bench = bench.restart().await;
    assert_eq!(bench.store().read().states().await.expect("counts"), states);
    assert_eq!(bench.candidate(&proposed.name).await, proposed);
    assert_eq!(bench.candidate(&approved.name).await, executing);

    // The same requests have the same answers.
    let again = bench.proposer().propose_candidate(propose("p", proposal("1"))).await.expect("answered").into_inner();
    assert_eq!((again.candidate, again.replayed), (Some(proposed.clone()), true));
    // A new one finds the trigger that was kept.
    assert_eq!(bench.propose("s", proposal("1")).await.trigger, proposed.trigger);
    // The claim is still the executor's.
    let reported = bench.executor().report_outcome(report_success(&permit, "o")).await.expect("reported").into_inner();
    assert_eq!(reported.state(), State::Executed);
    // The clock still watches the other.
    bench.advance_secs(u64::try_from(LEASE_SECS).expect("small"));
    bench.until(&approved.name, |candidate| candidate.state() == State::Approved).await;
}

#[tokio::test]
async fn what_was_approved_before_a_restart_is_executed_after_it() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let candidate = bench.propose("p", proposal("7")).await;
    bench.reviewer("humans/anna").approve_candidate(approve(&candidate, "d")).await.expect("approved");
    let bench = bench.restart().await;
    bench.ledger.set_down(false);
    let mut permits = Box::pin(bench.permits(drain_all()));
    let permits = loop {
        tokio::select! {
            permits = &mut permits => break permits,
            () = tokio::task::yield_now() => bench.clock.advance(std::time::Duration::from_millis(1)),
        }
    };
    assert_eq!(permits.len(), 1);
    assert_eq!(permits[0].candidate, candidate.name);
}

#[tokio::test]
async fn a_resume_token_outlives_the_server() {
    let bench = Bench::open().await;
    bench.propose("p", proposal("1")).await;
    let second = bench.propose("q", proposal("2")).await;
    let request = WatchCandidatesRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut watch =
        bench.reviewer("humans/anna").watch_candidates(request.clone()).await.expect("a watch").into_inner();
    let first = watch.message().await.expect("an event").expect("an event");
    drop(watch);
    let bench = bench.restart().await;
    let resumed = WatchCandidatesRequest { resume_token: first.resume_token, ..request };
    let mut resumed = bench.reviewer("humans/anna").watch_candidates(resumed).await.expect("a watch").into_inner();
    let next = resumed.message().await.expect("an event").expect("an event").event.expect("an event");
    assert_eq!(next.event.expect("an event").candidate, second.name);
}

crate::tests::support::on_postgres!(
    a_restart_keeps_candidates_answers_triggers_and_claims,
    what_was_approved_before_a_restart_is_executed_after_it,
    a_resume_token_outlives_the_server,
);
