use std::path::Path;

use countersign_api::name::Workspace;
use service_kit::database::SqliteDatabase;
use sqlx::migrate::Migrator;

use super::{CallKey, MIGRATIONS, load_calls, read_record};
use crate::connector::sandbox::record::Totals;

/// A folder as it was left before keys had a workspace: a task with a note, a request, a record and one call.
const ROWS_BEFORE: &str = "
    INSERT INTO tasks VALUES (7, 'Call back', 'humans/anna', '2026-12-02', 1);
    INSERT INTO notes VALUES (3, 7, 'Ask about the fair.', 1);
    INSERT INTO requests VALUES (2, 'Deal D1', 'Which account?', 'humans/bo', '[\"account\"]', NULL, 1);
    INSERT INTO records VALUES ('deal', 'D1', '{\"product\":\"GTX Pro\"}');
    INSERT INTO calls VALUES ('candidate/3', 'create_task', zeroblob(32),
        '{\"references\":[],\"changes\":[],\"done_at\":\"2026-11-22T10:00:00Z\"}');";

fn workspace(id: &str) -> Workspace {
    Workspace::new(id).expect("an id")
}

async fn database_from_before(file: &Path) {
    let first = MIGRATIONS.iter().filter(|migration| migration.version == 1).cloned().collect();
    let before = SqliteDatabase::open(file, &Migrator::with_migrations(first)).await.expect("it opens");
    sqlx::raw_sql(ROWS_BEFORE).execute(&before.writer).await.expect("written");
    before.close().await;
}

#[tokio::test]
async fn rows_from_before_workspaces_go_to_demo_and_calls_are_known_everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sandbox.db");
    database_from_before(&file).await;

    let database = SqliteDatabase::open(&file, &MIGRATIONS).await.expect("it is brought up to date");
    let mut connection = database.writer.acquire().await.expect("the one connection");
    let totals = super::count_rows(&mut connection, &workspace("demo")).await.expect("counted");
    assert_eq!(totals, Totals { tasks: 1, notes: 1, requests: 1, drafts: 0, records: 1, calls: 0 });
    let elsewhere = super::count_rows(&mut connection, &workspace("sales")).await.expect("counted");
    assert_eq!(elsewhere, Totals { tasks: 0, notes: 0, requests: 0, drafts: 0, records: 0, calls: 0 });

    let record = read_record(&mut connection, &workspace("demo"), "deal", "D1").await.expect("readable");
    assert_eq!(record.expect("it is there").fields["product"], "GTX Pro");
    let note: (String, i64) = sqlx::query_as("SELECT text, task_id FROM notes WHERE workspace = 'demo' AND id = 3")
        .fetch_one(&mut *connection)
        .await
        .expect("the note");
    assert_eq!(note, ("Ask about the fair.".to_owned(), 7));
    for id in ["demo", "sales"] {
        let key = CallKey { workspace: workspace(id), idempotency_key: "candidate/3".to_owned() };
        let kept = load_calls(&mut connection, [&key]).await.expect("readable");
        assert_eq!(kept[&key].operation, "create_task", "an attempt under way is not made twice in {id}");
    }
}

#[tokio::test]
async fn every_key_begins_with_the_workspace() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = SqliteDatabase::open(&folder.path().join("sandbox.db"), &MIGRATIONS).await.expect("it opens");
    let first_columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT keys.name, columns.name FROM sqlite_schema AS tables
         JOIN pragma_index_list(tables.name) AS keys JOIN pragma_index_info(keys.name) AS columns
         WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND columns.seqno = 0",
    )
    .fetch_all(&database.readers)
    .await
    .expect("a schema");
    assert_eq!(first_columns.len(), 8, "six primary keys and two indexes: {first_columns:?}");
    for (key, column) in first_columns {
        assert_eq!(column, "workspace", "{key}");
    }
}
