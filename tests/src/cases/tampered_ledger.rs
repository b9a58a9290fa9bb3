//! One byte of any stored column is changed: verification fails and names the first bad index.

use std::ops::RangeInclusive;

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use system_tests::harness::Installation;

/// The row that is tampered with.
const VICTIM: i64 = 20;

#[test]
fn one_changed_byte_of_any_column_is_found_and_located() {
    let original = filled();
    let columns = runtime().block_on(async {
        let mut ledger = open(&original).await;
        let rows = sqlx::query("SELECT name FROM pragma_table_info('entries')")
            .fetch_all(&mut ledger)
            .await
            .expect("the table `entries` is there");
        ledger.close().await.expect("the file closes");
        rows.iter().map(|row: &SqliteRow| row.get::<String, _>(0)).collect::<Vec<_>>()
    });
    assert!(columns.len() >= 5, "{columns:?}");
    for column in columns {
        let copy = original.duplicate();
        runtime().block_on(change_a_byte(&copy, &column));
        let answer = copy.run(&["ledger", "verify", "--json"]);
        assert_eq!(answer.code, Some(1), "a change of `{column}` was not found: {}{}", answer.stdout, answer.stderr);
        let finding = &answer.json()["finding"];
        assert_eq!(finding["index"], VICTIM, "`{column}`: {finding}");
    }
}

/// Every column of every table in both files, as the files themselves list them, in the first row and in the last.
#[test]
fn one_changed_byte_of_any_table_is_found_with_its_place() {
    // The whole demonstration: more entries than a tile is wide.
    let original = Installation::new();
    original.json(&["demo"]);
    let last_index = original.json(&["ledger", "verify"])["logs"][0]["size"].as_i64().expect("a size") - 1;
    for column in runtime().block_on(columns(&original)) {
        for end in ["ASC", "DESC"] {
            let copy = original.duplicate();
            let entries = runtime().block_on(column.change_a_byte(&copy, end));
            let answer = copy.run(&["ledger", "verify", "--json"]);
            let about = format!("`{}` of `{}` in `{}`, {end}", column.name, column.table, column.file);
            assert_eq!(answer.code, Some(1), "{about}: {}{}", answer.stdout, answer.stderr);
            let finding = &answer.json()["finding"];
            // Whose key it is shows where an entry is opened with it.
            let is_at_its_entry = column.table == "subject_keys" && finding["table"] == "entries";
            assert_eq!(finding["file"], column.file, "{about}: {finding}");
            if !is_at_its_entry {
                assert_eq!(finding["table"], *column.table, "{about}: {finding}");
                assert!(finding["column"].is_null() || finding["column"] == *column.name, "{about}: {finding}");
            }
            assert_eq!(finding["workspace"], "demo", "{about}: {finding}");
            let named =
                finding["index"].as_i64().expect("an index")..=finding["last_index"].as_i64().expect("an index");
            assert!(*named.end() <= last_index, "{about}: an entry that there is: {finding}");
            match entries {
                Some(entries) => assert!(
                    named.start() <= entries.end() && named.end() >= entries.start(),
                    "{about}: `{entries:?}` is not in {finding}"
                ),
                None => assert_eq!(named, 0..=last_index, "{about}: it lies below every entry: {finding}"),
            }
            assert!(!finding["what"].as_str().expect("text").is_empty(), "{about}");
            assert!(!finding["mend"].as_str().expect("text").is_empty(), "{about}");
        }
    }
}

#[test]
fn verification_leaves_nothing_beside_the_files() {
    let installation = filled();
    let beside = || {
        let names = std::fs::read_dir(installation.data_dir()).expect("the folder").map(|file| file.expect("a file"));
        let mut names: Vec<_> = names.map(|file| file.file_name().into_string().expect("a name")).collect();
        names.sort();
        names
    };
    let before = beside();
    assert!(!before.iter().any(|name| name.ends_with("-wal") || name.ends_with("-shm")), "{before:?}");
    installation.json(&["ledger", "verify"]);
    assert_eq!(beside(), before);
}

#[test]
fn altered_content_is_not_shown_as_the_record() {
    let installation = filled();
    let index = VICTIM.to_string();
    installation.json(&["ledger", "show", &index]);
    runtime().block_on(change_a_byte(&installation, "sealed"));
    let answer = installation.run(&["ledger", "show", &index]);
    answer.expect(5, &["ROW_CORRUPT", "`sealed`", "demo/20"]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn lost_doubled_and_cut_off_rows_are_found() {
    let original = filled();
    let size = original.json(&["ledger", "verify"])["logs"][0]["size"].as_i64().expect("a size");
    let attacks = [
        (format!("DELETE FROM entries WHERE workspace = 'demo' AND entry_index = {VICTIM}"), VICTIM),
        (
            format!("UPDATE entries SET entry_index = {size} + 5 WHERE workspace = 'demo' AND entry_index = {VICTIM}"),
            VICTIM,
        ),
        (format!("DELETE FROM entries WHERE workspace = 'demo' AND entry_index = {size} - 1"), size - 1),
        (format!("DELETE FROM entries WHERE workspace = 'demo' AND entry_index >= {VICTIM}"), VICTIM),
    ];
    for (attack, index) in attacks {
        let copy = original.duplicate();
        runtime().block_on(async {
            let mut ledger = open(&copy).await;
            let refused = sqlx::query(sqlx::AssertSqlSafe(attack.clone())).execute(&mut ledger).await;
            assert!(refused.expect_err("a trigger refuses").to_string().contains("is never"), "{attack}");
            let triggers = lift_triggers(&mut ledger).await;
            let attacked = sqlx::query(sqlx::AssertSqlSafe(attack.clone())).execute(&mut ledger).await;
            assert!(attacked.expect("the attack runs").rows_affected() > 0);
            put_back(&mut ledger, triggers).await;
            ledger.close().await.expect("the file closes");
        });
        let answer = copy.run(&["ledger", "verify", "--json"]);
        assert_eq!(answer.code, Some(1), "not found: {attack}");
        assert_eq!(answer.json()["finding"]["index"], index, "{attack}");
    }
}

/// A ledger with some dozens of entries.
fn filled() -> Installation {
    let installation = Installation::new();
    let summary = installation.json(&["demo", "--reviewers", "none"]);
    assert!(summary["ledger_size"].as_i64().expect("a size") > VICTIM + 5);
    let verified: Value = installation.json(&["ledger", "verify"]);
    assert_eq!(verified["finding"], Value::Null);
    installation
}

/// Takes the ledger's triggers away, as whoever writes past them must; returns what puts them back.
async fn lift_triggers(opened: &mut SqliteConnection) -> String {
    let found = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let triggers = sqlx::query(found).fetch_all(&mut *opened).await.expect("the schema is readable");
    for trigger in &triggers {
        let drop = format!("DROP TRIGGER {}", trigger.get::<String, _>(0));
        sqlx::raw_sql(sqlx::AssertSqlSafe(drop)).execute(&mut *opened).await.expect("the trigger is taken away");
    }
    triggers.iter().map(|trigger| trigger.get::<String, _>(1)).collect::<Vec<_>>().join(";")
}

async fn put_back(opened: &mut SqliteConnection, triggers: String) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(triggers)).execute(opened).await.expect("the triggers are put back");
}

async fn open(installation: &Installation) -> SqliteConnection {
    open_file(installation, "ledger.db").await
}

async fn open_file(installation: &Installation, file: &str) -> SqliteConnection {
    SqliteConnectOptions::new().filename(installation.data_dir().join(file)).connect().await.expect("the file opens")
}

/// A column of a table that has rows.
struct Column {
    file: &'static str,
    table: String,
    name: String,
    /// The columns of the table's key.
    key: String,
}

/// Asks both files what they hold.
async fn columns(installation: &Installation) -> Vec<Column> {
    let mut columns = Vec::new();
    for file in ["ledger.db", "content-keys.db", "fence.db"] {
        let mut opened = open_file(installation, file).await;
        let found = sqlx::query(
            "SELECT t.name, c.name, (SELECT group_concat(k.name) FROM pragma_table_info(t.name) k WHERE k.pk > 0)
             FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
        );
        for row in found.fetch_all(&mut opened).await.expect("the schema is readable") {
            let column = Column { file, table: row.get(0), name: row.get(1), key: row.get(2) };
            let count = format!("SELECT count(*) FROM {}", column.table);
            let rows: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(count)).fetch_one(&mut opened).await.expect("a count");
            if rows > 0 {
                columns.push(column);
            }
        }
        opened.close().await.expect("the file closes");
    }
    for table in ["entries", "tiles", "checkpoints", "subject_keys", "content_keys", "fences", "_sqlx_migrations"] {
        assert!(columns.iter().any(|column| column.table == table), "`{table}` has rows");
    }
    columns
}

impl Column {
    /// Changes one byte in the first or the last row, or adds one to a number; returns the entries that the row stands for, where it does.
    async fn change_a_byte(&self, installation: &Installation, end: &str) -> Option<RangeInclusive<i64>> {
        let Self { file, table, name, key } = self;
        let mut opened = open_file(installation, file).await;
        let order = key.split(',').map(|column| format!("{column} {end}")).collect::<Vec<_>>().join(", ");
        // The log of logs, whose entries come with time, has rows of its own.
        let of_demo = match table.as_str() {
            "entries" | "tiles" | "checkpoints" | "subject_keys" => "workspace = 'demo'",
            "fences" => "origin LIKE '%/workspaces/demo'",
            _ => "true",
        };
        let row = format!("({key}) = (SELECT {key} FROM {table} WHERE {of_demo} ORDER BY {order} LIMIT 1)");
        let first_and_last = match table.as_str() {
            "entries" => "entry_index, entry_index",
            "tiles" => "tile_index << (8 * (level + 1)), ((tile_index + 1) << (8 * (level + 1))) - 1",
            "checkpoints" => "previous_size, size - 1",
            "subject_keys" => "first_index, first_index",
            "fences" => "0, size - 1",
            _ => "NULL, NULL",
        };
        let query = format!("SELECT {first_and_last} FROM {table} WHERE {row}");
        let found = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_one(&mut opened).await.expect("a row");
        let (first, last): (Option<i64>, Option<i64>) = (found.get(0), found.get(1));
        let change = format!(
            "UPDATE {table} SET {name} = CASE typeof({name})
               WHEN 'integer' THEN {name} + 1
               WHEN 'null' THEN 1
               WHEN 'text' THEN CASE substr({name}, 1, 1) WHEN 'x' THEN 'y' ELSE 'x' END || substr({name}, 2)
               ELSE CAST(CASE substr({name}, 1, 1) WHEN x'00' THEN x'01' ELSE x'00' END || substr({name}, 2) AS BLOB) END
             WHERE {row}"
        );
        let triggers = lift_triggers(&mut opened).await;
        let mut changed = sqlx::query(sqlx::AssertSqlSafe(change.clone())).execute(&mut opened).await;
        if changed.is_err() {
            // The key of another row: without the constraints both can have it.
            let loosen = format!(
                "CREATE TABLE loose AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE loose RENAME TO {table}"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(loosen)).execute(&mut opened).await.expect("the table is made anew");
            changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut opened).await;
        }
        assert_eq!(changed.expect("the change is accepted").rows_affected(), 1, "{table}.{name}");
        put_back(&mut opened, triggers).await;
        opened.close().await.expect("the file closes");
        Some(first?..=last?)
    }
}

/// Changes one byte in the middle of a column's value, or adds one to a number, keeping its type.
async fn change_a_byte(installation: &Installation, column: &str) {
    let mut ledger = open(installation).await;
    let change = format!(
        "UPDATE entries SET {column} = CASE typeof({column})
           WHEN 'integer' THEN {column} + 1000000
           WHEN 'text' THEN substr({column}, 1, length({column}) - 1) ||
                            CASE substr({column}, -1) WHEN 'x' THEN 'y' ELSE 'x' END
           ELSE CAST(substr({column}, 1, length({column}) / 2) ||
                     CASE substr({column}, length({column}) / 2 + 1, 1) WHEN x'00' THEN x'01' ELSE x'00' END ||
                     substr({column}, length({column}) / 2 + 2) AS BLOB) END
         WHERE workspace = 'demo' AND entry_index = {VICTIM}"
    );
    let triggers = lift_triggers(&mut ledger).await;
    let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut ledger).await.expect("the change is accepted");
    put_back(&mut ledger, triggers).await;
    assert_eq!(changed.rows_affected(), 1, "{column}");
    ledger.close().await.expect("the file closes");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}
