//! What approved payloads do in the sandbox.

use std::{collections::BTreeMap, sync::Arc};

use countersign_api::candidate::v1::{ExternalReference, FailureClass, FieldChange};
use executor::connector::sandbox::{Record, Sandbox};

use crate::{
    bench::Bench,
    desk::{failed, succeeded},
    log::{Approved, demo},
};

const UPDATE: &str = r#"{"field":"product","from":"GTXPro","object_type":"deal","record_id":"D1","to":"GTX Pro"}"#;

pub fn deal(id: &str, product: &str) -> Record {
    let fields = BTreeMap::from([("product".to_owned(), product.to_owned()), ("stage".to_owned(), "Won".to_owned())]);
    Record { object_type: "deal".to_owned(), id: id.to_owned(), fields }
}

pub async fn execute(bench: &Bench, sandbox: &Sandbox, operation: &str, payload: &str, number: u128) -> Approved {
    let approved = bench.log.approve(number, payload);
    bench.desk.offer(bench.log.permit(&approved, operation));
    bench.run(Arc::new(sandbox.clone())).await;
    approved
}

pub fn name(approved: &Approved) -> String {
    approved.candidate.to_string()
}

#[tokio::test]
async fn a_task_with_notes_is_made() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let payload = r#"{"due":"2026-12-02","notes":"Ask about the fair.","owner":"humans/anna","subject":"Call back"}"#;
    let approved = execute(&bench, &sandbox, "create_task", payload, 1).await;

    let result = succeeded(bench.desk.report_on(&name(&approved)));
    let made = |object_type: &str| ExternalReference {
        system: "sandbox".to_owned(),
        object_type: object_type.to_owned(),
        id: "1".to_owned(),
        link: String::new(),
    };
    assert_eq!(result.references, [made("task"), made("note")]);
    assert_eq!(result.execute_time.expect("a time").seconds, 1_795_341_600);
    let totals = sandbox.crm(&demo()).totals().await.expect("counted");
    assert_eq!((totals.tasks, totals.notes, totals.requests, totals.calls), (1, 1, 0, 1));
}

#[tokio::test]
async fn an_information_request_is_made() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let payload = r#"{"fields":["account"],"question":"Which account?","recipient":"humans/bo","subject":"Deal D1"}"#;
    let approved = execute(&bench, &sandbox, "request_information", payload, 1).await;
    let result = succeeded(bench.desk.report_on(&name(&approved)));
    assert_eq!(result.references[0].object_type, "information_request");
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").requests, 1);
}

#[tokio::test]
async fn a_field_is_updated_with_its_value_before_and_after() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    assert_eq!(sandbox.crm(&demo()).seed_records([deal("D1", "GTXPro")]).await.expect("seeded"), 1);
    let approved = execute(&bench, &sandbox, "update_field", UPDATE, 1).await;

    let result = succeeded(bench.desk.report_on(&name(&approved)));
    let change = FieldChange { field: "product".to_owned(), before: "GTXPro".to_owned(), after: "GTX Pro".to_owned() };
    assert_eq!(result.changes, [change]);
    assert_eq!((result.references[0].object_type.as_str(), result.references[0].id.as_str()), ("deal", "D1"));
    let record = sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable").expect("there");
    assert_eq!(record, deal("D1", "GTX Pro"));
}

#[tokio::test]
async fn a_field_that_holds_another_value_by_now_is_left_alone() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "MG Special")]).await.expect("seeded");
    let approved = execute(&bench, &sandbox, "update_field", UPDATE, 1).await;

    let failure = failed(bench.desk.report_on(&name(&approved)));
    assert_eq!((failure.class(), failure.retry_safe), (FailureClass::Precondition, false));
    assert!(!failure.message.contains("MG Special") && !failure.message.contains("GTX"), "{}", failure.message);
    assert_eq!(sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable"), Some(deal("D1", "MG Special")));
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").calls, 0, "what was not done keeps no key");
}

#[tokio::test]
async fn a_field_that_holds_the_new_value_already_is_done_and_nothing_is_said_to_have_changed() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "GTXPro")]).await.expect("seeded");
    let first = execute(&bench, &sandbox, "update_field", UPDATE, 1).await;
    let again = execute(&bench, &sandbox, "update_field", UPDATE, 2).await;
    assert_eq!(succeeded(bench.desk.report_on(&name(&first))).changes.len(), 1);
    assert_eq!(succeeded(bench.desk.report_on(&name(&again))).changes, []);
    let record = sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable").expect("there");
    assert_eq!(record, deal("D1", "GTX Pro"));
}

#[tokio::test]
async fn a_field_without_a_value_is_updated_only_from_nothing() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "GTXPro")]).await.expect("seeded");
    let from = |from: &str| {
        format!(r#"{{"field":"account","from":"{from}","object_type":"deal","record_id":"D1","to":"Rundle"}}"#)
    };
    let refused = execute(&bench, &sandbox, "update_field", &from("Kinder"), 1).await;
    assert_eq!(failed(bench.desk.report_on(&name(&refused))).class(), FailureClass::Precondition);
    let done = execute(&bench, &sandbox, "update_field", &from(""), 2).await;
    let change = &succeeded(bench.desk.report_on(&name(&done))).changes[0];
    assert_eq!((change.before.as_str(), change.after.as_str()), ("", "Rundle"));
}

#[tokio::test]
async fn a_missing_record_is_not_made() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = execute(&bench, &sandbox, "update_field", UPDATE, 1).await;
    assert_eq!(failed(bench.desk.report_on(&name(&approved))).class(), FailureClass::NotFound);
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").records, 0);
}

#[tokio::test]
async fn a_payload_of_another_shape_is_invalid() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = execute(&bench, &sandbox, "create_task", UPDATE, 1).await;
    let failure = failed(bench.desk.report_on(&name(&approved)));
    assert_eq!(failure.class(), FailureClass::Invalid);
    assert!(!failure.message.contains("GTX"), "{}", failure.message);
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").calls, 0);
}

#[tokio::test]
async fn the_same_key_gives_the_same_result_and_one_effect() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "GTXPro")]).await.expect("seeded");
    let approved = bench.log.approve(1, UPDATE);
    let mut results = Vec::new();
    for fence in 1..=3 {
        let mut permit = bench.log.permit(&approved, "update_field");
        permit.fence = fence;
        bench.desk.offer(permit);
        bench.run(Arc::new(sandbox.clone())).await;
        // The clock moves on, the result does not.
        bench.clock.advance(std::time::Duration::from_secs(1));
    }
    for report in bench.desk.reports() {
        results.push(succeeded(report.outcome.expect("an outcome")));
    }
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").calls, 1);
}

#[tokio::test]
async fn the_same_key_with_another_digest_is_invalid() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let task = |subject: &str| format!(r#"{{"due":"2026-12-02","owner":"humans/anna","subject":"{subject}"}}"#);
    execute(&bench, &sandbox, "create_task", &task("Call back"), 1).await;
    // The log holds a second approval for the same candidate and revision: it should not, and the sandbox notices.
    let other = bench.log.approve(1, &task("Call twice"));
    let mut permit = bench.log.permit(&other, "create_task");
    permit.fence = 2;
    bench.desk.offer(permit);
    bench.run(Arc::new(sandbox.clone())).await;

    let reports = bench.desk.reports();
    let failure = failed(reports[1].outcome.clone().expect("an outcome"));
    assert_eq!(failure.class(), FailureClass::Invalid);
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, 1);
}

#[tokio::test]
async fn seeding_again_keeps_what_was_executed() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let records = || (0..2_500).map(|number| deal(&format!("D{number}"), "GTXPro"));
    assert_eq!(sandbox.crm(&demo()).seed_records(records()).await.expect("seeded"), 2_500);
    execute(&bench, &sandbox, "update_field", UPDATE, 1).await;
    assert_eq!(sandbox.crm(&demo()).seed_records(records()).await.expect("seeded again"), 0);
    assert_eq!(sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable"), Some(deal("D1", "GTX Pro")));
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").records, 2_500);
}
