//! An executor with nothing to do does nothing: it holds one stream, and waits by the clock when there is none.

use std::{sync::Arc, time::Duration};

use service_kit::clock::Clock;

use crate::{bench::Bench, connectors::Listener};

/// Lets every task run that can run.
async fn let_all_run() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn without_work_one_stream_is_held_and_nothing_else_is_asked() {
    let bench = Bench::new().await;
    bench.executor(Arc::new(Listener::default())).await.spawn(&bench.shutdown);
    bench.desk.until(|state| !state.streams.is_empty()).await;
    for _hour in 0..24 {
        bench.clock.advance(Duration::from_hours(1));
        let_all_run().await;
    }
    let asked = bench.desk.change(|state| (state.streams.len(), state.extensions, state.reports.len()));
    assert_eq!(asked, (1, 0, 0), "a day later");
    bench.shutdown.drain(Duration::from_secs(20)).await.expect("everything ends");
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_ever_more_rarely_by_the_clock() {
    let bench = Bench::new().await;
    bench.desk.change(|state| state.is_away = true);
    bench.executor(Arc::new(Listener::default())).await.spawn(&bench.shutdown);
    bench.desk.until(|state| !state.streams.is_empty()).await;
    // A clock that stands still brings no second try, however long it is watched.
    for _ in 0..100 {
        let_all_run().await;
    }
    assert!(bench.desk.is(|state| state.streams.len() == 1));

    for (asked, pause_ms) in [(1, 50), (2, 100), (3, 200), (4, 400), (5, 800), (6, 1_600), (7, 3_200)] {
        let before = bench.clock.now();
        while bench.desk.is(|state| state.streams.len() == asked) {
            bench.clock.advance(Duration::from_millis(10));
            let_all_run().await;
        }
        assert!(bench.desk.is(|state| state.streams.len() == asked + 1));
        let paused = Duration::try_from(bench.clock.now().duration_since(before)).expect("it moves forward");
        assert!(paused >= Duration::from_millis(pause_ms), "try {asked} came after {paused:?}");
    }
    bench.shutdown.drain(Duration::from_secs(20)).await.expect("everything ends");
}
