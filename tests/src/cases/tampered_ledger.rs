//! One byte of any stored column is changed: verification fails and names the first bad index.

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

#[test]
fn altered_content_is_not_shown_as_the_record() {
    let installation = filled();
    let index = VICTIM.to_string();
    installation.json(&["ledger", "show", &index]);
    runtime().block_on(change_a_byte(&installation, "content"));
    let answer = installation.run(&["ledger", "show", &index]);
    answer.expect(1, &["entry `20`", "not as it was recorded"]);
    assert_eq!(answer.stdout, "");
}

#[test]
fn lost_doubled_and_cut_off_rows_are_found() {
    let original = filled();
    let size = original.json(&["ledger", "verify"])["logs"][0]["size"].as_i64().expect("a size");
    let attacks = [
        (format!("DELETE FROM entries WHERE entry_index = {VICTIM}"), VICTIM),
        (format!("UPDATE entries SET entry_index = {size} + 5 WHERE entry_index = {VICTIM}"), VICTIM),
        (format!("DELETE FROM entries WHERE entry_index = {size} - 1"), size - 1),
        (format!("DELETE FROM entries WHERE entry_index >= {VICTIM}"), VICTIM),
    ];
    for (attack, index) in attacks {
        let copy = original.duplicate();
        runtime().block_on(async {
            let mut ledger = open(&copy).await;
            let attacked = sqlx::query(sqlx::AssertSqlSafe(attack.clone())).execute(&mut ledger).await;
            assert!(attacked.expect("the attack runs").rows_affected() > 0);
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

async fn open(installation: &Installation) -> SqliteConnection {
    SqliteConnectOptions::new()
        .filename(installation.data_dir().join("ledger.db"))
        .connect()
        .await
        .expect("the ledger's file opens")
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
         WHERE entry_index = {VICTIM}"
    );
    let changed = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&mut ledger).await.expect("the change is accepted");
    assert_eq!(changed.rows_affected(), 1, "{column}");
    ledger.close().await.expect("the file closes");
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}
