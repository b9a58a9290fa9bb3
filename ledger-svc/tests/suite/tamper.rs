//! A ledger at rest, and somebody with the means to change its files in any way SQLite, or an editor of bytes, allows.

use std::path::PathBuf;

use ledger_svc::{
    audit::{self, Error, Finding, LogVerified},
    store::LedgerPlace,
};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::bench::{Files, Lifted, ORIGIN_PREFIX, verifying_key};

/// Entries of the ledger: one full tile and a part of the next.
pub const ENTRIES: u64 = 300;

/// Entries of each commit; a checkpoint ends each.
pub const COMMIT: u64 = 20;

/// The ledger that every case begins with.
pub struct Original {
    files: Files,
}

/// A copy of it that is changed.
pub struct Case {
    folder: tempfile::TempDir,
}

/// A stored value, to be written back changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Stored {
    Null,
    Integer(i64),
    Text(Vec<u8>),
    Blob(Vec<u8>),
}

impl Original {
    pub async fn make() -> Self {
        let files = Files::new();
        let bench = files.serve().await;
        bench.fill(0, ENTRIES, usize::try_from(COMMIT).expect("small")).await;
        bench.drain().await;
        let original = Self::of(files).await;
        let verified = original.files.verify().await.expect("whole");
        assert_eq!((verified.len(), verified[0].size, verified[0].signed_size), (1, ENTRIES, ENTRIES));
        original
    }

    /// Takes a ledger that was drained.
    pub async fn of(files: Files) -> Self {
        for name in ["ledger.db-wal", "content-keys.db-wal", "fence.db-wal"] {
            assert!(!files.path(name).exists(), "everything is in the files themselves");
        }
        files.verify().await.expect("whole");
        Self { files }
    }

    pub fn case(&self) -> Case {
        let folder = tempfile::tempdir().expect("a folder");
        for (from, name) in [
            (self.files.ledger(), "ledger.db"),
            (self.files.content_keys(), "content-keys.db"),
            (self.files.fence(), "fence.db"),
        ] {
            std::fs::copy(from, folder.path().join(name)).expect("copied");
        }
        Case { folder }
    }
}

impl Case {
    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.db")
    }

    pub fn fence(&self) -> PathBuf {
        self.folder.path().join("fence.db")
    }

    pub fn place(&self) -> LedgerPlace {
        LedgerPlace::Files { ledger: self.ledger(), content_keys: self.content_keys() }
    }

    pub fn content_keys(&self) -> PathBuf {
        self.folder.path().join("content-keys.db")
    }

    /// Runs a statement without parameters.
    pub async fn run(&self, file: &str, sql: &str) {
        let mut connection = self.open(file).await;
        let lifted = lift_for(sql, &mut connection).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect(sql);
        lifted.put_back(&mut connection).await;
        connection.close().await.expect("it closes");
    }

    /// Makes a table of the ledger anew without types, keys and constraints, so that it takes anything.
    pub async fn loosen(&self, table: &str) {
        self.loosen_in("ledger.db", table).await;
    }

    /// Makes a table of a file anew without types, keys and constraints, so that it takes anything.
    pub async fn loosen_in(&self, file: &str, table: &str) {
        let sql = format!(
            "CREATE TABLE loose AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE loose RENAME TO {table}"
        );
        self.run(file, &sql).await;
    }

    pub async fn read(&self, file: &str, table: &str, column: &str, row: &str) -> Stored {
        let mut connection = self.open(file).await;
        let sql = format!("SELECT typeof({column}), {column}, CAST({column} AS BLOB) FROM {table} WHERE {row}");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.expect("the row");
        let stored = match found.get::<&str, _>(0) {
            "integer" => Stored::Integer(found.get(1)),
            "text" => Stored::Text(found.get(2)),
            "blob" => Stored::Blob(found.get(2)),
            "null" => Stored::Null,
            other => panic!("no column holds {other}"),
        };
        connection.close().await.expect("it closes");
        stored
    }

    pub async fn write(&self, file: &str, table: &str, column: &str, row: &str, stored: Stored) {
        self.try_write(file, table, column, row, stored).await.expect("it is taken");
    }

    /// Writes, unless a constraint forbids it.
    pub async fn try_write(
        &self,
        file: &str,
        table: &str,
        column: &str,
        row: &str,
        stored: Stored,
    ) -> Result<(), sqlx::Error> {
        let mut connection = self.open(file).await;
        let cast = if matches!(stored, Stored::Text(_)) { "CAST(?1 AS TEXT)" } else { "?1" };
        let sql = format!("UPDATE {table} SET {column} = {cast} WHERE {row}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()));
        let query = match stored {
            Stored::Null => query.bind(None::<i64>),
            Stored::Integer(number) => query.bind(number),
            Stored::Text(bytes) | Stored::Blob(bytes) => query.bind(bytes),
        };
        let lifted = lift_for(&sql, &mut connection).await;
        let changed = query.execute(&mut connection).await;
        lifted.put_back(&mut connection).await;
        connection.close().await.expect("it closes");
        assert_eq!(changed?.rows_affected(), 1, "{table}.{column} where {row}");
        Ok(())
    }

    pub async fn verify(&self) -> Result<Vec<LogVerified>, Error> {
        audit::verify(&self.place(), &self.fence(), &verifying_key(), ORIGIN_PREFIX, |_| {}).await
    }

    /// Verifies, and insists that something is found.
    pub async fn finding(&self, about: &str) -> Finding {
        match self.verify().await {
            Err(Error::Found(finding)) => finding,
            other => panic!("{about}: nothing was found: {other:?}"),
        }
    }

    /// Opens a file to do with it as one likes, its schema included.
    pub async fn open(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new()
            .filename(self.folder.path().join(file))
            .pragma("synchronous", "OFF")
            .pragma("writable_schema", "ON");
        options.connect().await.expect("it opens")
    }
}

impl Stored {
    /// Returns the value with one bit of one byte changed, at several positions; of a number, several bits.
    pub fn flips(&self) -> Vec<Self> {
        match self {
            Self::Null => vec![Self::Integer(1), Self::Text(b"x".to_vec()), Self::Blob(b"x".to_vec())],
            Self::Integer(number) => [0, 1, 7, 8, 31, 40, 63].map(|bit| Self::Integer(number ^ (1 << bit))).to_vec(),
            Self::Text(bytes) => flip_each(bytes).into_iter().map(Self::Text).collect(),
            Self::Blob(bytes) => flip_each(bytes).into_iter().map(Self::Blob).collect(),
        }
    }

    /// Returns the value cut by a byte, and with one more.
    pub fn lengths(&self) -> Vec<Self> {
        let cut_and_grown = |bytes: &Vec<u8>| [bytes[..bytes.len() - 1].to_vec(), [bytes.as_slice(), b"x"].concat()];
        match self {
            Self::Null | Self::Integer(_) => Vec::new(),
            Self::Text(bytes) => cut_and_grown(bytes).map(Self::Text).to_vec(),
            Self::Blob(bytes) => cut_and_grown(bytes).map(Self::Blob).to_vec(),
        }
    }
}

/// Takes the triggers away before rows are written; whoever writes to the schema itself meets none.
async fn lift_for(sql: &str, connection: &mut SqliteConnection) -> Lifted {
    if sql.contains("sqlite_schema") { Lifted::default() } else { Lifted::lift(connection).await }
}

fn flip_each(bytes: &[u8]) -> Vec<Vec<u8>> {
    let last = bytes.len() - 1;
    let mut positions = vec![0, 1, last / 3, last / 2, last];
    positions.sort_unstable();
    positions.dedup();
    let flip = |position: usize| {
        let mut changed = bytes.to_vec();
        changed[position] ^= if position.is_multiple_of(2) { 0x01 } else { 0x80 };
        changed
    };
    positions.into_iter().filter(|&position| position <= last).map(flip).collect()
}
