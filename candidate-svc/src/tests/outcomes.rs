//! Reports and leases: works, again, stale fence, wrong state.

use countersign_api::candidate::v1::{
    AttemptOutcome, ExtendClaimRequest, ReportOutcomeRequest, State, execution_service_client::ExecutionServiceClient,
    report_outcome_request::Outcome,
};
use service_kit::access::Role;
use tonic::Code;

use super::support::{Bench, LEASE_SECS, call_customer, conflict, proposal, reason, report_failure, report_success};

#[tokio::test]
async fn a_success_is_kept_once() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    for _ in 0..2 {
        let reported =
            bench.executor().report_outcome(report_success(&permit, "o")).await.expect("reported").into_inner();
        assert_eq!((reported.state(), reported.revision), (State::Executed, 4));
    }
    let executed = bench.candidate(&permit.candidate).await;
    let execution = executed.execution.expect("an execution");
    assert_eq!(execution.result.expect("a result").references[0].id, "42");
    assert_eq!(execution.attempts[0].outcome(), AttemptOutcome::Succeeded);

    let other = ReportOutcomeRequest { outcome: Some(Outcome::Unknown(String::new())), ..report_success(&permit, "o") };
    let refused = bench.executor().report_outcome(other).await.expect_err("reused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    let late = bench.executor().report_outcome(report_success(&permit, "o2")).await.expect_err("it is over");
    assert_eq!(conflict(&late).state, "EXECUTED");
}

#[tokio::test]
async fn a_failure_is_tried_again_only_while_that_is_safe() {
    for (retry_safe, expected) in [(true, State::Approved), (false, State::Failed)] {
        let bench = Bench::open().await;
        let permit = bench.claimed("p", proposal("7")).await;
        let report = report_failure(&permit, "o", retry_safe);
        let reported = bench.executor().report_outcome(report).await.expect("reported");
        assert_eq!(reported.into_inner().state(), expected);
    }
}

#[tokio::test]
async fn what_nobody_knows_is_said_openly() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", call_customer("7")).await;
    let lost = ReportOutcomeRequest {
        outcome: Some(Outcome::Unknown("the line went dead".into())),
        ..report_success(&permit, "o")
    };
    let reported = bench.executor().report_outcome(lost).await.expect("reported").into_inner();
    assert_eq!(reported.state(), State::OutcomeUnknown);
    let attempt = bench.candidate(&permit.candidate).await.execution.expect("an execution").attempts[0].clone();
    assert_eq!(attempt.outcome(), AttemptOutcome::Unknown);
}

/// C-3.
#[tokio::test]
async fn a_stale_fence_and_a_stranger_change_nothing() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    let before = bench.candidate(&permit.candidate).await;
    for fence in [0, permit.fence + 1] {
        let request = ReportOutcomeRequest { fence, ..report_success(&permit, "o") };
        let refused = bench.executor().report_outcome(request).await.expect_err("another fence");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "FENCE_STALE"));
    }
    let mut rival = ExecutionServiceClient::new(bench.channel("services/rival", Role::Executor));
    let refused = rival.report_outcome(report_success(&permit, "o")).await.expect_err("not theirs");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    let unsaid = ReportOutcomeRequest { outcome: None, ..report_success(&permit, "o") };
    assert_eq!(reason(&bench.executor().report_outcome(unsaid).await.expect_err("nothing said")), "REQUEST_MALFORMED");
    assert_eq!(bench.candidate(&permit.candidate).await, before);
}

#[tokio::test]
async fn a_lease_is_extended_from_now_on() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    bench.advance_secs(30);
    let request = ExtendClaimRequest {
        name: permit.candidate.clone(),
        request_id: "x".into(),
        fence: permit.fence,
        lease: Some(prost_types::Duration { seconds: LEASE_SECS, nanos: 0 }),
    };
    let end = permit.lease_expire_time.expect("an end").seconds + 30;
    for _ in 0..2 {
        let extended = bench.executor().extend_claim(request.clone()).await.expect("extended").into_inner();
        assert_eq!(extended.lease_expire_time.expect("an end").seconds, end);
        // The answer stays, also when it comes later.
        bench.advance_secs(1);
    }
    let stale = ExtendClaimRequest { fence: 7, request_id: "x2".into(), ..request.clone() };
    assert_eq!(reason(&bench.executor().extend_claim(stale).await.expect_err("stale")), "FENCE_STALE");
    bench.executor().report_outcome(report_success(&permit, "o")).await.expect("reported");
    let late = ExtendClaimRequest { request_id: "x3".into(), ..request };
    assert_eq!(conflict(&bench.executor().extend_claim(late).await.expect_err("it is over")).state, "EXECUTED");
}

crate::tests::support::on_postgres!(
    a_success_is_kept_once,
    a_failure_is_tried_again_only_while_that_is_safe,
    what_nobody_knows_is_said_openly,
    a_stale_fence_and_a_stranger_change_nothing,
    a_lease_is_extended_from_now_on,
);
