//! Every kind of row changed in every column and every way; each must be found, and at the right index where one is to blame.

use std::ops::RangeInclusive;

use ledger_svc::audit::{Finding, What};

use crate::tamper::{COMMIT, Case, ENTRIES, Original, Stored};

/// First and last of the log, of a commit and of the tile, and some between.
const SAMPLE: [u64; 11] = [0, 1, 19, 20, 100, 254, 255, 256, 281, 298, 299];

const LEDGER: &str = "ledger.db";

fn row(index: u64) -> String {
    format!("workspace = 'demo' AND entry_index = {index}")
}

fn range(finding: &Finding) -> RangeInclusive<u64> {
    let [extent] = finding.extents() else { panic!("{finding}") };
    extent.entries.clone()
}

/// Tells whether it is of what SQLite keeps beside the rows.
fn is_of_structure(finding: &Finding) -> bool {
    ["sqlite_schema", "_sqlx_migrations"].contains(&finding.place.cell.table)
        || matches!(*finding.what, What::Damaged { .. })
}

fn assert_exact(finding: &Finding, index: u64, about: &str) {
    assert_eq!(range(finding), index..=index, "{about}: {finding}");
    assert_eq!(finding.workspace(), Some("demo"), "{about}: {finding}");
    assert!(!is_of_structure(finding), "{about}: {finding}");
}

/// The entry is exactly named where its tile is full; elsewhere it lies within the range between two checkpoints.
fn assert_within(finding: &Finding, index: u64, about: &str) {
    let entries = range(finding);
    assert!(entries.contains(&index), "{about}: {finding}");
    let is_sealed = index < 256;
    assert!(entries.end() - entries.start() <= if is_sealed { 0 } else { COMMIT }, "{about}: {finding}");
}

async fn changed(original: &Original, file: &str, table: &str, column: &str, row: &str, stored: Stored) -> Case {
    let case = original.case();
    case.write(file, table, column, row, stored).await;
    case
}

#[tokio::test]
async fn a_changed_column_of_an_entry_is_found_at_its_index() {
    let original = Original::make().await;
    for column in ["leaf_hash", "content_key", "idempotency_key", "leaf", "sealed"] {
        for index in SAMPLE {
            let stored = original.case().read(LEDGER, "entries", column, &row(index)).await;
            for other in stored.flips().into_iter().chain(stored.lengths()) {
                let about = format!("{column} of {index} as {other:?}");
                let case = original.case();
                // Without constraints a changed key may also be its neighbour's.
                case.loosen("entries").await;
                case.write(LEDGER, "entries", column, &row(index), other).await;
                let finding = case.finding(&about).await;
                assert_exact(&finding, index, &about);
                if let Some(found) = finding.place.cell.column {
                    assert_eq!((finding.place.cell.table, found), ("entries", column), "{about}");
                }
            }
        }
    }
}

#[tokio::test]
async fn an_entry_under_another_index_is_found_as_the_gap_or_the_double() {
    let original = Original::make().await;
    for index in SAMPLE {
        for other in Stored::Integer(i64::try_from(index).expect("small")).flips() {
            let Stored::Integer(moved) = other else { unreachable!("a number stays one") };
            let case = original.case();
            case.loosen("entries").await;
            case.write(LEDGER, "entries", "entry_index", &row(index), other).await;
            let about = format!("{index} moved to {moved}");
            let finding = case.finding(&about).await;
            // Where the index of another was taken, one of the two that stand there belongs where the gap is.
            let first = u64::try_from(moved).map_or(index, |moved| moved.min(index));
            assert_eq!(range(&finding), first..=index, "{about}: {finding}");
            assert_eq!(finding.place.cell.column, Some("entry_index"), "{about}: {finding}");
        }
    }
}

#[tokio::test]
async fn an_entry_in_another_workspace_is_found_as_the_gap_it_leaves() {
    let original = Original::make().await;
    for index in SAMPLE {
        for other in Stored::Text(b"demo".to_vec()).flips() {
            let about = format!("{index} under {other:?}");
            let finding =
                changed(&original, LEDGER, "entries", "workspace", &row(index), other).await.finding(&about).await;
            assert_exact(&finding, index, &about);
        }
    }
}

#[tokio::test]
async fn a_value_of_another_type_is_found_in_its_column() {
    let original = Original::make().await;
    for column in ["workspace", "entry_index", "leaf_hash", "content_key", "idempotency_key", "leaf", "sealed"] {
        for index in [0, 100, 299] {
            for value in ["NULL", "7", "0.5", "x'00ff'", "CAST(x'ff00fe' AS TEXT)", "'text'", "''"] {
                let case = original.case();
                case.loosen("entries").await;
                case.run(LEDGER, &format!("UPDATE entries SET {column} = {value} WHERE {}", row(index))).await;
                let about = format!("{column} of {index} as {value}");
                let finding = case.finding(&about).await;
                let moved_to_front = column == "entry_index" && ["NULL", "7", "0.5"].contains(&value);
                if moved_to_front && index > 7 {
                    assert!(finding.first_index() <= 7, "{about}: {finding}");
                } else if column == "workspace" || column == "entry_index" {
                    assert!(finding.first_index() <= index, "{about}: {finding}");
                } else {
                    assert_exact(&finding, index, &about);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_lost_entry_is_found_at_its_index() {
    let original = Original::make().await;
    for index in SAMPLE {
        let case = original.case();
        case.run(LEDGER, &format!("DELETE FROM entries WHERE {}", row(index))).await;
        let about = format!("{index} deleted");
        assert_exact(&case.finding(&about).await, index, &about);
    }
}

#[tokio::test]
async fn a_cut_off_tail_is_found_where_it_begins() {
    let original = Original::make().await;
    for first_lost in [0, 1, 255, 256, 280, 299] {
        let entries_only = original.case();
        entries_only.run(LEDGER, &format!("DELETE FROM entries WHERE entry_index >= {first_lost}")).await;
        // The tidy thief takes the checkpoints and tiles along: only the fence remembers.
        let tidy = original.case();
        let sql = format!(
            "DELETE FROM entries WHERE entry_index >= {first_lost}; DELETE FROM checkpoints WHERE size > {first_lost}; \
             DELETE FROM tiles WHERE {first_lost} < 256"
        );
        tidy.run(LEDGER, &sql).await;
        for case in [entries_only, tidy] {
            let about = format!("cut off at {first_lost}");
            let finding = case.finding(&about).await;
            assert_eq!(finding.first_index(), first_lost, "{about}: {finding}");
        }
    }
}

#[tokio::test]
async fn two_entries_that_changed_places_are_found() {
    let original = Original::make().await;
    for (one, other) in [(0, 1), (0, 299), (3, 200), (254, 255), (255, 256), (256, 257), (261, 278), (298, 299)] {
        let case = original.case();
        let sql = format!(
            "UPDATE entries SET entry_index = -1 WHERE entry_index = {one}; \
             UPDATE entries SET entry_index = {one} WHERE entry_index = {other}; \
             UPDATE entries SET entry_index = {other} WHERE entry_index = -1"
        );
        case.run(LEDGER, &sql).await;
        let about = format!("{one} and {other} swapped");
        assert_within(&case.finding(&about).await, one, &about);
    }
}

#[tokio::test]
async fn a_doubled_or_added_entry_is_found() {
    let original = Original::make().await;
    for index in [0, 100, 255, 299] {
        let copy_to = |place: u64, key: &str| {
            format!(
                "INSERT INTO entries (workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed) \
                 SELECT workspace, {place}, leaf_hash, content_key, {key}, leaf, sealed FROM entries WHERE {}",
                row(index)
            )
        };
        let about = format!("{index} doubled");
        let doubled = original.case();
        doubled.loosen("entries").await;
        doubled.run(LEDGER, &copy_to(index, "idempotency_key")).await;
        assert_exact(&doubled.finding(&about).await, index, &about);

        let added = original.case();
        added.run(LEDGER, &copy_to(ENTRIES, "'another key'")).await;
        assert_exact(&added.finding(&about).await, ENTRIES, &about);

        let repeated = original.case();
        repeated.loosen("entries").await;
        repeated.run(LEDGER, &copy_to(ENTRIES, "idempotency_key")).await;
        let finding = repeated.finding(&about).await;
        assert_eq!(finding.last_index(), Some(ENTRIES), "{about}: {finding}");
    }
}

#[tokio::test]
async fn a_changed_tile_is_found_at_the_entry_below() {
    let original = Original::make().await;
    let tile = "workspace = 'demo'";
    let Stored::Blob(hashes) = original.case().read(LEDGER, "tiles", "hashes", tile).await else { panic!("bytes") };
    for position in (0..hashes.len()).step_by(331).chain([0, 31, 32, hashes.len() - 1]) {
        let mut other = hashes.clone();
        other[position] ^= 0x10;
        let about = format!("byte {position} of the tile");
        let finding =
            changed(&original, LEDGER, "tiles", "hashes", tile, Stored::Blob(other)).await.finding(&about).await;
        assert_exact(&finding, position as u64 / 32, &about);
    }
    for column in ["workspace", "level", "tile_index", "hashes"] {
        let stored = original.case().read(LEDGER, "tiles", column, tile).await;
        for other in stored.flips().into_iter().chain(stored.lengths()) {
            let about = format!("{column} of the tile as {other:?}");
            changed(&original, LEDGER, "tiles", column, tile, other).await.finding(&about).await;
        }
    }
    for sql in [
        "DELETE FROM tiles",
        "INSERT INTO tiles SELECT workspace, level, 1, hashes FROM tiles",
        "INSERT INTO tiles SELECT workspace, 1, 0, hashes FROM tiles",
        "INSERT INTO tiles SELECT 'other', level, tile_index, hashes FROM tiles",
        "INSERT INTO tiles SELECT 'no workspace', level, tile_index, hashes FROM tiles",
    ] {
        let case = original.case();
        case.run(LEDGER, sql).await;
        case.finding(sql).await;
    }
    for sql in
        ["INSERT INTO tiles SELECT * FROM tiles", "UPDATE tiles SET hashes = NULL", "UPDATE tiles SET workspace = NULL"]
    {
        let case = original.case();
        case.loosen("tiles").await;
        case.run(LEDGER, sql).await;
        let finding = case.finding(sql).await;
        assert!(!is_of_structure(&finding), "{sql}: {finding}");
    }
}

#[tokio::test]
async fn a_changed_checkpoint_is_found_below_what_it_covers() {
    let original = Original::make().await;
    for size in [20, 160, 300] {
        let checkpoint = format!("workspace = 'demo' AND size = {size}");
        for column in ["workspace", "size", "previous_size", "signed_note"] {
            let stored = original.case().read(LEDGER, "checkpoints", column, &checkpoint).await;
            for other in stored.flips().into_iter().chain(stored.lengths()) {
                let about = format!("{column} of the checkpoint of {size} as {other:?}");
                let case = original.case();
                case.loosen("checkpoints").await;
                case.write(LEDGER, "checkpoints", column, &checkpoint, other).await;
                let finding = case.finding(&about).await;
                assert!(!is_of_structure(&finding), "{about}: {finding}");
            }
        }
    }
}

#[tokio::test]
async fn every_byte_of_a_signed_note_counts() {
    let original = Original::make().await;
    let checkpoint = "workspace = 'demo' AND size = 160";
    let Stored::Text(note) = original.case().read(LEDGER, "checkpoints", "signed_note", checkpoint).await else {
        panic!("text")
    };
    for position in 0..note.len() {
        let mut other = note.clone();
        other[position] ^= 0x01;
        let about = format!("byte {position} of the note");
        let case = changed(&original, LEDGER, "checkpoints", "signed_note", checkpoint, Stored::Text(other)).await;
        let finding = case.finding(&about).await;
        assert_eq!(range(&finding), 140..=159, "{about}: {finding}");
    }
    let doubled_signature = {
        let text = String::from_utf8(note).expect("a note");
        let signature = text.lines().last().expect("a line").to_owned();
        format!("{text}{signature}\n").into_bytes()
    };
    let case =
        changed(&original, LEDGER, "checkpoints", "signed_note", checkpoint, Stored::Text(doubled_signature)).await;
    assert_eq!(*case.finding("a line more").await.what, What::CheckpointExtended);
}

#[tokio::test]
async fn a_lost_or_doubled_checkpoint_is_found() {
    let original = Original::make().await;
    for size in (1..=ENTRIES / COMMIT).map(|commit| commit * COMMIT) {
        let case = original.case();
        case.run(LEDGER, &format!("DELETE FROM checkpoints WHERE size = {size}")).await;
        case.finding(&format!("the checkpoint of {size} deleted")).await;

        let case = original.case();
        case.loosen("checkpoints").await;
        case.run(LEDGER, &format!("INSERT INTO checkpoints SELECT * FROM checkpoints WHERE size = {size}")).await;
        let finding = case.finding(&format!("the checkpoint of {size} doubled")).await;
        assert!(!is_of_structure(&finding), "{finding}");
    }
    for value in ["NULL", "0.5", "'text'", "x'00'", "-3", "0"] {
        for column in ["workspace", "size", "previous_size", "signed_note"] {
            let case = original.case();
            case.loosen("checkpoints").await;
            let about = format!("{column} as {value}");
            case.run(LEDGER, &format!("UPDATE checkpoints SET {column} = {value} WHERE size = 300")).await;
            let finding = case.finding(&about).await;
            assert!(!is_of_structure(&finding), "{about}: {finding}");
        }
    }
}

#[tokio::test]
async fn a_changed_fence_is_found() {
    let original = Original::make().await;
    let fence = "origin LIKE '%demo'";
    for column in ["origin", "size", "root", "stored_root"] {
        let stored = original.case().read("fence.db", "fences", column, fence).await;
        for other in stored.flips().into_iter().chain(stored.lengths()) {
            let about = format!("{column} of the fence as {other:?}");
            changed(&original, "fence.db", "fences", column, fence, other).await.finding(&about).await;
        }
    }
    for sql in [
        "DELETE FROM fences",
        "INSERT INTO fences SELECT 'countersign.local/workspaces/other', size, root, stored_root FROM fences",
        "INSERT INTO fences SELECT 'elsewhere', size, root, stored_root FROM fences",
        "DROP TABLE fences",
    ] {
        let case = original.case();
        case.run("fence.db", sql).await;
        case.finding(sql).await;
    }
}

#[tokio::test]
async fn a_changed_schema_is_found_after_the_rows() {
    let original = Original::make().await;
    let in_both = [
        "CREATE TABLE more (x)",
        "UPDATE _sqlx_migrations SET version = 30 WHERE version = 1",
        "UPDATE _sqlx_migrations SET description = 'other'",
        "UPDATE _sqlx_migrations SET installed_on = '2026-11-22 10:00:00'",
        "UPDATE _sqlx_migrations SET success = 0",
        "UPDATE _sqlx_migrations SET checksum = x'00'",
        "UPDATE _sqlx_migrations SET execution_time = 1",
        "DELETE FROM _sqlx_migrations",
    ];
    let in_ledger = [
        "CREATE TRIGGER quiet AFTER INSERT ON entries BEGIN DELETE FROM entries WHERE entry_index = 7; END",
        "CREATE VIEW other AS SELECT * FROM entries",
        "DROP INDEX entries_by_key",
    ];
    let in_fence = ["CREATE TRIGGER quiet AFTER UPDATE ON fences BEGIN DELETE FROM fences; END"];
    let in_ledger = in_both.into_iter().chain(in_ledger).map(|sql| (LEDGER, sql));
    let in_fence = in_both.into_iter().chain(in_fence).map(|sql| ("fence.db", sql));
    for (file, sql) in in_ledger.chain(in_fence) {
        let case = original.case();
        case.run(file, sql).await;
        let finding = case.finding(sql).await;
        assert!(is_of_structure(&finding) && finding.place.cell.file.name() == file, "{sql}: {finding}");
        assert_eq!(range(&finding), 0..=ENTRIES - 1, "{sql}: {finding}");
    }
    for sql in [
        "DROP TABLE entries",
        "DROP TABLE tiles",
        "DROP TABLE checkpoints",
        "ALTER TABLE entries RENAME COLUMN sealed TO pepper",
    ] {
        let case = original.case();
        case.run(LEDGER, sql).await;
        let finding = case.finding(sql).await;
        assert!(matches!(*finding.what, What::Unreadable { .. }), "{sql}: {finding}");
    }
    for file in [LEDGER, "fence.db"] {
        let case = original.case();
        case.run(file, "ANALYZE").await;
        let finding = case.finding("statistics").await;
        assert_eq!((&*finding.what, finding.place.cell.file.name()), (&What::Statistics, file), "{finding}");
    }
}
