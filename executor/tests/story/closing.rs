//! What an executor leaves behind when it ends in order: files that stand alone.

use std::{sync::Arc, time::Duration};

use crate::{bench::Bench, connectors::Listener, log::demo};

const PAYLOAD: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;

#[tokio::test]
async fn a_drained_executor_and_a_closed_sandbox_leave_one_file_each() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    bench.executor(Arc::new(sandbox.clone())).await.spawn(&bench.shutdown);
    bench.desk.until(|state| state.reports.len() == 1).await;
    assert!(bench.files_of("sandbox.db").contains(&"sandbox.db-wal".to_owned()), "it is open");
    assert!(bench.files_of("executor.db").contains(&"executor.db-wal".to_owned()), "it is open");

    bench.shutdown.drain(Duration::from_secs(20)).await.expect("everything ends");
    assert_eq!(bench.files_of("executor.db"), ["executor.db"], "the drain waits for it");
    sandbox.close().await;
    assert_eq!(bench.files_of("sandbox.db"), ["sandbox.db"]);

    let again = Bench::open_sandbox(&bench.sandbox_db()).await;
    assert_eq!(again.crm(&demo()).totals().await.expect("counted").tasks, 1, "what was done is in the one file");
}

#[tokio::test]
async fn an_executor_that_was_not_spawned_closes_its_memory_when_told() {
    let bench = Bench::new().await;
    let approved = bench.log.approve(1, PAYLOAD);
    bench.desk.offer(bench.log.permit(&approved, "create_task"));
    let mut executor = bench.executor(Arc::new(Listener::default())).await;
    executor.run_until_drained(&bench.shutdown).await.expect("it runs");
    assert!(bench.files_of("executor.db").len() > 1, "it is open");
    executor.close().await;
    assert_eq!(bench.files_of("executor.db"), ["executor.db"]);
}
