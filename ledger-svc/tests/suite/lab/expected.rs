//! Where a change must be found: at the entry, or within the smallest range that what is stored can prove.

use std::ops::RangeInclusive;

use ledger_svc::audit::Finding;

use super::{
    insider::ENTRIES,
    stored_bytes::{Column, StoredRow, StoredTable},
};

/// The workspace of the log.
pub const LOG: &str = "demo";

/// Entries of a tile.
const TILE: i64 = 256;

/// Bytes of a hash.
const HASH_BYTES: i64 = 32;

/// What a finding must name.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Entries that the changed value stands for; none for what lies below all of them.
    entries: Option<RangeInclusive<u64>>,
    /// Whether nothing else may be named.
    is_exact: bool,
}

impl Expected {
    /// These entries, or some of them and others.
    pub fn around(entries: RangeInclusive<u64>) -> Self {
        Self { entries: Some(entries), is_exact: false }
    }

    /// What this one or another puts in doubt.
    pub fn or(&self, other: &Self) -> Self {
        let both = self.entries.clone().zip(other.entries.clone());
        let span = |(one, other): (RangeInclusive<u64>, RangeInclusive<u64>)| {
            *one.start().min(other.start())..=*one.end().max(other.end())
        };
        Self { entries: both.map(span), is_exact: false }
    }

    /// What a change of a whole row puts in doubt.
    pub fn of_row(bytes: &[u8], table: &StoredTable, row: &StoredRow) -> Self {
        Self { entries: entries_of(bytes, table, row), is_exact: false }
    }

    /// What a change of one byte puts in doubt: `place` counts the bytes of the value.
    pub fn of_byte(bytes: &[u8], table: &StoredTable, row: &StoredRow, column: &Column, place: usize) -> Self {
        let entries = if table.name == "tiles" && column.name == "hashes" {
            let first = first_of_tile(bytes, table, row, i64::try_from(place).expect("small") / HASH_BYTES);
            Some(first..=first)
        } else {
            entries_of(bytes, table, row)
        };
        // Under another key a row is one that is missing here and one too many there.
        let is_of_log = ["entries", "tiles", "checkpoints"].contains(&&*table.name);
        Self { entries, is_exact: is_of_log && !column.is_key }
    }

    /// Says why a finding does not name what it should; none when it does.
    pub fn misses(&self, finding: &Finding) -> Option<String> {
        let Some(expected) = &self.entries else {
            return finding.extents().is_empty().then(|| "it names no entry".to_owned());
        };
        let [named] = finding.extents() else { return Some(format!("{expected:?} of one log")) };
        let holds = named.entries.start() <= expected.end() && named.entries.end() >= expected.start();
        let is_held = if self.is_exact { named.entries == *expected } else { holds };
        (named.workspace != LOG || !is_held).then(|| format!("it is at {expected:?}"))
    }
}

/// The entries that a row stands for: its own, those below a tile, those between two checkpoints, all that a fence remembers.
fn entries_of(bytes: &[u8], table: &StoredTable, row: &StoredRow) -> Option<RangeInclusive<u64>> {
    let number = |column| table.number(bytes, row, column);
    let (first, last) = match table.name.as_str() {
        "entries" => (number("entry_index"), number("entry_index")),
        "tiles" => {
            let first = first_of_tile(bytes, table, row, 0);
            return Some(first..=(first + TILE.unsigned_abs() - 1).min(ENTRIES - 1));
        }
        "checkpoints" => (number("previous_size"), number("size") - 1),
        "fences" => (0, number("size") - 1),
        // All entries are about one subject, and sealed under its key.
        "subject_keys" | "content_keys" => return Some(0..=ENTRIES - 1),
        _ => return None,
    };
    Some(first.unsigned_abs()..=last.unsigned_abs())
}

/// The first entry below a hash of a tile; the lab's store has tiles of leaves alone.
fn first_of_tile(bytes: &[u8], table: &StoredTable, row: &StoredRow, position: i64) -> u64 {
    assert_eq!(table.number(bytes, row, "level"), 0);
    (table.number(bytes, row, "tile_index") * TILE + position).unsigned_abs()
}
