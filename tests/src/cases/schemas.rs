//! `countersign db`: what it says of each database's schema is what a start does with it.

use std::path::Path;

use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use system_tests::harness::{Databases, Installation, Server};
use throwaway_postgres::Database;

const NAMES: [&str; 3] = ["candidates", "ledger", "content keys"];

fn steps(answer: &Value) -> Vec<(&str, &str)> {
    let databases = answer["databases"].as_array().expect("a list");
    databases.iter().map(|it| (text(it, "database"), text(it, "step"))).collect()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

async fn execute(file: &Path, statement: &'static str) {
    let mut database = SqliteConnectOptions::new().filename(file).connect().await.expect("it opens");
    sqlx::query(statement).execute(&mut database).await.expect(statement);
    database.close().await.expect("it closes");
}

fn all(step: &'static str) -> Vec<(&'static str, &'static str)> {
    NAMES.iter().map(|name| (*name, step)).collect()
}

/// The whole story on one kind of database.
fn told_made_and_served(installation: &Installation) {
    assert_eq!(steps(&installation.json(&["db", "status"])), all("MAKE"));
    assert!(!installation.data_dir().exists(), "asking makes nothing");
    assert_eq!(steps(&installation.json(&["db", "migrate"])), all("NOTHING"));
    let server = Server::start(installation);
    assert_eq!(steps(&installation.json(&["db", "status"])), all("NOTHING"), "also while a server runs");
    installation.run(&["db", "migrate"]).expect(3, &["another process has the data folder", "db status"]);
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");
    let shown = installation.run(&["db", "status"]);
    shown.expect(0, &[]);
    assert!(NAMES.iter().all(|name| shown.stdout.contains(name)), "{}", shown.stdout);
}

#[tokio::test]
async fn schemas_of_files_are_told_and_made() {
    let installation = Installation::new();
    told_made_and_served(&installation);
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (9000, 'of a newer release', 1, x'', 0)";
    for (name, file) in NAMES.iter().zip(["candidates.db", "ledger.db", "content-keys.db"]) {
        let file = installation.data_dir().join(file);
        execute(&file, newer).await;
        let told = installation.run(&["db", "status", "--json"]);
        told.expect(1, &[file.to_str().expect("plain"), "a newer release has been here"]);
        let told = told.json();
        assert!(steps(&told).contains(&(name, "USE_NEWER_RELEASE")), "{told}");
        let refused = installation.run(&["db", "migrate"]);
        assert_eq!(refused.code, Some(3), "{}", refused.stderr);
        execute(&file, "DELETE FROM _sqlx_migrations WHERE version = 9000").await;
        assert_eq!(steps(&installation.json(&["db", "status"])), all("NOTHING"));
    }
}

#[test]
fn schemas_of_databases_are_told_and_made() {
    let databases = Databases::new();
    let installation = Installation::on(databases.urls());
    told_made_and_served(&installation);

    let places: [(&Database, &str); 3] = [
        (&databases.candidates, "countersign_candidates"),
        (&databases.ledger, "countersign_ledger"),
        (&databases.content_keys, "countersign_content_keys"),
    ];
    for (name, (database, schema)) in NAMES.iter().zip(places) {
        let first = format!("UPDATE {schema}.migrations SET checksum = checksum || '\\x00' WHERE version = 1");
        database.execute(&first);
        let told = installation.run(&["db", "status", "--json"]);
        told.expect(1, &["migration 1 was another one", "use the release that ran it"]);
        assert!(steps(&told.json()).contains(&(name, "USE_OTHER_RELEASE")), "{}", told.stdout);
        database.execute(&format!(
            "UPDATE {schema}.migrations SET checksum = substr(checksum, 1, length(checksum) - 1) WHERE version = 1"
        ));
    }
    assert_eq!(steps(&installation.json(&["db", "status"])), all("NOTHING"));
}

/// A rollout: what a newer release added is there, and processes of this one go on, and start again, and decide.
#[test]
fn a_process_goes_on_beside_a_newer_release_that_only_added() {
    let databases = Databases::new();
    let installation = Installation::on(databases.urls());
    let server = Server::start(&installation);
    installation.propose("before");
    for (database, schema, table) in [
        (&databases.candidates, "countersign_candidates", "candidates"),
        (&databases.ledger, "countersign_ledger", "entries"),
        (&databases.content_keys, "countersign_content_keys", "content_keys"),
    ] {
        database.execute(&format!(
            "ALTER TABLE {schema}.{table} ADD COLUMN mood TEXT; CREATE TABLE {schema}.moods (mood TEXT PRIMARY KEY); \
             INSERT INTO {schema}.migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'expand with a mood', TRUE, '', 0)"
        ));
    }
    assert_eq!(steps(&installation.json(&["db", "status"])), all("NOTHING_NEWER_FITS"));
    approve_and_wait(&installation);
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");

    let again = Server::start(&installation);
    installation.propose("after");
    approve_and_wait(&installation);
    let (status, stderr) = again.terminate();
    assert!(status.success() && stderr.contains("this one goes on without what is new"), "{stderr}");
}

/// Approves the one that waits, and sees it executed.
fn approve_and_wait(installation: &Installation) {
    let waiting = installation.json(&["candidate", "list", "--state", "proposed"]);
    let waiting = waiting["candidates"].as_array().expect("a list");
    let [candidate] = waiting.as_slice() else { panic!("one waits: {waiting:?}") };
    let approved = installation.json(&["candidate", "approve", text(candidate, "name"), "--yes", "--wait"]);
    assert!(approved.to_string().contains("EXECUTED"), "{approved}");
}

#[test]
fn what_can_not_be_read_is_named() {
    let installation = Installation::new();
    let url = "postgres://countersign:hunter2@127.0.0.1:1/candidates";
    let answer = installation.run(&["db", "status", "--database-url", url]);
    answer.expect(3, &["127.0.0.1:1/candidates` can not be reached", "check"]);
    assert!(!answer.stderr.contains("hunter2"), "{}", answer.stderr);
}
