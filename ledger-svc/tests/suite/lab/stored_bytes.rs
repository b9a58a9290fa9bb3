//! Where SQLite keeps each byte of each stored value, read from its file format: <https://sqlite.org/fileformat2.html>.
//!
//! A byte changed there is changed as by somebody with an editor: no statement runs, no trigger fires, no index is told.

use sqlx::Row;

use super::insider::Insider;

/// A stored value: where its bytes stand in the file, in order.
#[derive(Debug, Clone)]
pub struct Value {
    pub offsets: Vec<usize>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Null,
    /// A number that the row's header says, without a byte of its own.
    Constant(i64),
    Integer,
    /// A number that stands as the row's id, for a key that SQLite keeps there.
    RowId(i64),
    Real,
    Text,
    Blob,
}

/// A row of a table, its values in the order of its columns.
#[derive(Debug, Clone)]
pub struct StoredRow {
    pub values: Vec<Value>,
}

/// A table of a file and everything in it.
#[derive(Debug, Clone)]
pub struct StoredTable {
    pub file: &'static str,
    pub name: String,
    pub columns: Vec<Column>,
    pub rows: Vec<StoredRow>,
}

#[derive(Debug, Clone)]
pub struct Column {
    pub name: String,
    /// Whether it is part of the key that finds a row.
    pub is_key: bool,
}

impl StoredTable {
    /// Returns the number that a row has in a column.
    pub fn number(&self, bytes: &[u8], row: &StoredRow, column: &str) -> i64 {
        let position = self.columns.iter().position(|found| found.name == column).expect("a column of the table");
        row.values[position].number(bytes)
    }

    pub fn has_column(&self, column: &str) -> bool {
        self.columns.iter().any(|found| found.name == column)
    }
}

impl Value {
    /// Writes the value as a statement does.
    pub fn literal(&self, bytes: &[u8]) -> String {
        let stored: Vec<u8> = self.offsets.iter().map(|&offset| bytes[offset]).collect();
        match self.kind {
            Kind::Null => "NULL".to_owned(),
            Kind::Constant(_) | Kind::RowId(_) | Kind::Integer => self.number(bytes).to_string(),
            Kind::Text => format!("CAST(x'{}' AS TEXT)", hex::encode(stored)),
            Kind::Blob => format!("x'{}'", hex::encode(stored)),
            Kind::Real => unreachable!("no key is a floating-point number"),
        }
    }

    fn number(&self, bytes: &[u8]) -> i64 {
        match self.kind {
            Kind::Constant(number) | Kind::RowId(number) => number,
            Kind::Integer => {
                let sign = if bytes[self.offsets[0]] & 0x80 == 0 { 0 } else { -1 };
                self.offsets.iter().fold(sign, |number, &offset| (number << 8) | i64::from(bytes[offset]))
            }
            other => panic!("a number, not {other:?}"),
        }
    }
}

/// Reads every table of a file, the schema's own included.
pub async fn tables(insider: &Insider, file: &'static str) -> Vec<StoredTable> {
    let bytes = insider.bytes(file);
    let pages = Pages::new(bytes);
    let mut connection = insider.open(file).await;
    let schema =
        "SELECT name, rootpage, sql FROM sqlite_schema WHERE type = 'table' UNION ALL SELECT 'sqlite_schema', 1, ''";
    let found = sqlx::query(schema).fetch_all(&mut connection).await.expect("a schema");
    let mut tables = Vec::new();
    for table in found {
        let (name, root, sql): (String, i64, String) = (table.get(0), table.get(1), table.get(2));
        let columns = sqlx::query("SELECT name, pk, type FROM pragma_table_info(?1)").bind(&name);
        let columns = columns.fetch_all(&mut connection).await.expect("columns");
        let mut columns: Vec<(String, i64, String)> =
            columns.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect();
        let is_clustered = sql.to_uppercase().contains("WITHOUT ROWID");
        if is_clustered {
            // The key's columns come first in the record.
            columns.sort_by_key(|(_, key, _)| if *key > 0 { *key } else { i64::MAX });
        }
        let keys = columns.iter().filter(|(_, key, _)| *key > 0).count();
        let alias =
            columns.iter().position(|(_, key, kind)| *key > 0 && keys == 1 && kind == "INTEGER" && !is_clustered);
        let rows = pages.records(usize::try_from(root).expect("a page"), alias);
        let columns: Vec<Column> = columns.into_iter().map(|(name, key, _)| Column { name, is_key: key > 0 }).collect();
        let table = StoredTable { file, name, columns, rows };
        assert_is_whole(&mut connection, &table).await;
        tables.push(table);
    }
    sqlx::Connection::close(connection).await.expect("it closes");
    tables
}

/// Asks SQLite how many rows and bytes there are: none was overlooked.
async fn assert_is_whole(connection: &mut sqlx::SqliteConnection, table: &StoredTable) {
    for (position, column) in table.columns.iter().enumerate() {
        let (name, column) = (&table.name, &column.name);
        let sql = format!(
            "SELECT count(*), coalesce(sum(CASE WHEN typeof({column}) IN ('text', 'blob') \
             THEN length(CAST({column} AS BLOB)) END), 0) FROM {name}"
        );
        let said = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *connection).await.expect("counted");
        let values = table.rows.iter().map(|row| &row.values[position]);
        let long = values.filter(|value| matches!(value.kind, Kind::Text | Kind::Blob));
        let found: usize = long.map(|value| value.offsets.len()).sum();
        let said: (i64, i64) = (said.get(0), said.get(1));
        assert_eq!(said, (as_i64(table.rows.len()), as_i64(found)), "{name}.{column}");
    }
}

fn as_i64(count: usize) -> i64 {
    i64::try_from(count).expect("small")
}

/// The pages of a file.
struct Pages<'a> {
    bytes: &'a [u8],
    page_bytes: usize,
    usable_bytes: usize,
}

/// Kinds of b-tree pages.
const INDEX_INTERIOR: u8 = 2;
const TABLE_INTERIOR: u8 = 5;
const INDEX_LEAF: u8 = 10;
const TABLE_LEAF: u8 = 13;

impl<'a> Pages<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let page_bytes = match be(&bytes[16..18]) {
            1 => 65_536,
            bytes => bytes,
        };
        Self { bytes, page_bytes, usable_bytes: page_bytes - usize::from(bytes[20]) }
    }

    /// Reads the records below a page, in their order.
    fn records(&self, page: usize, alias: Option<usize>) -> Vec<StoredRow> {
        let start = (page - 1) * self.page_bytes;
        let header = start + if page == 1 { 100 } else { 0 };
        let kind = self.bytes[header];
        let cells = be(&self.bytes[header + 3..header + 5]);
        let is_interior = matches!(kind, INDEX_INTERIOR | TABLE_INTERIOR);
        let pointers = header + if is_interior { 12 } else { 8 };
        let mut rows = Vec::new();
        for cell in 0..cells {
            let mut at = start + be(&self.bytes[pointers + 2 * cell..pointers + 2 * cell + 2]);
            if is_interior {
                rows.extend(self.records(be(&self.bytes[at..at + 4]), alias));
                at += 4;
            }
            if kind == TABLE_INTERIOR {
                continue;
            }
            let payload_bytes = self.varint(&mut at);
            let before = at;
            let row_id = if kind == TABLE_LEAF { self.varint(&mut at) } else { 0 };
            let id_bytes = before..at;
            let mut row = self.record(&self.payload(at, payload_bytes, kind));
            if let Some(alias) = alias {
                let kind = Kind::RowId(i64::try_from(row_id).expect("small"));
                row.values[alias] = Value { kind, offsets: id_bytes.collect() };
            }
            rows.push(row);
        }
        if is_interior {
            rows.extend(self.records(be(&self.bytes[header + 8..header + 12]), alias));
        }
        rows
    }

    /// Returns where each byte of a payload stands, overflow pages included.
    fn payload(&self, at: usize, length: usize, kind: u8) -> Vec<usize> {
        let usable = self.usable_bytes;
        let most = if kind == TABLE_LEAF { usable - 35 } else { (usable - 12) * 64 / 255 - 23 };
        let least = (usable - 12) * 32 / 255 - 23;
        let local = if length <= most {
            length
        } else {
            let fitting = least + (length - least) % (usable - 4);
            if fitting <= most { fitting } else { least }
        };
        assert!(matches!(kind, TABLE_LEAF | INDEX_LEAF | INDEX_INTERIOR), "a page of cells with payloads");
        let mut offsets: Vec<usize> = (at..at + local).collect();
        let mut next = if local < length { be(&self.bytes[at + local..at + local + 4]) } else { 0 };
        while offsets.len() < length {
            let start = (next - 1) * self.page_bytes;
            let piece = (length - offsets.len()).min(usable - 4);
            offsets.extend(start + 4..start + 4 + piece);
            next = be(&self.bytes[start..start + 4]);
        }
        offsets
    }

    fn record(&self, payload: &[usize]) -> StoredRow {
        let mut at = 0;
        let header_bytes = self.varint_at(payload, &mut at);
        let mut body = header_bytes;
        let mut values = Vec::new();
        while at < header_bytes {
            let (kind, length) = kind_of(self.varint_at(payload, &mut at));
            values.push(Value { kind, offsets: payload[body..body + length].to_vec() });
            body += length;
        }
        StoredRow { values }
    }

    fn varint(&self, at: &mut usize) -> usize {
        let bytes: Vec<usize> = (*at..(*at + 9).min(self.bytes.len())).collect();
        let mut read = 0;
        let number = self.varint_at(&bytes, &mut read);
        *at += read;
        number
    }

    fn varint_at(&self, offsets: &[usize], at: &mut usize) -> usize {
        let mut number = 0;
        for position in 0..9 {
            let byte = usize::from(self.bytes[offsets[*at]]);
            *at += 1;
            if position == 8 {
                return (number << 8) | byte;
            }
            number = (number << 7) | (byte & 0x7f);
            if byte & 0x80 == 0 {
                return number;
            }
        }
        unreachable!("a varint has nine bytes at most")
    }
}

fn kind_of(serial: usize) -> (Kind, usize) {
    match serial {
        0 => (Kind::Null, 0),
        1..=4 => (Kind::Integer, serial),
        5 => (Kind::Integer, 6),
        6 => (Kind::Integer, 8),
        7 => (Kind::Real, 8),
        8 => (Kind::Constant(0), 0),
        9 => (Kind::Constant(1), 0),
        _ if serial.is_multiple_of(2) => (Kind::Blob, (serial - 12) / 2),
        _ => (Kind::Text, (serial - 13) / 2),
    }
}

fn be(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |number, &byte| (number << 8) | usize::from(byte))
}
