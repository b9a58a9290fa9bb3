use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};

/// What tells whether somebody worked with a SQLite file while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stillness {
    has_wal: bool,
    bytes: Option<u64>,
    modified_at: Option<SystemTime>,
}

impl Stillness {
    /// Looks at a file.
    pub(crate) fn of(file: &Path) -> Self {
        let metadata = file.metadata().ok();
        Self {
            has_wal: has_wal(file),
            bytes: metadata.as_ref().map(std::fs::Metadata::len),
            modified_at: metadata.and_then(|metadata| metadata.modified().ok()),
        }
    }

    /// Tells whether what was read since can be trusted: the file is read beside others, or there were none.
    pub(crate) fn held(&self, file: &Path) -> bool {
        self.has_wal || *self == Self::of(file)
    }
}

/// Opens a SQLite file to read it as it is, beside a server or without one; nothing in it is believed.
///
/// While somebody has a file open, or left it after a crash, its WAL stands beside it: then it is shared with them. Otherwise it is
/// opened as one that nobody changes, which leaves nothing beside it and works on read-only media too.
///
/// # Errors
/// When the file is missing, can not be read, or is no database.
pub async fn open_read_only(file: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .read_only(true)
        .create_if_missing(false)
        .immutable(!has_wal(file))
        .pragma("query_only", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON");
    let mut connection = options.connect().await?;
    // Opening alone touches nothing: only a read shows whether there is a database.
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
    Ok(connection)
}

/// Returns SQLite's primary result code of an error, where it has one.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

fn has_wal(file: &Path) -> bool {
    let mut name = file.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name).exists()
}
