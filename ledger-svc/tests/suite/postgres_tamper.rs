//! Somebody with the rights of the database's owner changes what stands there, and puts the constraints and triggers out of the way first.

use countersign_api::ledger::v1::{EraseContentRequest, NewEntry, PlaceLegalHoldRequest};
use ledger_svc::{
    audit::{Error, What},
    store::raw::{RawFile, SchemaObject, expected_catalogue, expected_keys_catalogue},
};
use service_kit::access::Role;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::bench::{Bench, Files, PARENT, entry};

/// Entries of the ledger: one full tile and a part of the next.
const ENTRIES: u64 = 300;

const TABLES: [&str; 7] = ["entries", "tiles", "checkpoints", "heads", "subject_keys", "legal_holds", "key_store"];

const KEY_TABLES: [&str; 2] = ["content_keys", "key_store"];

/// A ledger at rest, and the means to change it and its keys.
struct Insider {
    files: Files,
    ledger: Meddler,
    keys: Meddler,
}

/// Somebody with an owner's rights on one of the two databases.
struct Meddler {
    connection: PgConnection,
    tables: &'static [&'static str],
}

impl Meddler {
    async fn new(url: &str, schema: &str, tables: &'static [&'static str]) -> Self {
        let connection = PgConnection::connect(url).await.expect("it connects");
        let mut meddler = Self { connection, tables };
        meddler.execute(&format!("SET search_path = {schema}; SET session_replication_role = replica")).await;
        for table in tables {
            meddler.execute(&format!("CREATE TABLE public.kept_{table} AS SELECT * FROM {table}")).await;
        }
        meddler
    }

    async fn execute(&mut self, sql: &str) {
        let executed = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut self.connection).await;
        executed.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    async fn put_back(&mut self) {
        for table in self.tables {
            self.execute(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM public.kept_{table}")).await;
        }
    }
}

/// What was found: table, column, first index in doubt, and what.
type Found = (&'static str, Option<&'static str>, u64, What);

impl Insider {
    async fn new() -> Self {
        Self::beside(async |bench: Bench| {
            bench.fill(0, ENTRIES, 20).await;
            bench.drain().await;
        })
        .await
    }

    /// Begins once a ledger was filled and drained.
    async fn beside(fill: impl AsyncFnOnce(Bench)) -> Self {
        let files = Files::on_postgres();
        fill(files.serve().await).await;
        files.verify().await.expect("whole");
        let ledger = Meddler::new(files.database().url(), "countersign_ledger", &TABLES).await;
        let keys = Meddler::new(files.key_database().url(), "countersign_content_keys", &KEY_TABLES).await;
        Self { files, ledger, keys }
    }

    async fn execute(&mut self, sql: &str) {
        self.ledger.execute(sql).await;
    }

    /// Makes a change to the ledger, verifies, and takes it back.
    async fn found(&mut self, change: &str) -> Found {
        self.ledger.execute(change).await;
        let found = self.finding(change).await;
        self.ledger.put_back().await;
        found
    }

    /// Makes a change to the keys, verifies, and takes it back.
    async fn found_of_keys(&mut self, change: &str) -> Found {
        self.keys.execute(change).await;
        let found = self.finding(change).await;
        self.keys.put_back().await;
        found
    }

    async fn finding(&self, change: &str) -> Found {
        match self.files.verify().await {
            Err(Error::Found(finding)) => {
                let cell = &finding.place.cell;
                (cell.table, cell.column, finding.first_index(), (*finding.what).clone())
            }
            other => panic!("{change}: nothing was found: {other:?}"),
        }
    }
}

#[tokio::test]
async fn every_stored_column_is_hashed_again_and_the_first_bad_index_is_named() {
    let mut insider = Insider::new().await;
    for index in [0, 7, 255, 256, 299] {
        let flip = |column: &str| {
            format!(
                "UPDATE entries SET {column} = set_byte({column}, 0, get_byte({column}, 0) # 1) WHERE entry_index = {index}"
            )
        };
        for column in ["leaf_hash", "leaf", "sealed"] {
            let (table, _, first, what) = insider.found(&flip(column)).await;
            assert_eq!((table, first), ("entries", index), "{column}: {what}");
        }
        let key = format!("UPDATE entries SET idempotency_key = idempotency_key || 'x' WHERE entry_index = {index}");
        let (table, column, first, _) = insider.found(&key).await;
        assert_eq!((table, column, first), ("entries", Some("idempotency_key"), index));
        let moved = format!("UPDATE entries SET workspace = 'other' WHERE entry_index = {index}");
        let (table, column, first, _) = insider.found(&moved).await;
        assert_eq!((table, column, first), ("entries", Some("workspace"), index));
        let (table, _, first, what) = insider.found(&format!("DELETE FROM entries WHERE entry_index = {index}")).await;
        assert_eq!((table, first), ("entries", index), "{what}");
    }
    let swap = "UPDATE entries SET entry_index = 1000 + entry_index WHERE entry_index IN (5, 9); \
         UPDATE entries SET entry_index = 1014 - entry_index WHERE entry_index > 1000";
    // Each of the two is whole in itself: it is the tile that says they are not where they were.
    assert_eq!(insider.found(swap).await.2, 5);
    for size in [299, 256, 1, 0] {
        let cut = format!("DELETE FROM entries WHERE entry_index >= {size}");
        let (_, _, first, what) = insider.found(&cut).await;
        assert_eq!(first, size, "{what}");
    }
    insider.files.verify().await.expect("everything is back");
}

#[tokio::test]
async fn tiles_checkpoints_and_heads_are_held_against_the_entries() {
    let mut insider = Insider::new().await;
    for (change, table, column) in [
        ("UPDATE tiles SET hashes = set_byte(hashes, 8191, get_byte(hashes, 8191) # 1)", "tiles", Some("hashes")),
        ("UPDATE tiles SET level = 1", "tiles", Some("level")),
        ("UPDATE tiles SET tile_index = 1", "tiles", Some("tile_index")),
        ("UPDATE tiles SET workspace = 'other'", "tiles", Some("workspace")),
        ("DELETE FROM tiles", "tiles", None),
        (
            // A letter of the root, which is another one in every run.
            "UPDATE checkpoints SET signed_note = overlay(signed_note PLACING \
             CASE substr(signed_note, 50, 1) WHEN 'X' THEN 'Y' ELSE 'X' END FROM 50) WHERE size = 40",
            "checkpoints",
            Some("signed_note"),
        ),
        ("UPDATE checkpoints SET previous_size = 19 WHERE size = 40", "checkpoints", Some("previous_size")),
        ("UPDATE checkpoints SET size = 41 WHERE size = 40", "checkpoints", Some("size")),
        ("DELETE FROM checkpoints WHERE size = 40", "checkpoints", Some("previous_size")),
        ("DELETE FROM checkpoints WHERE size = 300", "checkpoints", None),
        ("UPDATE heads SET size = 301", "heads", Some("size")),
        ("UPDATE heads SET signed_size = 280", "heads", Some("signed_size")),
        ("UPDATE heads SET root = set_byte(root, 31, get_byte(root, 31) # 1)", "heads", Some("root")),
        ("DELETE FROM heads", "heads", None),
    ] {
        let (in_table, in_column, _, what) = insider.found(change).await;
        assert_eq!((in_table, in_column), (table, column), "{change}: {what}");
    }
    insider.files.verify().await.expect("everything is back");
}

/// Six entries: two of somebody who is erased, one of somebody who is held, and the entries that say so.
async fn erased_and_held(bench: Bench) {
    let said = |subject: &str, key| NewEntry { subject: subject.to_owned(), ..entry(key, "said") };
    bench.append(vec![said("anna", "1"), said("anna", "2"), said("bob", "3")]).await.expect("appended");
    let mut officer = bench.eraser("humans/dora", Role::DataProtection);
    let hold = PlaceLegalHoldRequest {
        parent: PARENT.to_owned(),
        request_id: "h".to_owned(),
        subject: "bob".to_owned(),
        reason: "a dispute".to_owned(),
    };
    officer.place_legal_hold(hold).await.expect("placed");
    let erase = EraseContentRequest {
        parent: PARENT.to_owned(),
        request_id: "r".to_owned(),
        subject: "anna".to_owned(),
        reason: "she asked".to_owned(),
        authority: "GDPR Art. 17".to_owned(),
    };
    officer.erase_content(erase).await.expect("erased");
    bench.append(vec![said("anna", "4")]).await.expect("appended");
    bench.checkpoint(6).await;
    bench.drain().await;
}

#[tokio::test]
async fn keys_erasures_and_holds_are_held_against_the_entries() {
    let mut insider = Insider::beside(erased_and_held).await;
    for (change, table, column) in [
        (
            "UPDATE subject_keys SET content_key = content_key + 1000 WHERE first_index = 0",
            "entries",
            Some("content_key"),
        ),
        ("UPDATE subject_keys SET subject = 'carl' WHERE first_index = 2", "entries", Some("content_key")),
        ("UPDATE subject_keys SET erasure_index = 5 WHERE first_index = 0", "subject_keys", Some("erasure_index")),
        ("DELETE FROM subject_keys WHERE first_index = 2", "entries", Some("content_key")),
        ("UPDATE entries SET sealed = '' WHERE entry_index = 2", "entries", Some("sealed")),
        ("UPDATE entries SET sealed = 'x' WHERE entry_index = 1", "entries", Some("sealed")),
        ("UPDATE legal_holds SET released_index = 5", "legal_holds", None),
        ("UPDATE legal_holds SET subject = 'anna'", "legal_holds", None),
        ("DELETE FROM legal_holds", "legal_holds", None),
        ("UPDATE heads SET erasures = 0", "heads", Some("erasures")),
        ("UPDATE key_store SET identity = sha256('x')", "key_store", Some("identity")),
        ("DELETE FROM key_store", "key_store", Some("identity")),
    ] {
        let (in_table, in_column, _, what) = insider.found(change).await;
        assert_eq!((in_table, in_column), (table, column), "{change}: {what}");
    }
    for (change, table) in [
        ("UPDATE content_keys SET secret = set_byte(secret, 0, get_byte(secret, 0) # 1)", "content_keys"),
        (
            "UPDATE content_keys SET fingerprint = set_byte(fingerprint, 9, get_byte(fingerprint, 9) # 1)",
            "content_keys",
        ),
        ("UPDATE content_keys SET number = number + 1000", "content_keys"),
        ("DELETE FROM content_keys", "content_keys"),
        ("UPDATE key_store SET next = 1", "key_store"),
        ("UPDATE key_store SET identity = sha256('x')", "key_store"),
        ("DELETE FROM key_store", "key_store"),
    ] {
        let (in_table, _, _, what) = insider.found_of_keys(change).await;
        assert_eq!(in_table, table, "{change}: {what}");
    }
    insider.files.verify().await.expect("everything is back");
}

#[tokio::test]
async fn a_trigger_or_a_constraint_that_is_out_of_the_way_is_found() {
    for change in [
        "ALTER TABLE entries DISABLE TRIGGER entries_stay",
        "ALTER TABLE entries DISABLE TRIGGER entries_are_only_emptied",
        "DROP INDEX subject_keys_in_use",
        "DROP TRIGGER tiles_stay_whole ON tiles",
        "CREATE OR REPLACE FUNCTION countersign_ledger.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
        "DROP INDEX entries_by_key",
        "ALTER TABLE entries ALTER COLUMN sealed DROP NOT NULL",
        "ALTER TABLE heads ADD COLUMN note TEXT",
        "UPDATE migrations SET checksum = '\\x00'",
        "DELETE FROM migrations",
    ] {
        let mut insider = Insider::beside(erased_and_held).await;
        insider.execute(change).await;
        match insider.files.verify().await {
            Err(Error::Found(_)) => {}
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn the_catalogues_are_the_ones_that_the_migrations_make() {
    let files = Files::on_postgres();
    files.serve().await.drain().await;
    let place = files.place();
    let ledger = RawFile::open(&place.ledger()).await.expect("it opens");
    let keys = RawFile::open_keys(&place.content_keys()).await.expect("it opens");
    for (mut opened, expected, file) in [
        (ledger, expected_catalogue(), "postgres/catalogue.txt"),
        (keys, expected_keys_catalogue(), "content_keys/postgres_catalogue.txt"),
    ] {
        let found = opened.schema().await.expect("read");
        let line =
            |object: &SchemaObject| format!("{} | {} | {} | {}", object.kind, object.name, object.table, object.sql);
        let lines: Vec<String> = found.iter().map(line).collect();
        assert!(found == expected, "write this to {file}:\n{}", lines.join("\n"));
    }
}
