use std::{borrow::Cow, error::Error as _, time::Duration};

use sqlx::{
    Row, SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
};
use throwaway_postgres::{Cluster, Database, Setup};
use tokio::time::Instant;

use super::*;

const SCHEMA: &str = "notes";

fn migrations(statements: &[&'static str]) -> Migrator {
    let migration = |(version, sql): (i64, &&'static str)| {
        Migration::new(version, Cow::Borrowed("notes"), MigrationType::Simple, (*sql).into_sql_str(), false)
    };
    let mut migrations = Migrator::with_migrations((1..).zip(statements).map(migration).collect());
    migrations.create_schema(SCHEMA);
    migrations.dangerous_set_table_name("notes.migrations");
    migrations
}

const FIRST: &str = "CREATE TABLE notes.notes (text TEXT NOT NULL)";
const SECOND: &str = "ALTER TABLE notes.notes ADD COLUMN author TEXT";

async fn open(url: &str, statements: &[&'static str]) -> Result<PostgresDatabase, PostgresError> {
    PostgresDatabase::open(&PostgresUrl::parse(url).expect("a URL"), SCHEMA, &migrations(statements)).await
}

async fn write(database: &PostgresDatabase, text: &str) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO notes (text) VALUES ($1)").bind(text).execute(&database.writers).await.map(|_| ())
}

async fn count(database: &PostgresDatabase) -> i64 {
    let mut reader = database.reader(None).await.expect("a reader");
    sqlx::query_scalar("SELECT count(*) FROM notes").fetch_one(&mut *reader).await.expect("counted")
}

#[tokio::test]
async fn a_database_keeps_what_is_written_and_its_readers_refuse_to_write() {
    let place = Database::new();
    let database = open(place.url(), &[FIRST]).await.expect("it opens");
    write(&database, "kept").await.expect("written");
    let mut reader = database.reader(None).await.expect("a reader");
    let refused = sqlx::query("INSERT INTO notes (text) VALUES ('no')").execute(&mut *reader).await;
    assert!(refused.expect_err("refused").to_string().contains("read-only transaction"));
    drop(reader);
    database.close().await;

    let again = open(place.url(), &[FIRST]).await.expect("it opens again");
    assert_eq!(count(&again).await, 1);
}

#[tokio::test]
async fn a_schema_goes_forwards_and_a_newer_or_other_one_is_refused() {
    let place = Database::new();
    open(place.url(), &[FIRST]).await.expect("the first release");
    open(place.url(), &[FIRST, SECOND]).await.expect("the second");
    let refused = open(place.url(), &[FIRST]).await.expect_err("older than the schema");
    assert!(matches!(refused, PostgresError::NewerSchema { version: 2, .. }), "{refused}");
    let refused = open(place.url(), &[SECOND, FIRST]).await.expect_err("another history");
    assert!(matches!(refused, PostgresError::OtherSchema { version: 1, .. }), "{refused}");
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    let place = Database::new();
    let opened = futures::future::join_all((0..8).map(|_| open(place.url(), &[FIRST, SECOND]))).await;
    for database in opened {
        database.expect("each opens").close().await;
    }
    assert_eq!(place.execute("SELECT count(*) FROM notes.migrations").trim(), "2");
}

#[tokio::test]
async fn a_role_that_may_not_create_tables_is_enough_once_the_schema_is_there() {
    let place = Database::new();
    open(place.url(), &[FIRST]).await.expect("its owner makes it");
    let role = format!("clerk_{}", std::process::id());
    place.execute(&format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA notes TO {role}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA notes TO {role}"
    ));
    let url = place.url().replace("postgres://countersign@", &format!("postgres://{role}@"));
    let clerk = open(&url, &[FIRST]).await.expect("it opens");
    write(&clerk, "said").await.expect("it may insert");
    let refused = sqlx::query("DELETE FROM notes").execute(&clerk.writers).await.expect_err("it may not");
    assert!(refused.to_string().contains("permission denied"), "{refused}");
    clerk.close().await;
    let refused = open(&url, &[FIRST, SECOND]).await.expect_err("a migration is left to do");
    assert!(refused.to_string().contains("as a role that may create tables"), "{refused}");
    place.execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[tokio::test]
async fn a_statement_ends_at_its_callers_deadline() {
    let place = Database::new();
    let database = open(place.url(), &[FIRST]).await.expect("it opens");
    let mut reader = database.reader(Some(Instant::now() + Duration::from_millis(50))).await.expect("a reader");
    let ended = sqlx::query("SELECT pg_sleep(60)").execute(&mut *reader).await.expect_err("it takes too long");
    assert_eq!(
        ended.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref(),
        Some("57014"),
        "{ended}"
    );
    drop(reader);

    let mut reader = database.reader(None).await.expect("a reader");
    let row = sqlx::query("SHOW statement_timeout").fetch_one(&mut *reader).await.expect("shown");
    assert_eq!(row.get::<String, _>(0), "10s", "the bound went with its transaction");
}

#[tokio::test]
async fn pools_are_bounded() {
    let place = Database::new();
    let database = open(place.url(), &[FIRST]).await.expect("it opens");
    let mut held = Vec::new();
    for _ in 0..POSTGRES_READERS_MAX {
        held.push(database.reader(None).await.expect("a reader"));
    }
    let mut waiting = Box::pin(database.reader(None));
    assert!(futures::poll!(&mut waiting).is_pending());
    held.pop();
    waiting.await.expect("a place was given back");
}

#[tokio::test]
async fn a_server_that_could_lose_an_acknowledged_write_is_refused() {
    for setting in ["fsync", "full_page_writes"] {
        let cluster = Cluster::start(&Setup { settings: vec![(setting, "off")], ..Setup::default() });
        let refused = open(&cluster.url("postgres"), &[FIRST]).await.expect_err("not durable");
        assert!(refused.to_string().contains(&format!("`{setting}` off")), "{refused}");
    }
}

#[tokio::test]
async fn a_role_or_a_url_that_turns_durability_off_is_refused_even_later() {
    let place = Database::new();
    let url = format!("{}?options=-c%20synchronous_commit%3Doff", place.url());
    let refused = open(&url, &[FIRST]).await.expect_err("not durable");
    assert!(matches!(refused, PostgresError::NotDurable { setting: "synchronous_commit", .. }), "{refused}");

    let database = open(place.url(), &[FIRST]).await.expect("it opens");
    place.execute(
        "ALTER DATABASE current_database SET synchronous_commit = off"
            .replace("current_database", name(&place))
            .as_str(),
    );
    let refused = write(&database, "lost").await.expect_err("every new connection is asked");
    assert!(matches!(refused, sqlx::Error::PoolTimedOut), "{refused}");
}

fn name(place: &Database) -> &str {
    place.url().rsplit('/').next().expect("it has a name")
}

#[tokio::test]
async fn what_can_not_be_written_to_is_refused() {
    let place = Database::new();
    place.execute(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", name(&place)));
    let refused = open(place.url(), &[FIRST]).await.expect_err("read-only");
    assert!(matches!(refused, PostgresError::ReadOnly { .. }), "{refused}");
}

#[tokio::test]
async fn text_that_is_not_utf_8_is_refused() {
    let place = Database::new();
    let latin = format!("{}_latin", name(&place));
    let of_server = place.url().replace(name(&place), "postgres");
    place.execute(&format!("CREATE DATABASE {latin} TEMPLATE template0 ENCODING LATIN1"));
    let refused = open(&of_server.replace("/postgres", &format!("/{latin}")), &[FIRST]).await.expect_err("not UTF-8");
    assert!(matches!(refused, PostgresError::NotUtf8 { .. }), "{refused}");
    place.execute(&format!("DROP DATABASE {latin}"));
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_none_is_ever_said() {
    let cluster = Cluster::start(&Setup { password: Some("open-sesame"), ..Setup::default() });
    let url = |password| cluster.url("postgres").replace("countersign@", &format!("countersign:{password}@"));
    open(&url("open-sesame"), &[FIRST]).await.expect("the right one");
    let refused = open(&url("open-barley"), &[FIRST]).await.expect_err("the wrong one");
    let said = format!("{refused} {refused:?} {:?}", refused.source());
    assert!(matches!(refused, PostgresError::Unreachable { .. }), "{said}");
    assert!(said.contains("password authentication failed") && !said.contains("open-"), "{said}");
}

#[tokio::test]
async fn a_server_that_went_away_and_came_back_is_used_again() {
    let cluster = Cluster::start(&Setup::default());
    let database = open(&cluster.url("postgres"), &[FIRST]).await.expect("it opens");
    write(&database, "before").await.expect("written");
    cluster.kill();
    write(&database, "nowhere").await.expect_err("nobody is there");
    cluster.start_again();
    write(&database, "after").await.expect("written");
    assert_eq!(count(&database).await, 2);
}
