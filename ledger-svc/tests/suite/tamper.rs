//! A ledger at rest, and somebody with the means to change its files in any way SQLite, or an editor of bytes, allows.

use std::path::PathBuf;

use ledger_svc::audit::{self, Error, Finding, LogVerified};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::bench::{Files, ORIGIN_PREFIX, verifying_key};

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
        for name in ["ledger.db-wal", "fence.db-wal"] {
            assert!(!files.path(name).exists(), "everything is in the files themselves");
        }
        let verified = files.verify().await.expect("whole");
        assert_eq!((verified.len(), verified[0].size, verified[0].signed_size), (1, ENTRIES, ENTRIES));
        Self { files }
    }

    pub fn case(&self) -> Case {
        let folder = tempfile::tempdir().expect("a folder");
        for (from, name) in [(self.files.ledger(), "ledger.db"), (self.files.fence(), "fence.db")] {
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

    /// Runs a statement without parameters.
    pub async fn run(&self, file: &str, sql: &str) {
        let mut connection = self.open(file).await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.expect(sql);
        connection.close().await.expect("it closes");
    }

    /// Makes a table anew without types, keys and constraints, so that it takes anything.
    pub async fn loosen(&self, table: &str) {
        let sql = format!(
            "CREATE TABLE loose AS SELECT * FROM {table}; DROP TABLE {table}; ALTER TABLE loose RENAME TO {table}"
        );
        self.run("ledger.db", &sql).await;
    }

    pub async fn read(&self, file: &str, table: &str, column: &str, row: &str) -> Stored {
        let mut connection = self.open(file).await;
        let sql = format!("SELECT typeof({column}), {column}, CAST({column} AS BLOB) FROM {table} WHERE {row}");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.expect("the row");
        let stored = match found.get::<&str, _>(0) {
            "integer" => Stored::Integer(found.get(1)),
            "text" => Stored::Text(found.get(2)),
            "blob" => Stored::Blob(found.get(2)),
            other => panic!("no column holds {other}"),
        };
        connection.close().await.expect("it closes");
        stored
    }

    pub async fn write(&self, file: &str, table: &str, column: &str, row: &str, stored: Stored) {
        let mut connection = self.open(file).await;
        let cast = if matches!(stored, Stored::Text(_)) { "CAST(?1 AS TEXT)" } else { "?1" };
        let sql = format!("UPDATE {table} SET {column} = {cast} WHERE {row}");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql));
        let query = match stored {
            Stored::Integer(number) => query.bind(number),
            Stored::Text(bytes) | Stored::Blob(bytes) => query.bind(bytes),
        };
        let changed = query.execute(&mut connection).await.expect("it is taken");
        assert_eq!(changed.rows_affected(), 1, "{table}.{column} where {row}");
        connection.close().await.expect("it closes");
    }

    pub async fn verify(&self) -> Result<Vec<LogVerified>, Error> {
        audit::verify(&self.ledger(), &self.fence(), &verifying_key(), ORIGIN_PREFIX, |_| {}).await
    }

    /// Verifies, and insists that something is found.
    pub async fn finding(&self, about: &str) -> Finding {
        match self.verify().await {
            Err(Error::Found(finding)) => finding,
            other => panic!("{about}: nothing was found: {other:?}"),
        }
    }

    async fn open(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.folder.path().join(file)).pragma("synchronous", "OFF");
        options.connect().await.expect("it opens")
    }
}

impl Stored {
    /// Returns the value with one bit of one byte changed, at several positions; of a number, several bits.
    pub fn flips(&self) -> Vec<Self> {
        match self {
            Self::Integer(number) => [0, 1, 7, 8, 31, 40, 63].map(|bit| Self::Integer(number ^ (1 << bit))).to_vec(),
            Self::Text(bytes) => flip_each(bytes).into_iter().map(Self::Text).collect(),
            Self::Blob(bytes) => flip_each(bytes).into_iter().map(Self::Blob).collect(),
        }
    }

    /// Returns the value cut by a byte, and with one more.
    pub fn lengths(&self) -> Vec<Self> {
        let cut_and_grown = |bytes: &Vec<u8>| [bytes[..bytes.len() - 1].to_vec(), [bytes.as_slice(), b"x"].concat()];
        match self {
            Self::Integer(_) => Vec::new(),
            Self::Text(bytes) => cut_and_grown(bytes).map(Self::Text).to_vec(),
            Self::Blob(bytes) => cut_and_grown(bytes).map(Self::Blob).to_vec(),
        }
    }
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
