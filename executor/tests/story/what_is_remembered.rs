//! The memory of the last checkpoint: durable before anything is called, and kept across restarts.

use std::sync::Arc;

use countersign_api::candidate::v1::FailureClass;

use crate::{
    bench::Bench,
    connectors::Listener,
    desk::{DeskState, failed},
    ledger::Manner,
};

const PAYLOAD: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;

#[tokio::test]
async fn the_log_is_followed_from_permit_to_permit() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    for number in 1..=5 {
        let approved = bench.log.approve(number, PAYLOAD);
        bench.log.grow(3);
        bench.desk.offer(bench.log.permit(&approved, "create_task"));
    }
    let tally = bench.run(listener.clone()).await;
    assert_eq!((tally.succeeded, tally.total()), (5, 5));
    assert_eq!(listener.payloads().len(), 5);
}

#[tokio::test]
async fn a_smaller_checkpoint_within_one_stream_is_refused_and_the_others_go_on() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let first = bench.log.approve(1, PAYLOAD);
    let second = bench.log.approve(2, PAYLOAD);
    let third = bench.log.approve(3, PAYLOAD);
    bench.desk.offer(bench.log.permit_at(&second, "create_task", 2));
    bench.desk.offer(bench.log.permit_at(&first, "create_task", 1));
    bench.desk.offer(bench.log.permit_at(&third, "create_task", 3));
    let tally = bench.run(listener.clone()).await;
    assert_eq!((tally.succeeded, tally.failed), (2, 1));
    let failure = failed(bench.desk.report_on(&first.candidate.to_string()));
    assert_eq!(failure.class(), FailureClass::PermitRefused);
    assert_eq!(listener.payloads().len(), 2);
}

#[tokio::test]
async fn a_restarted_executor_remembers_and_needs_no_proof_for_the_same_size() {
    let bench = Bench::new().await;
    let approved = [bench.log.approve(1, PAYLOAD), bench.log.approve(2, PAYLOAD)];
    bench.desk.offer(bench.log.permit(&approved[0], "create_task"));
    assert_eq!(bench.run(Arc::new(Listener::default())).await.succeeded, 1);
    bench.ledger.behave(Manner::NoProof);
    bench.desk.offer(bench.log.permit(&approved[1], "create_task"));
    assert_eq!(bench.run(Arc::new(Listener::default())).await.succeeded, 1);
}

#[tokio::test]
async fn a_memory_that_can_not_be_written_stops_the_executor_before_any_call() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let mut executor = bench.executor(listener.clone()).await;
    // Somebody takes the table away under the running executor.
    let other = sqlx::sqlite::SqliteConnectOptions::new().filename(bench.memory_db());
    let other = sqlx::SqlitePool::connect_with(other).await.expect("it opens");
    sqlx::query("DROP TABLE checkpoints").execute(&other).await.expect("dropped");

    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    let error = executor.run_until_drained(&bench.shutdown).await.expect_err("it stops");
    assert!(error.to_string().contains("can not remember checkpoints"), "{error}");
    assert_eq!(listener.payloads(), Vec::<String>::new());
    let failure = failed(bench.desk.report_on(&approved.candidate.to_string()));
    assert_eq!(failure.class(), FailureClass::PermitRefused);
    assert!(failure.retry_safe, "the permit may be good: another executor may try");
}

#[tokio::test]
async fn a_ledger_that_is_silent_for_a_while_is_asked_again() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.run(listener.clone()).await;

    bench.ledger.behave(Manner::Silent { times: 2 });
    let approved = bench.log.approve(2, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    let mut executor = bench.executor(listener.clone()).await;
    let run = executor.run_until_drained(&bench.shutdown);
    let tally = bench.advancing(|| bench.ledger.unanswered() > 0 && bench.ledger.answered() == 0, run);
    let tally = tally.await.expect("it runs");
    assert_eq!(tally.succeeded, 1);
    assert_eq!(listener.payloads().len(), 2);
}

#[tokio::test]
async fn a_ledger_that_stays_silent_leaves_the_candidate_to_a_later_claim() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.run(listener.clone()).await;

    bench.ledger.behave(Manner::Mute);
    let approved = bench.log.approve(2, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    let mut executor = bench.executor(listener.clone()).await;
    let run = executor.run_until_drained(&bench.shutdown);
    let unreported = |state: &DeskState| state.reports.len() == 1;
    let tally = bench.advancing(|| bench.ledger.unanswered() > 0 && bench.desk.is(unreported), run);
    let tally = tally.await.expect("it runs");
    assert!(bench.ledger.unanswered() > 5, "asked again and again");
    assert_eq!(tally.failed, 1);
    assert_eq!(listener.payloads().len(), 1);
    let failure = failed(bench.desk.report_on(&approved.candidate.to_string()));
    assert_eq!(failure.class(), FailureClass::PermitRefused);
    assert!(failure.retry_safe);
}
