//! Somebody with access to the disk: changes bytes of the files, or rows with the triggers taken off and put back.

use std::{collections::BTreeMap, fs, os::unix::fs::FileExt, path::PathBuf};

use ledger_svc::audit::{Error, Finding};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::bench::Files;

/// The files that hold the logs.
pub const FILES: [&str; 3] = ["ledger.db", "content-keys.db", "fence.db"];

/// Entries of the store: three full tiles and a part of the next.
pub const ENTRIES: u64 = 1_000;

/// Entries between two checkpoints.
pub const COMMIT: u64 = 40;

/// A ledger at rest, as it was drained, and the means to change it and to make it whole again.
pub struct Insider {
    files: Files,
    whole: BTreeMap<&'static str, Vec<u8>>,
}

impl Insider {
    /// Makes a store of [`ENTRIES`] entries through the service.
    pub async fn with_a_ledger() -> Self {
        let files = Files::new();
        let bench = files.serve().await;
        bench.fill(0, ENTRIES, usize::try_from(COMMIT).expect("small")).await;
        bench.drain().await;
        Self::over(files).await
    }

    /// Takes the files of a ledger that was drained.
    pub async fn over(files: Files) -> Self {
        let read = |name: &'static str| (name, fs::read(files.path(name)).expect("read"));
        let insider = Self { whole: FILES.into_iter().map(read).collect(), files };
        assert_eq!(insider.files.verify().await.expect("whole")[0].size, ENTRIES);
        insider
    }

    /// Works on a copy of the files, from here on apart from the first.
    pub async fn copy(&self) -> Self {
        let files = Files::new();
        for (name, bytes) in &self.whole {
            fs::write(files.path(name), bytes).expect("written");
        }
        Self::over(files).await
    }

    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Returns a whole file.
    pub fn bytes(&self, file: &str) -> &[u8] {
        &self.whole[file]
    }

    fn path(&self, file: &str) -> PathBuf {
        self.files.path(file)
    }

    /// Takes a byte for another, verifies, and puts it back.
    pub async fn verify_with_byte(&self, file: &str, offset: usize, flip: u8) -> Option<Finding> {
        let disk = fs::OpenOptions::new().write(true).open(self.path(file)).expect("it opens");
        let whole = self.whole[file][offset];
        let at = u64::try_from(offset).expect("small");
        disk.write_all_at(&[whole ^ flip], at).expect("written");
        let finding = self.finding().await;
        disk.write_all_at(&[whole], at).expect("written");
        finding
    }

    /// Runs a change, verifies, and puts everything back.
    pub async fn verify_with(&self, file: &str, change: &str) -> Option<Finding> {
        self.change(file, change).await;
        let finding = self.finding().await;
        self.make_whole();
        finding
    }

    /// Runs statements with every trigger of the file taken off before and put back after: the schema is as it was.
    pub async fn change(&self, file: &str, change: &str) {
        let mut connection = self.open(file).await;
        let triggers = sqlx::query("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'");
        let triggers = triggers.fetch_all(&mut connection).await.expect("a schema");
        let triggers: Vec<(String, String)> = triggers.iter().map(|row| (row.get(0), row.get(1))).collect();
        let off: Vec<String> = triggers.iter().map(|(name, _)| format!("DROP TRIGGER {name};")).collect();
        let back: Vec<String> = triggers.iter().map(|(_, sql)| format!("{sql};")).collect();
        let sql = format!("BEGIN; {} {change}; {} COMMIT", off.concat(), back.concat());
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap_or_else(|error| panic!("{change}: {error}"));
        connection.close().await.expect("it closes");
    }

    /// Puts all files back.
    pub fn make_whole(&self) {
        for (name, bytes) in &self.whole {
            fs::write(self.path(name), bytes).expect("written");
        }
    }

    /// Verifies what stands on the disk.
    pub async fn finding(&self) -> Option<Finding> {
        match self.files.verify().await {
            Ok(_) => None,
            Err(Error::Found(finding)) => Some(finding),
            Err(other) => panic!("it can be read: {other}"),
        }
    }

    /// Opens a file to do with it as one likes.
    pub async fn open(&self, file: &str) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path(file)).pragma("synchronous", "OFF");
        options.connect().await.expect("it opens")
    }
}
