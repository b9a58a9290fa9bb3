//! Every table, every column, several rows: whatever stands in either file is changed, lost, doubled or exchanged, and must be found
//! where it is. Tables and columns are asked of the files themselves, so that what is added later is covered by being there.

use std::ops::RangeInclusive;

use countersign_api::ledger::v1::{AppendEntriesRequest, GetCheckpointRequest, PlaceLegalHoldRequest};
use ledger_svc::audit::{Extent, Finding, Reach};
use service_kit::access::Role;
use sqlx::{AssertSqlSafe, Connection, Row};

use crate::{
    bench::{Bench, Files, PARENT, content, entry},
    tamper::{Case, Original, Stored},
};

const FILES: [&str; 3] = ["ledger.db", "content-keys.db", "fence.db"];

/// Where SQLite keeps the schema: a table like any other for whoever sets `writable_schema`.
const SCHEMA: &str = "sqlite_schema";

/// Tables about contents, which hold one another: what of them, or of the entries they are about, was changed is not always to be told.
const ABOUT_CONTENTS: [&str; 4] = ["subject_keys", "legal_holds", "content_keys", "entries"];

/// Columns of which two together say what one alone does not: which of them was changed is not to be told.
const ONE_OF_SEVERAL: [(&str, &str); 4] =
    [("entries", "leaf"), ("entries", "leaf_hash"), ("entries", "content_key"), ("entries", "sealed")];

/// Sizes at which a log gets a checkpoint: one with a full tile, one without.
const CHECKPOINTS: [(&str, [u64; 3]); 2] = [("demo", [120, 240, 260]), ("other", [10, 25, 40])];

struct Table {
    file: &'static str,
    name: String,
    columns: Vec<String>,
    rows: Vec<StoredRow>,
}

/// A row, by the condition that finds it, and the entries that it stands for.
#[derive(Clone)]
struct StoredRow {
    condition: String,
    group: String,
    entries: Option<(String, RangeInclusive<u64>)>,
}

impl Table {
    fn is_about_contents(&self) -> bool {
        self.name != "entries" && ABOUT_CONTENTS.contains(&&*self.name)
    }

    /// First, middle and last row of each log, or of the table where rows are of no log.
    fn sample(&self) -> Vec<&StoredRow> {
        let mut groups: Vec<&str> = self.rows.iter().map(|row| row.group.as_str()).collect();
        groups.dedup();
        let sampled = groups.into_iter().flat_map(|group| {
            let rows: Vec<&StoredRow> = self.rows.iter().filter(|row| row.group == group).collect();
            let mut places =
                if self.name == SCHEMA { (0..rows.len()).collect() } else { vec![0, rows.len() / 2, rows.len() - 1] };
            places.dedup();
            places.into_iter().map(|place| rows[place]).collect::<Vec<_>>()
        });
        sampled.collect()
    }
}

impl StoredRow {
    /// Tells whether the entries that are named hold some that the row stands for.
    fn is_held_by(&self, finding: &Finding) -> bool {
        self.entries.as_ref().is_none_or(|(workspace, entries)| {
            let meets = |named: &RangeInclusive<u64>| named.start() <= entries.end() && named.end() >= entries.start();
            finding.extents().iter().any(|extent| extent.workspace == *workspace && meets(&extent.entries))
        })
    }
}

/// Keys that are in use: of the one candidate in each log, and of the hold in one of them.
const KEYS_IN_USE: usize = 3;

/// Two logs, each with three checkpoints; a hold stands in one of them.
async fn two_logs() -> Original {
    let files = Files::new();
    let bench = files.serve().await;
    for (workspace, sizes) in CHECKPOINTS {
        let mut from = 0;
        for to in sizes {
            // The last entry of one log places a hold.
            let is_held = workspace == "demo" && to == sizes[2];
            append(&bench, workspace, from..=to - 1 - u64::from(is_held)).await;
            if is_held {
                hold(&bench, i64::try_from(to).expect("small")).await;
            }
            from = to;
        }
    }
    bench.drain().await;
    Original::of(files).await
}

async fn hold(bench: &Bench, least_size: i64) {
    let request = PlaceLegalHoldRequest {
        parent: PARENT.to_owned(),
        request_id: "hold".to_owned(),
        subject: PARENT.to_owned(),
        reason: "an inquiry".to_owned(),
    };
    bench.eraser("humans/dora", Role::DataProtection).place_legal_hold(request).await.expect("placed");
    let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size };
    bench.relay.clone().get_checkpoint(checkpoint).await.expect("signed");
}

async fn append(bench: &Bench, workspace: &str, numbers: RangeInclusive<u64>) {
    let parent = format!("workspaces/{workspace}");
    let least_size = i64::try_from(numbers.end() + 1).expect("small");
    let entries = numbers.map(|number| entry(&format!("{workspace}/{number}"), &content(number))).collect();
    let request = AppendEntriesRequest { parent: parent.clone(), entries };
    bench.relay.clone().append_entries(request).await.expect("appended");
    bench.relay.clone().get_checkpoint(GetCheckpointRequest { parent, least_size }).await.expect("signed");
}

/// Asks both files for all that they hold.
async fn tables(original: &Original) -> Vec<Table> {
    let case = original.case();
    let mut tables = Vec::new();
    for file in FILES {
        let mut connection = case.open(file).await;
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table' UNION ALL SELECT 'sqlite_schema'";
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut connection).await.expect("names");
        for name in names {
            let columns = sqlx::query("SELECT name, pk FROM pragma_table_info(?1)").bind(&name);
            let columns = columns.fetch_all(&mut connection).await.expect("columns");
            let keys: Vec<String> =
                columns.iter().filter(|row| row.get::<i64, _>(1) > 0).map(|row| row.get(0)).collect();
            let keys = if name == SCHEMA { vec!["name".to_owned()] } else { keys };
            let condition: Vec<String> = keys.iter().map(|key| format!("'{key} = ' || quote({key})")).collect();
            let sql = format!(
                "SELECT {}, {} FROM {name} ORDER BY {}",
                condition.join(" || ' AND ' || "),
                if keys.len() > 1 { keys[0].as_str() } else { "''" },
                keys.join(", ")
            );
            let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut connection).await.expect("rows");
            let read = |(condition, group): (String, String)| StoredRow {
                entries: entries_of(&name, &condition),
                condition,
                group,
            };
            let rows: Vec<StoredRow> = rows.iter().map(|row| read((row.get(0), row.get(1)))).collect();
            assert!(!rows.is_empty(), "{name} of {file} has rows to be changed");
            let columns = columns.iter().map(|row| row.get(0)).collect();
            tables.push(Table { file, name, columns, rows });
        }
        connection.close().await.expect("it closes");
    }
    // A key that no subject has yet can be lost without loss.
    let keys = tables.iter_mut().find(|table| table.name == "content_keys").expect("the keys");
    keys.rows.truncate(KEYS_IN_USE);
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    for name in ABOUT_CONTENTS.into_iter().chain(["tiles", "checkpoints", "fences", "_sqlx_migrations", SCHEMA]) {
        assert!(names.contains(&name), "{names:?}");
    }
    tables
}

/// The entries that a row stands for: its own, those below a tile, those between two checkpoints, all that a fence remembers; none for
/// what lies below all logs.
fn entries_of(table: &str, condition: &str) -> Option<(String, RangeInclusive<u64>)> {
    let number = || condition.rsplit(' ').next().and_then(|word| word.parse::<u64>().ok()).expect("a number");
    let (workspace, sizes) =
        CHECKPOINTS.into_iter().find(|(workspace, _)| condition.contains(&format!("{workspace}'")))?;
    let entries = match table {
        "entries" => number()..=number(),
        "tiles" => 0..=255,
        "checkpoints" => {
            let before = sizes.into_iter().take_while(|size| *size < number()).last().unwrap_or(0);
            before..=number() - 1
        }
        "fences" => 0..=sizes[2] - 1,
        _ => return None,
    };
    Some((workspace.to_owned(), entries))
}

/// What lies below all logs puts every entry in doubt.
fn assert_holds(finding: &Finding, table: &Table, row: &StoredRow, about: &str) {
    if table.is_about_contents() {
        assert!(ABOUT_CONTENTS.contains(&finding.place.cell.table), "{about}: {finding}");
        return;
    }
    assert_eq!(finding.place.cell.file.name(), table.file, "{about}: {finding}");
    assert!(row.is_held_by(finding), "{about}: {finding}");
    if row.entries.is_none() {
        let named = |extent: &Extent| (extent.workspace.clone(), extent.entries.clone());
        let named: Vec<_> = finding.extents().iter().map(named).collect();
        let all = CHECKPOINTS.map(|(workspace, sizes)| (workspace.to_owned(), 0..=sizes[2] - 1));
        assert_eq!(named, all, "{about}: {finding}");
    }
}

/// A finding names the table; the column too, where one alone can be to blame.
fn assert_names(finding: &Finding, table: &Table, column: &str, about: &str) {
    if table.is_about_contents() {
        return;
    }
    assert_eq!(finding.place.cell.table, table.name, "{about}: {finding}");
    match finding.place.cell.column {
        Some(named) => assert_eq!(named, column, "{about}: {finding}"),
        None => assert!(ONE_OF_SEVERAL.contains(&(&*table.name, column)), "{about}: {finding}"),
    }
}

/// What SQLite reads from another page is found as whatever stands there, and what it can not read at all by its words.
fn assert_schema_found(finding: &Finding, column: &str, about: &str) {
    assert!(!finding.extents().is_empty(), "{about}: {finding}");
    let is_below_all = matches!(&finding.place.reach, Reach::EveryLog(extents) if extents.len() == CHECKPOINTS.len());
    assert!(is_below_all || column == "rootpage", "{about}: {finding}");
}

/// A copy with one value written; where a key or constraint forbids it, without them: then it must be found before the schema is.
async fn change(original: &Original, table: &Table, column: &str, row: &StoredRow, value: Stored) -> Case {
    let case = original.case();
    if case.try_write(table.file, &table.name, column, &row.condition, value.clone()).await.is_ok() {
        return case;
    }
    case.loosen_in(table.file, &table.name).await;
    case.write(table.file, &table.name, column, &row.condition, value).await;
    case
}

fn changed_values(stored: &Stored) -> Vec<Stored> {
    let steps = match stored {
        Stored::Integer(number) => vec![Stored::Integer(number + 1), Stored::Integer(number - 1)],
        Stored::Null | Stored::Text(_) | Stored::Blob(_) => Vec::new(),
    };
    steps.into_iter().chain(stored.flips()).chain(stored.lengths()).collect()
}

#[tokio::test]
async fn every_changed_value_is_found_where_it_stands() {
    let original = two_logs().await;
    for table in tables(&original).await {
        for column in &table.columns {
            for row in table.sample() {
                let stored = original.case().read(table.file, &table.name, column, &row.condition).await;
                for (number, value) in changed_values(&stored).into_iter().enumerate() {
                    let about = format!("{}.{column} where {}, change {number}", table.name, row.condition);
                    let case = change(&original, &table, column, row, value).await;
                    let finding = case.finding(&about).await;
                    if table.name == SCHEMA {
                        assert_schema_found(&finding, column, &about);
                        continue;
                    }
                    assert_holds(&finding, &table, row, &about);
                    assert_names(&finding, &table, column, &about);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_lost_row_is_found_where_it_stood() {
    let original = two_logs().await;
    for table in tables(&original).await {
        for row in &table.rows {
            let case = original.case();
            case.run(table.file, &format!("DELETE FROM {} WHERE {}", table.name, row.condition)).await;
            let about = format!("{} without the row where {}", table.name, row.condition);
            let finding = case.finding(&about).await;
            if table.name != SCHEMA {
                assert_holds(&finding, &table, row, &about);
            }
        }
    }
}

#[tokio::test]
async fn every_doubled_row_is_found_where_it_stands() {
    let original = two_logs().await;
    for table in tables(&original).await.into_iter().filter(|table| table.name != SCHEMA) {
        for row in table.sample() {
            let case = original.case();
            case.loosen_in(table.file, &table.name).await;
            let double = format!("INSERT INTO {0} SELECT * FROM {0} WHERE {1}", table.name, row.condition);
            case.run(table.file, &double).await;
            let about = format!("{} with the row where {} twice", table.name, row.condition);
            let finding = case.finding(&about).await;
            assert_holds(&finding, &table, row, &about);
            assert_eq!(finding.place.cell.table, table.name, "{about}: {finding}");
        }
    }
}

#[tokio::test]
async fn values_that_changed_places_are_found_at_one_of_them() {
    let original = two_logs().await;
    for table in tables(&original).await.into_iter().filter(|table| table.name != SCHEMA) {
        let sample = table.sample();
        for (position, one) in sample.iter().enumerate() {
            for other in &sample[position + 1..] {
                for column in &table.columns {
                    exchange(&original, &table, std::slice::from_ref(column), one, other).await;
                }
                exchange(&original, &table, &table.columns, one, other).await;
            }
        }
    }
}

/// Exchanges what two rows hold in some columns, their keys aside; what is the same in both can not be exchanged.
async fn exchange(original: &Original, table: &Table, columns: &[String], one: &StoredRow, other: &StoredRow) {
    let case = original.case();
    let mut changes = Vec::new();
    for column in columns.iter().filter(|column| !one.condition.contains(&format!("{column} = "))) {
        let of_one = case.read(table.file, &table.name, column, &one.condition).await;
        let of_other = case.read(table.file, &table.name, column, &other.condition).await;
        if of_one != of_other {
            changes.push((column, of_one, of_other));
        }
    }
    if changes.is_empty() {
        return;
    }
    case.loosen_in(table.file, &table.name).await;
    for (column, of_one, of_other) in changes {
        case.write(table.file, &table.name, column, &one.condition, of_other).await;
        case.write(table.file, &table.name, column, &other.condition, of_one).await;
    }
    let about = format!("{columns:?} of {} exchanged where {} and {}", table.name, one.condition, other.condition);
    let finding = case.finding(&about).await;
    assert_eq!(finding.place.cell.file.name(), table.file, "{about}: {finding}");
    assert_ne!(finding.place.cell.table, SCHEMA, "{about}: {finding}");
    assert!(one.is_held_by(&finding) || other.is_held_by(&finding), "{about}: {finding}");
}
