//! Two workspaces whose executors share one folder and one sandbox.

use std::sync::Arc;

use countersign_api::name::Workspace;

use crate::{
    bench::Bench,
    desk::{failed, succeeded},
    log::demo,
    sandbox_effects::{deal, execute, name},
};

const TASK: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;
const UPDATE: &str = r#"{"field":"product","from":"GTXPro","object_type":"deal","record_id":"D1","to":"GTX Pro"}"#;

fn sales() -> Workspace {
    Workspace::new("sales").expect("an id")
}

#[tokio::test]
async fn candidates_of_the_same_id_each_take_effect_in_their_own_workspace() {
    let (demo_bench, sales_bench) = (Bench::new().await, Bench::of(sales()).await);
    let sandbox = demo_bench.sandbox().await;
    for bench in [&demo_bench, &sales_bench] {
        let approved = execute(bench, &sandbox, "create_task", TASK, 1).await;
        let made = &succeeded(bench.desk.report_on(&name(&approved))).references[0];
        assert_eq!(made.id, "1", "each workspace counts its own tasks");
    }
    for workspace in [demo(), sales()] {
        let totals = sandbox.crm(&workspace).totals().await.expect("counted");
        assert_eq!((totals.tasks, totals.calls), (1, 1), "{workspace}");
    }
}

#[tokio::test]
async fn a_key_that_took_effect_in_another_workspace_hinders_nobody() {
    let (demo_bench, sales_bench) = (Bench::new().await, Bench::of(sales()).await);
    let sandbox = demo_bench.sandbox().await;
    execute(&demo_bench, &sandbox, "create_task", TASK, 1).await;
    // The same candidate id and revision, and so the same key, with another payload.
    let other = TASK.replace("Call back", "Call twice");
    let approved = execute(&sales_bench, &sandbox, "create_task", &other, 1).await;
    succeeded(sales_bench.desk.report_on(&name(&approved)));
}

#[tokio::test]
async fn a_record_is_changed_in_its_own_workspace_alone() {
    let (demo_bench, sales_bench) = (Bench::new().await, Bench::of(sales()).await);
    let sandbox = demo_bench.sandbox().await;
    for workspace in [demo(), sales()] {
        let seeded = sandbox.crm(&workspace).seed_records([deal("D1", "GTXPro")]).await;
        assert_eq!(seeded.expect("seeded"), 1, "the other workspace's record is another one");
    }
    let approved = execute(&sales_bench, &sandbox, "update_field", UPDATE, 1).await;
    succeeded(sales_bench.desk.report_on(&name(&approved)));
    for (workspace, product) in [(demo(), "GTXPro"), (sales(), "GTX Pro")] {
        let record = sandbox.crm(&workspace).read_record("deal", "D1").await.expect("readable");
        assert_eq!(record, Some(deal("D1", product)), "{workspace}");
    }
}

#[tokio::test]
async fn a_record_of_another_workspace_is_not_there() {
    let (demo_bench, sales_bench) = (Bench::new().await, Bench::of(sales()).await);
    let sandbox = demo_bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "GTXPro")]).await.expect("seeded");
    let approved = execute(&sales_bench, &sandbox, "update_field", UPDATE, 1).await;
    let failure = failed(sales_bench.desk.report_on(&name(&approved)));
    assert!(failure.message.contains("no such record"), "{}", failure.message);
}

#[tokio::test]
async fn calls_of_both_that_are_committed_together_stay_apart() {
    let (demo_bench, sales_bench) = (Bench::new().await, Bench::of(sales()).await);
    let sandbox = demo_bench.sandbox().await;
    for bench in [&demo_bench, &sales_bench] {
        for number in 1..=40 {
            let approved = bench.log.approve(number, TASK);
            bench.desk.offer(bench.log.permit(&approved, "create_task"));
        }
    }
    tokio::join!(demo_bench.run(Arc::new(sandbox.clone())), sales_bench.run(Arc::new(sandbox.clone())));
    for workspace in [demo(), sales()] {
        let totals = sandbox.crm(&workspace).totals().await.expect("counted");
        assert_eq!((totals.tasks, totals.calls), (40, 40), "{workspace}");
    }
}
