//! Permits: only after the receipt, once, never more than asked for, and held until reported.

use std::time::Duration;

use countersign_api::candidate::v1::{
    ApproveCandidateRequest, Candidate, ClaimExecutionsRequest, ClaimExecutionsResponse, Permit, State,
};
use futures::{FutureExt, poll};
use ledger_format::{ClaimedApproval, Hash, Nonce, PayloadDigest, RecordedApproval};
use service_kit::access::Role;
use tonic::{Code, Streaming};

use super::support::{
    Bench, LEASE_SECS, ORIGIN, approve, call_customer, drain_all, proposal, reason, report_failure, report_success,
};

fn follow(max_in_flight: i32) -> ClaimExecutionsRequest {
    ClaimExecutionsRequest { drain: false, max_in_flight, ..drain_all() }
}

async fn stream(bench: &Bench, request: ClaimExecutionsRequest) -> Streaming<ClaimExecutionsResponse> {
    bench.executor().claim_executions(request).await.expect("a stream").into_inner()
}

async fn next(stream: &mut Streaming<ClaimExecutionsResponse>) -> Permit {
    stream.message().await.expect("a permit").expect("a permit").permit.expect("a permit")
}

/// Checks a permit as an executor does; returns the revision that approved.
fn verify(bench: &Bench, permit: &Permit) -> u64 {
    let payload = permit.payload.as_ref().expect("a payload");
    let proof: Vec<Hash> =
        permit.inclusion_proof.iter().map(|hash| Hash::try_from(hash.as_slice()).expect("a hash")).collect();
    let claimed = ClaimedApproval {
        origin: ORIGIN,
        candidate: &permit.candidate,
        payload: &payload.canonical_json,
        nonce: Nonce::try_from(payload.nonce.as_slice()).expect("a nonce"),
        digest: PayloadDigest::try_from(payload.digest.as_slice()).expect("a digest"),
        leaf: &permit.entry_leaf,
        index: u64::try_from(permit.entry_index).expect("an index"),
        proof: &proof,
        checkpoint: &permit.checkpoint,
    };
    RecordedApproval::verify(claimed, &bench.ledger.verifying_key()).expect("it verifies").revision()
}

#[tokio::test]
async fn a_permit_carries_all_that_an_executor_verifies() {
    let bench = Bench::open().await;
    for n in 0..3 {
        bench.approved(&format!("p{n}"), proposal(&n.to_string())).await;
    }
    let permits = bench.permits(drain_all()).await;
    assert_eq!(permits.len(), 3);
    for permit in &permits {
        let revision = verify(&bench, permit);
        let uuid = permit.candidate.rsplit('/').next().expect("an id");
        assert_eq!(permit.idempotency_key, format!("{uuid}/{revision}"));
        assert_eq!((permit.action_type.as_str(), permit.operation.as_str()), ("create_task", "create_task"));
        assert_eq!((permit.fence, permit.attempt_number, permit.retry_safe, permit.reissued), (1, 1, true, false));
        let executing = bench.candidate(&permit.candidate).await;
        assert_eq!(executing.state(), State::Executing);
        let attempt = &executing.execution.as_ref().expect("an execution").attempts[0];
        assert_eq!((attempt.executor.as_str(), attempt.fence), ("services/executor", 1));
    }
    assert!(bench.permits(drain_all()).await.is_empty(), "each is claimed once");
}

/// C-2.
#[tokio::test]
async fn no_permit_before_the_approval_is_recorded() {
    let bench = Bench::open().await;
    bench.ledger.set_down(true);
    let mut appends = bench.ledger.appends();
    bench.approved("p", proposal("7")).await;
    let mut stream = stream(&bench, follow(1)).await;
    appends.wait_for(|count| *count > 0).await.expect("the relay tries");
    let mut waiting = Box::pin(next(&mut stream));
    assert!(poll!(&mut waiting).is_pending());
    assert!(bench.ledger.entries().is_empty());

    bench.ledger.set_down(false);
    let permit = until(&bench, waiting).await;
    verify(&bench, &permit);
}

/// Moves the clock a little while something waits for a back-off that ends in its time.
async fn until<T>(bench: &Bench, mut waiting: std::pin::Pin<Box<impl Future<Output = T>>>) -> T {
    loop {
        tokio::select! {
            value = &mut waiting => return value,
            () = tokio::task::yield_now() => bench.clock.advance(Duration::from_millis(1)),
        }
    }
}

#[tokio::test]
async fn a_stream_goes_on_as_approvals_are_recorded_and_holds_no_more_than_asked_for() {
    let bench = Bench::open().await;
    let mut stream = stream(&bench, follow(2)).await;
    for n in 0..3 {
        bench.approved(&format!("p{n}"), proposal(&n.to_string())).await;
    }
    let first = next(&mut stream).await;
    let second = next(&mut stream).await;
    bench.recorded().await;
    let mut third = Box::pin(next(&mut stream));
    assert!(poll!(&mut third).is_pending());
    assert_eq!(executing(&bench, &[&first, &second]).await, 2, "the third is not claimed ahead");

    bench.executor().report_outcome(report_success(&first, "o1")).await.expect("reported");
    let third = third.await;
    assert!(third.candidate != first.candidate && third.candidate != second.candidate);
}

async fn executing(bench: &Bench, permits: &[&Permit]) -> usize {
    let mut count = 0;
    for permit in permits {
        count += usize::from(bench.candidate(&permit.candidate).await.state() == State::Executing);
    }
    let states = bench.store().read().states().await.expect("counts");
    let all = states.iter().find(|(state, _)| state.as_str() == "EXECUTING").map_or(0, |(_, count)| *count);
    assert_eq!(i64::try_from(count).expect("small"), all);
    count
}

#[tokio::test]
async fn a_drain_waits_for_what_is_approved_and_not_recorded_and_for_back_offs() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    bench.executor().report_outcome(report_failure(&permit, "o", true)).await.expect("reported");
    let backing_off = bench.candidate(&permit.candidate).await;
    assert_eq!(backing_off.state(), State::Approved);
    assert!(backing_off.execution.expect("an execution").retry_not_before_time.is_some());

    let mut stream = stream(&bench, drain_all()).await;
    let mut again = Box::pin(next(&mut stream));
    assert!(poll!(&mut again).is_pending());
    let again = until(&bench, again).await;
    assert_eq!((again.fence, again.attempt_number), (2, 2));
    assert_eq!(again.idempotency_key, permit.idempotency_key, "one approval, one key");
    verify(&bench, &again);
    assert!(stream.message().await.expect("an end").is_none(), "nothing is left");
}

#[tokio::test]
async fn an_executor_that_restarted_gets_what_it_holds_under_the_old_fence() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    let other = bench.claimed("q", call_customer("8")).await;
    bench.executor().report_outcome(report_success(&other, "o")).await.expect("reported");

    let permits = bench.permits(ClaimExecutionsRequest { reissue_held: true, ..drain_all() }).await;
    let [reissued] = permits.as_slice() else { panic!("one is held: {}", permits.len()) };
    assert!(reissued.reissued);
    let expected = Permit { reissued: true, checkpoint: reissued.checkpoint.clone(), ..permit.clone() };
    let expected = Permit { inclusion_proof: reissued.inclusion_proof.clone(), ..expected };
    assert_eq!(*reissued, expected, "only the proof is newer");
    verify(&bench, reissued);

    // Another executor holds nothing.
    let mut rival = countersign_api::candidate::v1::execution_service_client::ExecutionServiceClient::new(
        bench.channel("services/rival", Role::Executor),
    );
    let request = ClaimExecutionsRequest { reissue_held: true, ..drain_all() };
    let mut permits = rival.claim_executions(request).await.expect("a stream").into_inner();
    assert!(permits.message().await.expect("an end").is_none());
}

#[tokio::test]
async fn a_ledger_that_proves_nothing_lets_nothing_be_executed_and_nothing_be_forgotten() {
    let bench = Bench::open().await;
    let approved = bench.approved("p", proposal("7")).await;
    bench.recorded().await;
    bench.ledger.set_down(true);
    let mut stream = stream(&bench, follow(1)).await;
    let mut waiting = Box::pin(next(&mut stream));
    assert!(poll!(&mut waiting).is_pending());
    assert_eq!(bench.candidate(&approved.name).await.state(), State::Approved, "nothing is claimed without a proof");
    bench.ledger.set_down(false);
    let permit = until(&bench, waiting).await;
    assert_eq!(permit.candidate, approved.name);
}

#[tokio::test]
async fn only_operations_that_are_named_are_claimed() {
    let bench = Bench::open().await;
    bench.approved("p", proposal("7")).await;
    let request = ClaimExecutionsRequest { operations: vec!["call_customer".into()], ..drain_all() };
    assert!(bench.permits(request).await.is_empty());
    assert_eq!(bench.permits(drain_all()).await.len(), 1);
}

#[tokio::test]
async fn an_approval_that_falls_is_not_claimed() {
    let bench = Bench::open().await;
    let approved: Candidate = bench.approved("p", proposal("7")).await;
    bench.recorded().await;
    let back = countersign_api::candidate::v1::WithdrawApprovalRequest {
        name: approved.name.clone(),
        request_id: "w".into(),
        etag: approved.etag,
        note: String::new(),
    };
    bench.reviewer("humans/anna").withdraw_approval(back).await.expect("taken back");
    assert!(bench.permits(drain_all()).await.is_empty());

    // The next approval is another event, and has a key of its own.
    let proposed = bench.candidate(&approved.name).await;
    let again = ApproveCandidateRequest { request_id: "again".into(), ..approve(&proposed, "again") };
    bench.reviewer("humans/ben").approve_candidate(again).await.expect("approved");
    let permits = bench.permits(drain_all()).await;
    assert_eq!(verify(&bench, &permits[0]), 4);
}

#[tokio::test]
async fn a_request_out_of_bounds_is_refused_by_name() {
    let bench = Bench::open().await;
    let lease = |seconds, nanos| Some(prost_types::Duration { seconds, nanos });
    for (request, part) in [
        (ClaimExecutionsRequest { operations: vec![], ..drain_all() }, "`operations`"),
        (ClaimExecutionsRequest { lease: None, ..drain_all() }, "`lease`"),
        (ClaimExecutionsRequest { lease: lease(0, 999_000_000), ..drain_all() }, "`lease`"),
        (ClaimExecutionsRequest { lease: lease(900, 1_000_000), ..drain_all() }, "`lease`"),
        (ClaimExecutionsRequest { max_in_flight: 0, ..drain_all() }, "`max_in_flight`"),
        (ClaimExecutionsRequest { max_in_flight: 257, ..drain_all() }, "`max_in_flight`"),
    ] {
        let refused = bench.executor().claim_executions(request).await.expect_err(part);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_MALFORMED"));
        assert!(refused.message().contains(part), "{}", refused.message());
    }
    for request in [
        ClaimExecutionsRequest { lease: lease(1, 0), max_in_flight: 1, ..drain_all() },
        ClaimExecutionsRequest { lease: lease(900, 0), max_in_flight: 256, ..drain_all() },
    ] {
        assert!(bench.permits(request).await.is_empty());
    }
    let mut person = countersign_api::candidate::v1::execution_service_client::ExecutionServiceClient::new(
        bench.channel("humans/anna", Role::Admin),
    );
    assert_eq!(person.claim_executions(drain_all()).await.expect_err("no executor").code(), Code::PermissionDenied);
}

#[tokio::test]
async fn a_lapsed_lease_gives_its_place_back() {
    let bench = Bench::open().await;
    let mut stream = stream(&bench, follow(1)).await;
    bench.approved("p", call_customer("7")).await;
    bench.approved("q", proposal("8")).await;
    let first = next(&mut stream).await;
    assert!(stream.message().now_or_never().is_none());
    bench.advance_secs(u64::try_from(LEASE_SECS).expect("small"));
    let second = next(&mut stream).await;
    assert_ne!(first.candidate, second.candidate);
}

#[tokio::test]
async fn an_execution_leads_to_the_trace_of_its_approval() {
    let bench = Bench::open().await;
    let trace_of = |n: usize| format!("00-0af7651916cd43dd8448eb211c80319{n}-b7ad6b7169203331-01");
    let mut names = Vec::new();
    for n in 0..2 {
        let candidate = bench.propose(&format!("p{n}"), proposal(&n.to_string())).await;
        let mut request = tonic::Request::new(approve(&candidate, &format!("a{n}")));
        request.metadata_mut().insert("traceparent", trace_of(n).parse().expect("ascii"));
        bench.reviewer("humans/anna").approve_candidate(request).await.expect("an approval");
        names.push(candidate.name);
    }
    assert_eq!(bench.permits(drain_all()).await.len(), 2);
    for (n, name) in names.iter().enumerate() {
        let history = bench.get(name).await.history;
        let started = history.last().and_then(|recorded| recorded.event.as_ref()).expect("an event");
        assert_eq!(started.state(), State::Executing);
        assert_eq!(started.traceparent.split('-').nth(1), trace_of(n).split('-').nth(1));
    }
}

crate::tests::support::on_postgres!(
    a_permit_carries_all_that_an_executor_verifies,
    no_permit_before_the_approval_is_recorded,
    a_stream_goes_on_as_approvals_are_recorded_and_holds_no_more_than_asked_for,
    a_drain_waits_for_what_is_approved_and_not_recorded_and_for_back_offs,
    an_executor_that_restarted_gets_what_it_holds_under_the_old_fence,
    a_ledger_that_proves_nothing_lets_nothing_be_executed_and_nothing_be_forgotten,
    only_operations_that_are_named_are_claimed,
    an_approval_that_falls_is_not_claimed,
    a_request_out_of_bounds_is_refused_by_name,
    a_lapsed_lease_gives_its_place_back,
    an_execution_leads_to_the_trace_of_its_approval,
);
