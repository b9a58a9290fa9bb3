use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{
    SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{DriverError, Error, preflight};

/// The most connections that read one database at a time.
pub const READERS_MAX: u32 = 4;

/// How long a statement waits for a lock that somebody else holds, such as a backup.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Prepared statements kept per connection; above the number of statements any store has.
const STATEMENTS_MAX: usize = 512;

/// WAL pages (4 KiB each) between checkpoints: fewer, larger checkpoints keep the second sync off most commits.
const CHECKPOINT_PAGES: &str = "4000";

/// The WAL file is cut back to this size after a checkpoint that emptied it.
const WAL_KEPT_BYTES: &str = "67108864";

/// How long whoever empties the WAL waits for somebody who still reads an old part of it.
const EMPTY_WAL_TIMEOUT: &str = "PRAGMA busy_timeout = 1000";

/// [`BUSY_TIMEOUT`] again.
const USUAL_TIMEOUT: &str = "PRAGMA busy_timeout = 10000";

/// The writer's page cache, in KiB (negative by SQLite's convention).
const WRITER_CACHE: &str = "-32768";

/// Each reader's page cache, in KiB (negative by SQLite's convention).
const READER_CACHE: &str = "-8192";

/// One SQLite file: a single connection that writes and several that only read.
///
/// There is no memory map: an I/O error under one ends the process with a signal instead of an answer.
#[derive(Debug, Clone)]
pub struct SqliteDatabase {
    /// The one connection that writes.
    pub writer: SqlitePool,
    /// Connections that refuse to write.
    pub readers: SqlitePool,
    file: PathBuf,
}

impl SqliteDatabase {
    /// Opens `file`, makes it with mode 0600 when it is missing, checks it and brings its schema up to date.
    ///
    /// A crash here leaves an empty file or a schema at one of its migrations: the next start goes on from there.
    ///
    /// # Errors
    /// See [`Error`]; each names the file, the reason and the mend.
    pub async fn open(file: &Path, migrations: &Migrator) -> Result<Self, Error> {
        make_private(file).map_err(|source| Error::File { file: file.to_owned(), source })?;
        if is_marked_read_only(file) {
            return Err(Error::ReadOnly { file: file.to_owned() });
        }

        let driver = |source: sqlx::Error| Error::Driver { file: file.to_owned(), source: source.into() };
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .min_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
            .connect_with(writing(file))
            .await
            .map_err(driver)?;
        let mut connection = writer.acquire().await.map_err(driver)?;
        preflight::check(file, &mut connection).await?;
        drop(connection);
        migrations
            .run(&writer)
            .await
            .map_err(|source| Error::Migration { file: file.to_owned(), source: sqlx::Error::from(source).into() })?;

        let readers = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .test_before_acquire(false)
            .connect_with(reading(file))
            .await
            .map_err(driver)?;
        Ok(Self { writer, readers, file: file.to_owned() })
    }

    /// Returns the database file.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Writes the WAL back into the database file and closes all connections.
    ///
    /// When nobody else has the file open, it is left alone: without a WAL and shared memory beside it. A crash here leaves
    /// the WAL, from which the next start goes on.
    pub async fn close(&self) {
        self.readers.close().await;
        if !self.writer.is_closed() {
            let file = self.file.display();
            match self.empty_wal().await.map_err(DriverError::from) {
                Ok(true) => {}
                Ok(false) => {
                    tracing::warn!(%file, "somebody reads an old part of the WAL; copy it with the file, or neither");
                }
                Err(error) => {
                    tracing::error!(%file, %error, "the WAL can not be emptied; the next start goes on from it");
                }
            }
        }
        self.writer.close().await;
    }

    /// Empties the WAL, also while others have the file open; false when somebody reads an old part of it.
    async fn empty_wal(&self) -> Result<bool, sqlx::Error> {
        empty_wal(&mut *self.writer.acquire().await?).await
    }
}

/// Writes the WAL of a writing connection back into its file and cuts it to nothing: what was overwritten is in neither any more.
///
/// Returns false when somebody reads an old part of it for longer than a second; then it is for the caller to try again.
///
/// # Errors
/// What the driver says.
pub async fn empty_wal(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    sqlx::query(EMPTY_WAL_TIMEOUT).execute(&mut *connection).await?;
    let emptied = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&mut *connection).await;
    sqlx::query(USUAL_TIMEOUT).execute(connection).await?;
    let (is_busy, _, _): (bool, i64, i64) = emptied?;
    Ok(!is_busy)
}

fn writing(file: &Path) -> SqliteConnectOptions {
    every_connection(file)
        .synchronous(SqliteSynchronous::Full)
        .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
        .pragma("journal_size_limit", WAL_KEPT_BYTES)
        // What is deleted or overwritten is gone from the file, not only out of reach.
        .pragma("secure_delete", "ON")
        .pragma("cache_size", WRITER_CACHE)
}

fn reading(file: &Path) -> SqliteConnectOptions {
    every_connection(file)
        .synchronous(SqliteSynchronous::Full)
        .pragma("query_only", "ON")
        .pragma("cache_size", READER_CACHE)
}

fn every_connection(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Wal)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .statement_cache_capacity(STATEMENTS_MAX)
        .pragma("temp_store", "MEMORY")
        .pragma("trusted_schema", "OFF")
        .pragma("cell_size_check", "ON")
}

/// Makes the file before SQLite does: SQLite would take the process's umask, and gives WAL and shared memory the mode of
/// the database file.
fn make_private(file: &Path) -> io::Result<()> {
    let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
    match made {
        Ok(_) => sync_folder_of(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn sync_folder_of(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) if folder != Path::new("") => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Honours the mode bits even for a user whom they do not bind.
fn is_marked_read_only(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.permissions().readonly())
}

#[cfg(test)]
mod tests {
    use std::{borrow::Cow, fs, os::unix::fs::PermissionsExt};

    use sqlx::migrate::{Migration, MigrationType};

    use super::*;

    fn migrations() -> Migrator {
        let sql = sqlx::SqlSafeStr::into_sql_str("CREATE TABLE notes (text TEXT NOT NULL) STRICT");
        Migrator::with_migrations(vec![Migration::new(1, Cow::Borrowed("notes"), MigrationType::Simple, sql, false)])
    }

    #[tokio::test]
    async fn a_new_database_is_private_and_keeps_what_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        let database = SqliteDatabase::open(&file, &migrations()).await.expect("it opens");
        sqlx::query("INSERT INTO notes (text) VALUES (?)")
            .bind("kept")
            .execute(&database.writer)
            .await
            .expect("it writes");
        for name in ["notes.db", "notes.db-wal", "notes.db-shm"] {
            let mode = fs::metadata(folder.path().join(name)).expect(name).permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        database.close().await;

        let again = SqliteDatabase::open(&file, &migrations()).await.expect("it opens again");
        let text: String =
            sqlx::query_scalar("SELECT text FROM notes").fetch_one(&again.readers).await.expect("it reads");
        assert_eq!(text, "kept");
    }

    async fn with_notes(file: &Path, count: i64) -> SqliteDatabase {
        let database = SqliteDatabase::open(file, &migrations()).await.expect("it opens");
        sqlx::query(
            "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
             INSERT INTO notes (text) SELECT 'note ' || i FROM n",
        )
        .bind(count)
        .execute(&database.writer)
        .await
        .expect("it writes");
        database
    }

    async fn tables(database: &SqliteDatabase) -> Vec<String> {
        sqlx::query_scalar("SELECT name FROM sqlite_schema ORDER BY name")
            .fetch_all(&database.readers)
            .await
            .expect("it reads")
    }

    #[tokio::test]
    async fn a_closed_database_is_one_file_and_holds_only_what_its_schema_names() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        let database = with_notes(&file, 1_000).await;
        // An index and a query that uses it are what makes SQLite's planner want statistics.
        sqlx::query("CREATE INDEX by_text ON notes (text)").execute(&database.writer).await.expect("made");
        let found: i64 = sqlx::query_scalar("SELECT count(*) FROM notes WHERE text = 'note 7'")
            .fetch_one(&database.writer)
            .await
            .expect("it reads");
        assert_eq!(found, 1);
        let before = tables(&database).await;
        database.close().await;

        let left: Vec<_> =
            fs::read_dir(folder.path()).expect("readable").map(|entry| entry.expect("readable").file_name()).collect();
        assert_eq!(left, ["notes.db"]);
        let again = SqliteDatabase::open(&file, &migrations()).await.expect("it opens again");
        assert_eq!(tables(&again).await, before);
    }

    #[tokio::test]
    async fn a_close_empties_the_wal_also_beside_somebody_who_has_the_file_open() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        let database = with_notes(&file, 1_000).await;
        let beside = SqliteDatabase::open(&file, &migrations()).await.expect("it opens beside");
        assert!(fs::metadata(folder.path().join("notes.db-wal")).expect("a WAL").len() > 0);
        database.close().await;
        assert_eq!(fs::metadata(folder.path().join("notes.db-wal")).expect("a WAL").len(), 0);
        beside.close().await;
    }

    #[tokio::test]
    async fn readers_can_not_write() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = SqliteDatabase::open(&folder.path().join("notes.db"), &migrations()).await.expect("it opens");
        let refused = sqlx::query("INSERT INTO notes (text) VALUES ('no')")
            .execute(&database.readers)
            .await
            .expect_err("readers only read");
        assert!(refused.to_string().contains("readonly"), "{refused}");
    }

    #[tokio::test]
    async fn a_file_marked_read_only_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        SqliteDatabase::open(&file, &migrations()).await.expect("made").close().await;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).expect("its owner may");

        let refused = SqliteDatabase::open(&file, &migrations()).await.expect_err("read-only");
        assert!(matches!(refused, Error::ReadOnly { .. }));
        assert!(refused.to_string().contains("notes.db` is read-only"), "{refused}");
    }

    #[tokio::test]
    async fn a_file_that_is_no_database_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("notes.db");
        fs::write(&file, "not a database, though long enough to be mistaken for one".repeat(64)).expect("written");
        let refused = SqliteDatabase::open(&file, &migrations()).await.expect_err("no database");
        assert!(matches!(refused, Error::Driver { .. }), "{refused:?}");
        assert!(refused.to_string().contains("notes.db` is refused"), "{refused}");
    }

    #[tokio::test]
    async fn a_missing_folder_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("none").join("notes.db");
        let refused = SqliteDatabase::open(&file, &migrations()).await.expect_err("no folder");
        assert!(matches!(refused, Error::File { .. }), "{refused:?}");
    }
}
