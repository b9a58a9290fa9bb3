//! A connector that breaks around its work: nothing is done twice, and what cannot be told is reported as unknown.

use std::collections::BTreeSet;

use executor::{App, Tally};

use crate::{
    bench::Bench,
    connectors::{Breaking, Fault},
    desk::unknown,
    log::demo,
};

fn task(number: u128) -> String {
    format!(r#"{{"due":"2026-12-02","owner":"humans/anna","subject":"Call {number}"}}"#)
}

fn offer_tasks(bench: &Bench, count: u128) {
    let approved: Vec<_> = (1..=count).map(|number| bench.log.approve(number, &task(number))).collect();
    for approved in &approved {
        bench.desk.offer(bench.log.permit(approved, "create_task"));
    }
}

#[tokio::test]
async fn two_hundred_calls_that_time_out_after_the_work_are_all_unknown_and_none_is_doubled() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let connector = Breaking::new(sandbox.clone(), Fault::HangsAfter, true);
    offer_tasks(&bench, 200);
    let mut config = bench.config();
    config.calls_max = 50;
    let deadline = config.call_deadline;
    let mut executor: App = bench.try_executor(config, connector.clone()).await.expect("it is built");

    let waves = async {
        for wave in 1..=4 {
            connector.until_hung(50 * wave).await;
            bench.clock.advance(deadline);
        }
    };
    let (tally, ()) = tokio::join!(executor.run_until_drained(&bench.shutdown), waves);

    assert_eq!(tally.expect("it runs"), Tally { unknown: 200, ..Tally::default() });
    let reports = bench.desk.reports();
    let names: BTreeSet<_> = reports.iter().map(|report| report.name.clone()).collect();
    assert_eq!((reports.len(), names.len()), (200, 200));
    for report in reports {
        let message = unknown(report.outcome.expect("an outcome"));
        assert!(message.contains("no answer within 30 s"), "{message}");
    }
    let totals = sandbox.crm(&demo()).totals().await.expect("counted");
    assert_eq!((totals.tasks, totals.calls), (200, 200));
    // Those of the later waves had waited so long that their claims were extended before the call.
    assert!(bench.desk.change(|state| state.extensions) >= 100);
}

#[tokio::test]
async fn calls_that_time_out_before_the_work_are_unknown_too() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let connector = Breaking::new(sandbox.clone(), Fault::HangsBefore, true);
    offer_tasks(&bench, 5);
    let mut executor = bench.executor(connector.clone()).await;
    let wave = async {
        connector.until_hung(5).await;
        bench.clock.advance(bench.config().call_deadline);
    };
    let (tally, ()) = tokio::join!(executor.run_until_drained(&bench.shutdown), wave);
    assert_eq!(tally.expect("it runs"), Tally { unknown: 5, ..Tally::default() });
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, 0);
}

#[tokio::test]
async fn a_connector_that_breaks_down_or_loses_the_trace_is_unknown() {
    for (fault, words) in [(Fault::PanicsAfter, "broke down"), (Fault::LosesTraceAfter, "the connection broke")] {
        let bench = Bench::new().await;
        let sandbox = bench.sandbox().await;
        offer_tasks(&bench, 3);
        let tally = bench.run(Breaking::new(sandbox.clone(), fault, true)).await;
        assert_eq!(tally, Tally { unknown: 3, ..Tally::default() });
        for report in bench.desk.reports() {
            let message = unknown(report.outcome.expect("an outcome"));
            assert!(message.contains(words), "{message}");
        }
        assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, 3);
    }
}
