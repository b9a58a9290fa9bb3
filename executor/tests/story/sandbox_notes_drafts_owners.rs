//! What approved notes, drafts and assignments do in the sandbox.

use countersign_api::candidate::v1::{FailureClass, FieldChange};
use executor::connector::sandbox::Sandbox;

use crate::{
    bench::Bench,
    desk::{failed, succeeded},
    log::demo,
    sandbox_effects::{deal, execute, name},
};

const REPLY: &str = r#"{"body":"Thank you.","subject":"Your inquiry","to":"kim@example.com"}"#;
const NOTE: &str = r#"{"object_type":"deal","record_id":"D1","text":"Met at the fair."}"#;

fn assignment(from: &str, to: &str) -> String {
    format!(r#"{{"from":"{from}","object_type":"deal","record_id":"D1","to":"{to}"}}"#)
}

/// Reads the one row that there is, as an array of texts.
async fn only_row(bench: &Bench, query: &'static str) -> Vec<String> {
    let file = sqlx::sqlite::SqliteConnectOptions::new().filename(bench.sandbox_db());
    let pool = sqlx::SqlitePool::connect_with(file).await.expect("it opens");
    let rows: Vec<String> = sqlx::query_scalar(query).fetch_all(&pool).await.expect("it reads");
    assert_eq!(rows.len(), 1, "{query}");
    serde_json::from_str(&rows[0]).expect("texts")
}

async fn with_deal(bench: &Bench) -> Sandbox {
    let sandbox = bench.sandbox().await;
    sandbox.crm(&demo()).seed_records([deal("D1", "GTX Pro")]).await.expect("seeded");
    sandbox
}

#[tokio::test]
async fn a_reply_is_kept_as_a_draft() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = execute(&bench, &sandbox, "draft_reply", REPLY, 1).await;
    let result = succeeded(bench.desk.report_on(&name(&approved)));
    assert_eq!((result.references[0].object_type.as_str(), result.references[0].id.as_str()), ("draft", "1"));
    let row = only_row(&bench, "SELECT json_array(workspace, recipient, subject, body) FROM drafts").await;
    assert_eq!(row, ["demo", "kim@example.com", "Your inquiry", "Thank you."]);
}

#[tokio::test]
async fn a_note_is_added_to_its_record_and_changes_no_field() {
    let bench = Bench::new().await;
    let sandbox = with_deal(&bench).await;
    let approved = execute(&bench, &sandbox, "add_note", NOTE, 1).await;
    let result = succeeded(bench.desk.report_on(&name(&approved)));
    assert_eq!((result.references[0].object_type.as_str(), result.references[0].id.as_str()), ("note", "1"));
    assert_eq!(result.changes, []);
    let row = only_row(&bench, "SELECT json_array(workspace, object_type, record_id, text) FROM notes").await;
    assert_eq!(row, ["demo", "deal", "D1", "Met at the fair."]);
    let record = sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable");
    assert_eq!(record, Some(deal("D1", "GTX Pro")));
}

#[tokio::test]
async fn a_record_that_is_not_there_gets_neither_note_nor_owner() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let note = execute(&bench, &sandbox, "add_note", NOTE, 1).await;
    let owner = execute(&bench, &sandbox, "assign_owner", &assignment("", "humans/anna"), 2).await;
    for approved in [note, owner] {
        assert_eq!(failed(bench.desk.report_on(&name(&approved))).class(), FailureClass::NotFound);
    }
    let totals = sandbox.crm(&demo()).totals().await.expect("counted");
    assert_eq!((totals.records, totals.notes, totals.calls), (0, 0, 0));
}

#[tokio::test]
async fn an_owner_is_assigned_with_the_owner_before_and_after() {
    let bench = Bench::new().await;
    let sandbox = with_deal(&bench).await;
    let first = execute(&bench, &sandbox, "assign_owner", &assignment("", "humans/anna"), 1).await;
    let second = execute(&bench, &sandbox, "assign_owner", &assignment("humans/anna", "humans/bo"), 2).await;
    let change = |before: &str, after: &str| FieldChange {
        field: "owner".to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    assert_eq!(succeeded(bench.desk.report_on(&name(&first))).changes, [change("", "humans/anna")]);
    assert_eq!(succeeded(bench.desk.report_on(&name(&second))).changes, [change("humans/anna", "humans/bo")]);
    let record = sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable").expect("there");
    assert_eq!(record.fields["owner"], "humans/bo");
}

#[tokio::test]
async fn a_record_that_has_another_owner_by_now_keeps_them() {
    let bench = Bench::new().await;
    let sandbox = with_deal(&bench).await;
    execute(&bench, &sandbox, "assign_owner", &assignment("", "humans/anna"), 1).await;
    let late = execute(&bench, &sandbox, "assign_owner", &assignment("", "humans/bo"), 2).await;
    assert_eq!(failed(bench.desk.report_on(&name(&late))).class(), FailureClass::Precondition);
    let record = sandbox.crm(&demo()).read_record("deal", "D1").await.expect("readable").expect("there");
    assert_eq!(record.fields["owner"], "humans/anna");
}

#[tokio::test]
async fn each_of_them_takes_effect_once_and_answers_repeats_alike() {
    let bench = Bench::new().await;
    let sandbox = with_deal(&bench).await;
    let assign = assignment("", "humans/anna");
    for (number, operation, payload) in
        [(1, "draft_reply", REPLY), (2, "add_note", NOTE), (3, "assign_owner", assign.as_str())]
    {
        let approved = bench.log.approve(number, payload);
        let first_report = bench.desk.reports().len();
        for fence in 1..=3 {
            let mut permit = bench.log.permit(&approved, operation);
            permit.fence = fence;
            bench.desk.offer(permit);
            bench.run(std::sync::Arc::new(sandbox.clone())).await;
            bench.clock.advance(std::time::Duration::from_secs(1));
        }
        let reports = bench.desk.reports().split_off(first_report);
        let results: Vec<_> =
            reports.into_iter().map(|report| succeeded(report.outcome.expect("an outcome"))).collect();
        assert_eq!(results.len(), 3, "{operation}");
        assert!(results.iter().all(|result| *result == results[0]), "{operation}: {results:?}");
    }
    let totals = sandbox.crm(&demo()).totals().await.expect("counted");
    assert_eq!((totals.drafts, totals.notes, totals.calls), (1, 1, 3));
}
