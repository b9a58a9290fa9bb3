use std::path::Path;

use sqlx::{SqliteConnection, error::DatabaseError};

use super::Error;

/// The first SQLite without the WAL-reset bug.
pub const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

/// `PRAGMA synchronous` answers 2 for FULL and 3 for EXTRA.
const SYNCHRONOUS_FULL: i64 = 2;

/// SQLite's primary result code `SQLITE_READONLY`; the extended codes keep it in their low byte.
const SQLITE_READONLY: u32 = 8;

/// Checks that what `connection` commits to `file` survives a power loss, and that it can commit at all.
///
/// # Errors
/// Names the file, the reason and the mend when SQLite is older than [`SQLITE_VERSION_MIN`], `synchronous` is below FULL,
/// the journal is not a WAL, or the file is read-only.
pub async fn check(file: &Path, connection: &mut SqliteConnection) -> Result<(), Error> {
    let version: String = ask(file, connection, "SELECT sqlite_version()").await?;
    require_version(file, &version)?;

    let synchronous: i64 = ask(file, connection, "PRAGMA synchronous").await?;
    if synchronous < SYNCHRONOUS_FULL {
        return Err(Error::SynchronousTooWeak { file: file.to_owned(), found: synchronous });
    }

    let journal_mode: String = ask(file, connection, "PRAGMA journal_mode").await?;
    if !journal_mode.eq_ignore_ascii_case("wal") {
        return Err(Error::NotWal { file: file.to_owned(), found: journal_mode });
    }

    require_writable(file, connection).await
}

fn require_version(file: &Path, version: &str) -> Result<(), Error> {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    let mut next = || parts.next().flatten();
    let new_enough = match (next(), next(), next()) {
        (Some(major), Some(minor), Some(patch)) => (major, minor, patch) >= SQLITE_VERSION_MIN,
        _ => false,
    };
    if new_enough { Ok(()) } else { Err(Error::SqliteTooOld { file: file.to_owned(), found: version.to_owned() }) }
}

/// Begins a write and takes it back: SQLite opens a file that it may not write as read-only without a word, and says so
/// only when something is written.
async fn require_writable(file: &Path, connection: &mut SqliteConnection) -> Result<(), Error> {
    for statement in ["BEGIN IMMEDIATE", "CREATE TABLE preflight (probe)", "ROLLBACK"] {
        if let Err(source) = sqlx::raw_sql(statement).execute(&mut *connection).await {
            return Err(if is_read_only(&source) {
                Error::ReadOnly { file: file.to_owned() }
            } else {
                driver(file, source)
            });
        }
    }
    Ok(())
}

fn is_read_only(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .and_then(DatabaseError::code)
        .and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == SQLITE_READONLY)
}

async fn ask<T>(file: &Path, connection: &mut SqliteConnection, question: &'static str) -> Result<T, Error>
where
    T: for<'r> sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite> + Send + Unpin,
{
    sqlx::query_scalar(question).fetch_one(connection).await.map_err(|source| driver(file, source))
}

fn driver(file: &Path, source: sqlx::Error) -> Error {
    Error::Driver { file: file.to_owned(), source: source.into() }
}

#[cfg(test)]
mod tests {
    use sqlx::{
        ConnectOptions,
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    };

    use super::*;

    async fn checked(options: SqliteConnectOptions) -> Result<(), Error> {
        let file = options.get_filename().to_owned();
        let mut connection = options.connect().await.expect("it opens");
        check(&file, &mut connection).await
    }

    fn safe(folder: &tempfile::TempDir) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(folder.path().join("a.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
    }

    #[test]
    fn a_version_counts_by_its_numbers() {
        let file = Path::new("a.db");
        for good in ["3.51.3", "3.52.0", "3.100.0", "4.0.0"] {
            assert!(require_version(file, good).is_ok(), "{good}");
        }
        for bad in ["3.51.2", "3.9.9", "2.99.99", "", "three"] {
            let refused = require_version(file, bad);
            assert!(matches!(refused, Err(Error::SqliteTooOld { .. })), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_safe_database_passes() {
        let folder = tempfile::tempdir().expect("a folder");
        checked(safe(&folder)).await.expect("it is safe");
    }

    #[tokio::test]
    async fn synchronous_below_full_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for weak in [SqliteSynchronous::Normal, SqliteSynchronous::Off] {
            let refused = checked(safe(&folder).synchronous(weak)).await;
            assert!(matches!(refused, Err(Error::SynchronousTooWeak { .. })));
        }
    }

    #[tokio::test]
    async fn a_rollback_journal_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let refused = checked(safe(&folder).journal_mode(SqliteJournalMode::Delete)).await;
        let error = refused.expect_err("it is not a WAL");
        assert!(matches!(error, Error::NotWal { .. }));
        assert!(error.to_string().contains("journal mode `delete`"), "{error}");
    }

    #[tokio::test]
    async fn a_database_that_can_not_be_written_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        checked(safe(&folder)).await.expect("made");
        // Another connection that keeps the WAL alive, as a reader beside a writer does.
        let _beside = safe(&folder).connect().await.expect("it opens");
        let read_only = SqliteConnectOptions::new()
            .filename(folder.path().join("a.db"))
            .synchronous(SqliteSynchronous::Full)
            .read_only(true);
        let refused = checked(read_only).await;
        assert!(matches!(refused, Err(Error::ReadOnly { .. })), "{refused:?}");
    }
}
