//! CSV rows that know where they stand: the line a person finds them at, and the hash of their bytes.

use csv::{ByteRecord, ReaderBuilder};
use ledger_format::{Hash, sha256};

use crate::propose::BrokenRow;

/// The most bytes that one cell may have: an id or name that is longer is none, and the services take ids of up to 256 bytes.
pub const CELL_MAX_BYTES: usize = 200;

/// Why no row of a file is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnusableTable {
    /// It is empty.
    #[error("`{file}` line 1 has no column names; export it with its head line")]
    NoHead {
        /// The file.
        file: &'static str,
    },
    /// A column is missing.
    #[error("`{file}` line 1 has no column `{column}`; export it with all of its columns")]
    NoColumn {
        /// The file.
        file: &'static str,
        /// The column.
        column: &'static str,
    },
    /// A column is there more than once.
    #[error("`{file}` line 1 has the column `{column}` more than once; leave one of them")]
    ColumnTwice {
        /// The file.
        file: &'static str,
        /// The column.
        column: &'static str,
    },
}

/// The cells of one row that were asked for, in that order, as they were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<const N: usize> {
    /// Where it stands.
    pub place: RowPlace,
    /// The cells.
    pub cells: [String; N],
}

/// Where a row stands, and what it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowPlace {
    /// The file.
    pub file: &'static str,
    /// The line, from 1; the line of column names counts.
    pub line: u64,
    /// SHA-256 of the row's bytes without the line break.
    pub content_sha256: Hash,
}

impl RowPlace {
    /// Says that this row cannot be used because of one of its cells.
    pub fn broken(&self, column: &str, reason: impl Into<String>) -> BrokenRow {
        BrokenRow {
            file: self.file.to_owned(),
            line: self.line,
            column: Some(column.to_owned()),
            reason: reason.into(),
        }
    }
}

/// Reads the columns that are asked for out of a CSV file with a head line; others are left alone.
///
/// Rows that are no rows of this table come as [`BrokenRow`].
///
/// # Errors
/// [`UnusableTable`] when the head line has not these columns once each.
pub fn read_table<const N: usize>(
    file: &'static str,
    bytes: &[u8],
    columns: [&'static str; N],
) -> Result<Vec<Result<Row<N>, BrokenRow>>, UnusableTable> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(bytes);
    // Reading from memory cannot fail, and without UTF-8 and equal lengths asked for, nothing else can.
    let head = reader.byte_headers().cloned().unwrap_or_default();
    if head.iter().all(|name| name.trim_ascii().is_empty()) {
        return Err(UnusableTable::NoHead { file });
    }
    let mut positions = [0; N];
    for (position, column) in positions.iter_mut().zip(columns) {
        *position = only_position(file, &head, column)?;
    }
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(bytes.len());
        let place = place_of(file, bytes, &record, end);
        rows.push(read_row(place, &record, head.len(), columns, positions));
    }
    Ok(rows)
}

fn only_position(file: &'static str, head: &ByteRecord, column: &'static str) -> Result<usize, UnusableTable> {
    let mut found = head.iter().enumerate().filter(|(_, name)| name.trim_ascii() == column.as_bytes());
    match (found.next(), found.next()) {
        (None, _) => Err(UnusableTable::NoColumn { file, column }),
        (Some((position, _)), None) => Ok(position),
        (Some(_), Some(_)) => Err(UnusableTable::ColumnTwice { file, column }),
    }
}

fn place_of(file: &'static str, bytes: &[u8], record: &ByteRecord, end: usize) -> RowPlace {
    let position = record.position();
    let mut start = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let mut line = position.map_or(1, csv::Position::line);
    // The reader counts line breaks before a row, such as those of blank lines, to the row.
    while let Some(byte @ (b'\r' | b'\n')) = bytes.get(start) {
        line += u64::from(*byte == b'\n');
        start += 1;
    }
    let row = bytes.get(start..end).unwrap_or_default();
    let content = row.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(&[][..], |last| &row[..=last]);
    RowPlace { file, line, content_sha256: sha256(&[content]) }
}

fn read_row<const N: usize>(
    place: RowPlace,
    record: &ByteRecord,
    width: usize,
    columns: [&'static str; N],
    positions: [usize; N],
) -> Result<Row<N>, BrokenRow> {
    if record.len() != width {
        let reason = format!("it has `{}` cells, the head line has `{width}`", record.len());
        return Err(BrokenRow { file: place.file.to_owned(), line: place.line, column: None, reason });
    }
    let mut cells = std::array::from_fn(|_| String::new());
    for ((cell, column), position) in cells.iter_mut().zip(columns).zip(positions) {
        let bytes = record.get(position).unwrap_or_default();
        if bytes.len() > CELL_MAX_BYTES {
            let reason = format!("it has `{}` bytes, `{CELL_MAX_BYTES}` are allowed", bytes.len());
            return Err(place.broken(column, reason));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => text.clone_into(cell),
            Err(_) => return Err(place.broken(column, "it is not UTF-8; export it in that encoding")),
        }
    }
    Ok(Row { place, cells })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<Row<2>, BrokenRow>> {
        read_table("deals.csv", text.as_bytes(), ["id", "name"]).expect("a table")
    }

    fn lines(rows: &[Result<Row<2>, BrokenRow>]) -> Vec<u64> {
        rows.iter().map(|row| row.as_ref().map_or_else(|broken| broken.line, |row| row.place.line)).collect()
    }

    #[test]
    fn columns_are_found_by_name_wherever_they_stand() {
        let rows = read("size,name,id\n7,Ann,D1\n");
        let row = rows[0].as_ref().expect("a row");
        assert_eq!(row.cells, ["D1", "Ann"]);
        assert_eq!(row.place.content_sha256, sha256(&[b"7,Ann,D1"]));
    }

    #[test]
    fn a_row_is_found_at_the_line_an_editor_shows() {
        let plain = "id,name\nD1,a\n\nD2,\"two\nlines\"\nD3,c";
        assert_eq!(lines(&read(plain)), [2, 4, 6]);
        assert_eq!(lines(&read(&plain.replace('\n', "\r\n"))), [2, 4, 6]);
        assert_eq!(lines(&read(&format!("\u{feff}{plain}\n\n"))), [2, 4, 6]);
    }

    #[test]
    fn the_hash_is_of_the_rows_own_bytes_whatever_ends_the_line() {
        let hash = |text: &str| read(text)[1].as_ref().expect("a row").place.content_sha256;
        assert_eq!(hash("id,name\nD1,a\nD2,\"b, c\"\nD3,d\n"), sha256(&[b"D2,\"b, c\""]));
        assert_eq!(hash("id,name\r\nD1,a\r\n\r\nD2,\"b, c\"\r\n"), sha256(&[b"D2,\"b, c\""]));
        assert_eq!(hash("id,name\nD1,a\nD2,\"b, c\""), sha256(&[b"D2,\"b, c\""]));
    }

    #[test]
    fn a_row_that_is_none_is_named_and_the_others_are_read() {
        let long = "x".repeat(CELL_MAX_BYTES + 1);
        let rows = read(&format!("id,name\nD1\nD2,{long}\nD3,{}\n", &long[1..]));
        let reason = |row: usize| rows[row].as_ref().expect_err("broken").to_string();
        assert_eq!(reason(0), "deals.csv line 2: it has `1` cells, the head line has `2`");
        assert_eq!(reason(1), "deals.csv line 3, column `name`: it has `201` bytes, `200` are allowed");
        assert!(rows[2].is_ok());
    }

    #[test]
    fn bytes_that_are_no_text_break_their_row_alone() {
        let rows = read_table("deals.csv", b"id,name\nD1,\xff\nD2,b\n", ["id", "name"]).expect("a table");
        assert!(rows[0].as_ref().expect_err("no text").to_string().contains("line 2, column `name`: it is not UTF-8"));
        assert!(rows[1].is_ok());
    }

    #[test]
    fn a_head_line_without_a_column_refuses_the_file() {
        let refused = |text: &str| read_table("deals.csv", text.as_bytes(), ["id", "name"]).expect_err("no table");
        assert_eq!(refused(""), UnusableTable::NoHead { file: "deals.csv" });
        assert_eq!(refused("id,nam\n"), UnusableTable::NoColumn { file: "deals.csv", column: "name" });
        assert_eq!(refused("id,name,id\n"), UnusableTable::ColumnTwice { file: "deals.csv", column: "id" });
    }
}
