//! Reports: repeated until answered, always the same, and given for all that is in hand when the process ends.

use std::{sync::Arc, time::Duration};

use executor::{BEGIN_IN_DRAIN_MAX, Config, Tally};

use crate::{
    bench::Bench,
    connectors::{Breaking, Fault, Listener},
    desk::{failed, succeeded, unknown},
    log::candidate,
};

const PAYLOAD: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;

#[tokio::test]
async fn a_report_is_repeated_until_it_is_answered() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.desk.change(|state| state.refuse_reports = 5);
    let mut executor = bench.executor(listener.clone()).await;
    let waits = || bench.desk.is(|state| state.reports_refused > 0 && state.reports.is_empty());
    let tally = bench.advancing(waits, executor.run_until_drained(&bench.shutdown)).await.expect("it runs");

    assert_eq!(tally, Tally { succeeded: 1, ..Tally::default() });
    assert_eq!(listener.payloads().len(), 1, "the work is not repeated with the report");
    assert_eq!(bench.desk.change(|state| state.reports_refused), 5);
    let report = &bench.desk.reports()[0];
    assert_eq!(report.request_id, format!("report/{}/1", candidate(1).id));
    assert_eq!(report.fence, 1);
}

#[tokio::test]
async fn a_running_executor_serves_what_comes_and_ends_with_the_drain() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.executor(listener.clone()).await.spawn(&bench.shutdown);
    bench.desk.until(|state| state.reports.len() == 1).await;
    bench.shutdown.drain(Duration::from_secs(20)).await.expect("everything ends");
    assert_eq!(listener.payloads().len(), 1);
    let stream = bench.desk.change(|state| state.streams[0].clone());
    assert_eq!((stream.parent.as_str(), stream.drain), ("workspaces/demo", false));
    assert_eq!(stream.operations, ["create_task", "send_letter"]);
}

/// Starts an executor that makes one call at a time, and has three to make: the first hangs.
async fn one_of_three_hangs(bench: &Bench, call_deadline: Duration) -> Arc<Breaking> {
    let connector = Breaking::new(bench.sandbox().await, Fault::HangsAfter, true);
    for number in 1..=3 {
        let approved = bench.log.approve(number, PAYLOAD);
        bench.desk.offer(bench.log.permit(&approved, "create_task"));
    }
    let config = Config { calls_max: 1, call_deadline, ..bench.config() };
    bench.try_executor(config, connector.clone()).await.expect("it is built").spawn(&bench.shutdown);
    connector.until_hung(1).await;
    connector
}

#[tokio::test]
async fn what_gets_no_turn_early_in_the_drain_goes_back_uncalled_and_what_was_called_is_reported() {
    let bench = Bench::new().await;
    let deadline = bench.config().call_deadline;
    one_of_three_hangs(&bench, deadline).await;
    let release = async {
        bench.shutdown.draining().await;
        // Whoever waits for a turn hears of the drain first.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        bench.clock.advance(BEGIN_IN_DRAIN_MAX);
        bench.desk.until(|state| state.reports.len() == 2).await;
        bench.clock.advance(deadline);
    };
    let (drained, ()) = tokio::join!(bench.shutdown.drain(Duration::from_secs(20)), release);
    drained.expect("everything ends");

    let reports = bench.desk.reports();
    assert_eq!(reports.len(), 3);
    let mut went_back = 0;
    for report in reports {
        match report.outcome.expect("an outcome") {
            countersign_api::candidate::v1::report_outcome_request::Outcome::Unknown(_) => {}
            outcome => {
                let failure = failed(outcome);
                assert!(failure.retry_safe && failure.message.contains("shutting down"), "{}", failure.message);
                went_back += 1;
            }
        }
    }
    assert_eq!(went_back, 2);
}

#[tokio::test]
async fn what_gets_its_turn_early_in_the_drain_is_called() {
    let bench = Bench::new().await;
    let deadline = BEGIN_IN_DRAIN_MAX / 4;
    let connector = one_of_three_hangs(&bench, deadline).await;
    let release = async {
        bench.shutdown.draining().await;
        bench.clock.advance(deadline);
        for called in 2..=3 {
            connector.until_hung(called).await;
            bench.clock.advance(deadline);
        }
    };
    let (drained, ()) = tokio::join!(bench.shutdown.drain(Duration::from_secs(20)), release);
    drained.expect("everything ends");
    for report in bench.desk.reports() {
        assert!(unknown(report.outcome.expect("an outcome")).contains("no answer within"));
    }
    assert_eq!(bench.desk.reports().len(), 3);
}

#[tokio::test]
async fn a_result_carries_what_the_connector_said() {
    let bench = Bench::new().await;
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.run(Arc::new(Listener::default())).await;
    let result = succeeded(bench.desk.report_on(&approved.candidate.to_string()));
    assert_eq!(result.execute_time.expect("a time").seconds, 0);
    let text = bench.metrics.to_text().expect("metrics");
    assert!(text.contains(r#"countersign_executor_outcomes_total{outcome="succeeded"} 1"#), "{text}");
    assert!(text.contains("countersign_executor_in_hand 0"), "{text}");
}
