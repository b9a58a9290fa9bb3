//! Every row of every table lost, doubled, exchanged with its neighbour and moved to the end; the log cut off at every index.

use super::{
    expected::Expected,
    insider::{ENTRIES, FILES, Insider},
    stored_bytes::{StoredRow, StoredTable, tables},
    tally::{Tally, sample, seed},
};

/// Rows of each table in a sample.
const SAMPLE: usize = 24;

/// SQLite's own table of what is in the file: it can not be changed by statements like the others.
const SCHEMA: &str = "sqlite_schema";

/// A row and what finds it.
#[derive(Clone)]
struct Victim<'a> {
    table: &'a StoredTable,
    expected: Expected,
    /// The condition that finds it.
    condition: String,
    /// The columns of its key, with the values that they hold, as statements write them.
    key: Vec<(String, String)>,
}

async fn every_table(insider: &Insider) -> Vec<StoredTable> {
    let mut all = Vec::new();
    for file in FILES {
        all.extend(tables(insider, file).await.into_iter().filter(|table| table.name != SCHEMA));
    }
    let in_use = all.iter().find(|table| table.name == "subject_keys").expect("a table of the ledger");
    let number = |row| in_use.number(insider.bytes(in_use.file), row, "content_key");
    let in_use: Vec<i64> = in_use.rows.iter().map(number).collect();
    // Of a key that was drawn ahead nothing is sealed yet: that one is missing shows nowhere, and harms nobody.
    for table in all.iter_mut().filter(|table| table.name == "content_keys") {
        let rows = std::mem::take(&mut table.rows);
        let is_in_use = |row: &StoredRow| in_use.contains(&table.number(insider.bytes(table.file), row, "number"));
        table.rows = rows.into_iter().filter(is_in_use).collect();
    }
    all
}

fn victims<'a>(insider: &Insider, table: &'a StoredTable) -> Vec<Victim<'a>> {
    table.rows.iter().map(|row| victim(insider.bytes(table.file), table, row)).collect()
}

fn victim<'a>(bytes: &[u8], table: &'a StoredTable, row: &StoredRow) -> Victim<'a> {
    let keys = table.columns.iter().zip(&row.values).filter(|(column, _)| column.is_key);
    let key: Vec<(String, String)> = keys.map(|(column, value)| (column.name.clone(), value.literal(bytes))).collect();
    let condition: Vec<String> = key.iter().map(|(column, literal)| format!("{column} = {literal}")).collect();
    Victim { table, expected: Expected::of_row(bytes, table, row), condition: condition.join(" AND "), key }
}

impl Victim<'_> {
    async fn attack(&self, insider: &Insider, tally: &Tally, kind: &str, change: &str, expected: &Expected) {
        let finding = insider.verify_with(self.table.file, change).await;
        let miss = match &finding {
            None => Some(format!("{}: nothing was found", self.condition)),
            Some(finding) => expected.misses(finding).map(|why| format!("{}: {why}: {finding}", self.condition)),
        };
        tally.note(&format!("{kind} {}", self.table.name), miss);
    }

    /// The columns that are no part of the key.
    fn others(&self) -> Vec<&str> {
        self.table.columns.iter().filter(|column| !column.is_key).map(|column| column.name.as_str()).collect()
    }
}

#[tokio::test]
async fn every_lost_row_is_found() {
    let (insider, tally, seed) = (Insider::with_a_ledger().await, Tally::default(), seed());
    for table in &every_table(&insider).await {
        for victim in sample(&victims(&insider, table), SAMPLE, seed) {
            let change = format!("DELETE FROM {} WHERE {}", table.name, victim.condition);
            victim.attack(&insider, &tally, "lost from", &change, &victim.expected).await;
        }
    }
    tally.assert_all_found("row lost");
}

#[tokio::test]
async fn every_doubled_row_is_found() {
    let (insider, tally, seed) = (Insider::with_a_ledger().await, Tally::default(), seed());
    for table in &every_table(&insider).await {
        for victim in sample(&victims(&insider, table), SAMPLE, seed) {
            // Only a table without constraints takes it; that it has none is found after the rows.
            let name = &table.name;
            let change = format!(
                "CREATE TABLE loose AS SELECT * FROM {name}; DROP TABLE {name}; ALTER TABLE loose RENAME TO {name}; \
                 INSERT INTO {name} SELECT * FROM {name} WHERE {}",
                victim.condition
            );
            victim.attack(&insider, &tally, "doubled in", &change, &victim.expected).await;
        }
    }
    tally.assert_all_found("row doubled");
}

/// Exchanges what two neighbours hold, their keys aside.
#[tokio::test]
async fn every_two_neighbours_that_changed_places_are_found() {
    let (insider, tally, seed) = (Insider::with_a_ledger().await, Tally::default(), seed());
    for table in &every_table(&insider).await {
        let victims = victims(&insider, table);
        let pairs: Vec<_> = victims.iter().zip(victims.iter().skip(1)).collect();
        for (one, other) in sample(&pairs, SAMPLE, seed) {
            let columns = one.others().join(", ");
            let select =
                |victim: &Victim<'_>| format!("SELECT {columns} FROM {} WHERE {}", table.name, victim.condition);
            let put = |victim: &Victim<'_>, from: &str| {
                format!(
                    "UPDATE {} SET ({columns}) = (SELECT {columns} FROM {from}) WHERE {}",
                    table.name, victim.condition
                )
            };
            // One row is taken out meanwhile: what must be unique never stands twice.
            let change = format!(
                "CREATE TEMP TABLE one AS {}; CREATE TEMP TABLE other AS {}; DELETE FROM {table} WHERE {}; {}; \
                 INSERT INTO {table} ({keys}, {columns}) SELECT {values}, {columns} FROM other; DROP TABLE one; DROP TABLE other",
                select(one),
                select(other),
                one.condition,
                put(other, "one"),
                table = table.name,
                keys = one.key.iter().map(|(column, _)| column.as_str()).collect::<Vec<_>>().join(", "),
                values = one.key.iter().map(|(_, literal)| literal.as_str()).collect::<Vec<_>>().join(", "),
            );
            let kind = "exchanged in";
            // Which of the two is named first is the verifier's to say: the first that is wrong.
            one.attack(&insider, &tally, kind, &change, &one.expected.or(&other.expected)).await;
        }
    }
    tally.assert_all_found("neighbours exchanged");
}

#[tokio::test]
async fn every_entry_moved_to_the_end_is_found() {
    let (insider, tally, seed) = (Insider::with_a_ledger().await, Tally::default(), seed());
    for table in every_table(&insider).await.iter().filter(|table| table.has_column("entry_index")) {
        for victim in sample(&victims(&insider, table), SAMPLE, seed) {
            // The gap is left open, and closed by all that come after.
            let left = format!("UPDATE {} SET entry_index = {ENTRIES} WHERE {}", table.name, victim.condition);
            victim.attack(&insider, &tally, "moved, gap left, in", &left, &victim.expected).await;
            let (_, index) = victim.key.iter().find(|(column, _)| column == "entry_index").expect("a part of the key");
            let closed = format!(
                "{left}; UPDATE {0} SET entry_index = -entry_index WHERE entry_index > {index}; \
                 UPDATE {0} SET entry_index = -entry_index - 1 WHERE entry_index < 0",
                table.name
            );
            let last = ENTRIES - 1;
            if *index != last.to_string() {
                victim.attack(&insider, &tally, "moved, gap closed, in", &closed, &victim.expected).await;
            }
        }
    }
    tally.assert_all_found("entry moved to the end");
}

#[tokio::test]
async fn a_log_cut_off_anywhere_is_found_where_it_was_cut() {
    let (insider, tally, seed) = (Insider::with_a_ledger().await, Tally::default(), seed());
    for first_lost in sample(&(0..ENTRIES).collect::<Vec<_>>(), 2 * SAMPLE, seed) {
        let entries = format!("DELETE FROM entries WHERE entry_index >= {first_lost}");
        // Tiles and checkpoints go along: only the fence remembers.
        let tidy = format!(
            "{entries}; DELETE FROM checkpoints WHERE size > {first_lost}; \
             DELETE FROM tiles WHERE (tile_index + 1) * 256 > {first_lost}; \
             DELETE FROM subject_keys WHERE first_index >= {first_lost}"
        );
        for (kind, change) in [("entries alone", entries), ("tidily", tidy)] {
            let finding = insider.verify_with("ledger.db", &change).await;
            let miss = match &finding {
                None => Some(format!("at {first_lost}: nothing was found")),
                Some(finding) => (finding.first_index() != first_lost).then(|| format!("at {first_lost}: {finding}")),
            };
            tally.note(kind, miss);
        }
    }
    tally.assert_all_found("log cut off");
}
