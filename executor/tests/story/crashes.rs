//! An executor that dies with permits in hand, and the one that takes over.

use std::sync::Arc;

use executor::Tally;
use service_kit::shutdown::Shutdown;

use crate::{
    bench::Bench,
    connectors::{Breaking, Fault, Listener},
    desk::{failed, succeeded, unknown},
    log::demo,
};

const TASKS: u128 = 20;

fn task(number: u128) -> String {
    format!(r#"{{"due":"2026-12-02","owner":"humans/anna","subject":"Call {number}"}}"#)
}

/// Lets an executor die while every one of its calls hangs, before or after the work.
async fn die(bench: &Bench, fault: Fault, retry_safe: bool) {
    let connector = Breaking::new(bench.sandbox().await, fault, retry_safe);
    let approved: Vec<_> = (1..=TASKS).map(|number| bench.log.approve(number, &task(number))).collect();
    for approved in &approved {
        bench.desk.offer(bench.log.permit(approved, "create_task"));
    }
    let mut executor = bench.executor(connector.clone()).await;
    let shutdown = Shutdown::new();
    tokio::select! {
        ended = executor.run_until_drained(&shutdown) => panic!("it ended by itself: {ended:?}"),
        () = connector.until_hung(20) => {}
    }
    assert_eq!(bench.desk.reports().len(), 0);
}

#[tokio::test]
async fn work_that_may_be_repeated_is_repeated_without_doubles() {
    for fault in [Fault::HangsBefore, Fault::HangsAfter] {
        let bench = Bench::new().await;
        die(&bench, fault, true).await;
        let sandbox = bench.sandbox().await;
        let tally = bench.run(Arc::new(sandbox.clone())).await;
        assert_eq!(tally, Tally { succeeded: 20, ..Tally::default() }, "{fault:?}");
        let totals = sandbox.crm(&demo()).totals().await.expect("counted");
        assert_eq!((totals.tasks, totals.calls), (20, 20), "{fault:?}");
    }
}

#[tokio::test]
async fn work_that_may_not_be_repeated_is_reported_unknown_and_left_alone() {
    for (fault, tasks) in [(Fault::HangsBefore, 0), (Fault::HangsAfter, 20)] {
        let bench = Bench::new().await;
        die(&bench, fault, false).await;
        let sandbox = bench.sandbox().await;
        let tally = bench.run(Breaking::new(sandbox.clone(), Fault::PanicsAfter, false)).await;
        assert_eq!(tally, Tally { unknown: 20, ..Tally::default() });
        for report in bench.desk.reports() {
            let message = unknown(report.outcome.expect("an outcome"));
            assert!(message.contains("repeating is not declared safe"), "{message}");
        }
        assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, tasks);
    }
}

#[tokio::test]
async fn catalogue_and_connector_must_both_declare_repeating_safe() {
    for (operation, catalogue_says, called) in
        [("create_task", true, 1), ("create_task", false, 0), ("send_letter", true, 0), ("send_letter", false, 0)]
    {
        let bench = Bench::new().await;
        let approved = bench.log.approve(1, &task(1));
        let mut permit = bench.log.permit(&approved, operation);
        permit.retry_safe = catalogue_says;
        permit.reissued = true;
        bench.desk.offer(permit);
        let listener = Arc::new(Listener::default());
        bench.run(listener.clone()).await;
        assert_eq!(listener.payloads().len(), called, "{operation} {catalogue_says}");
        let outcome = bench.desk.report_on(&approved.candidate.to_string());
        if called == 1 { drop(succeeded(outcome)) } else { drop(unknown(outcome)) }
    }
}

#[tokio::test]
async fn a_permit_lost_with_a_cut_stream_comes_back_and_one_in_hand_is_done_once() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved: Vec<_> = (1..=4).map(|number| bench.log.approve(number, &task(number))).collect();
    for approved in &approved {
        bench.desk.offer(bench.log.permit(approved, "create_task"));
    }
    bench.desk.change(|state| state.cut_after = Some(2));
    let mut executor = bench.executor(listener.clone()).await;
    let waits = || bench.desk.is(|state| state.reports.len() == 2 && state.streams.len() == 1);
    let tally = bench.advancing(waits, executor.run_until_drained(&bench.shutdown)).await.expect("it runs");

    assert_eq!(tally, Tally { succeeded: 4, ..Tally::default() });
    assert_eq!(listener.payloads().len(), 4, "each once");
    let asked_again =
        bench.desk.change(|state| state.streams.iter().map(|stream| stream.reissue_held).collect::<Vec<_>>());
    assert_eq!(asked_again, [true, true]);
}

#[tokio::test]
async fn a_claim_that_somebody_else_has_by_now_is_not_acted_on() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved = bench.log.approve(1, &task(1));
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.desk.change(|state| state.claims_are_lost = true);
    let mut config = bench.config();
    // Needs more than the desk's lease, so that every call must extend its claim first.
    config.lease = std::time::Duration::from_mins(5);
    config.call_deadline = std::time::Duration::from_secs(200);
    let mut executor = bench.try_executor(config, listener.clone()).await.expect("it is built");
    let tally = executor.run_until_drained(&bench.shutdown).await.expect("it runs");
    assert_eq!(tally.failed, 1);
    assert_eq!(listener.payloads(), Vec::<String>::new());
    let failure = failed(bench.desk.report_on(&approved.candidate.to_string()));
    assert!(failure.message.contains("nothing was called") && failure.retry_safe, "{}", failure.message);
}
