use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// What tells whether somebody worked with a SQLite file while it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stillness {
    company: Company,
    file: Written,
    wal: Written,
}

/// Length of a file and when it was last written to; none when it is not there.
type Written = Option<(u64, Option<SystemTime>)>;

/// What stands beside a SQLite file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Company {
    /// Nothing: nobody has it open.
    None,
    /// A WAL and its index: somebody has it open, or was killed while it was.
    WalAndIndex,
    /// A WAL alone: nobody has it open, as in a copy of both.
    Wal,
}

/// A SQLite file that is only read. Nothing is left beside it.
#[derive(Debug)]
pub struct ReadOnlyFile {
    /// The connection.
    pub connection: SqliteConnection,
    /// The copy that is read instead, gone with this.
    _copy: Option<tempfile::TempDir>,
}

impl Stillness {
    /// Looks at a file.
    pub(crate) fn of(file: &Path) -> Self {
        Self { company: Company::of(file), file: written(file), wal: written(&beside(file, "-wal")) }
    }

    /// Tells whether what was read since can be trusted: the file is read beside others, or there were none.
    pub(crate) fn held(&self, file: &Path) -> bool {
        self.company == Company::WalAndIndex || *self == Self::of(file)
    }
}

impl ReadOnlyFile {
    /// Opens a SQLite file to read it as it is, beside a server or without one; nothing in it is believed.
    ///
    /// While somebody has a file open, or left it after a crash, a WAL and its index stand beside it: then it is shared with them. Alone,
    /// it is opened as one that nobody changes, which makes nothing beside it and works on read-only media too. A WAL without an index
    /// could be read only by making one: a copy of both files is read instead, which takes their room in the system's folder for temporary
    /// files.
    ///
    /// # Errors
    /// When the file is missing, can not be read, or is no database.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let company = Company::of(file);
        let copy = if company == Company::Wal { Some(copy(file).await?) } else { None };
        let filename = copy.as_ref().map_or_else(|| file.to_owned(), |folder| copied(folder, file));
        let options = SqliteConnectOptions::new()
            .filename(filename)
            .read_only(true)
            .create_if_missing(false)
            .immutable(company == Company::None)
            .pragma("query_only", "ON")
            .pragma("trusted_schema", "OFF")
            .pragma("cell_size_check", "ON");
        let mut connection = options.connect().await?;
        // Opening alone touches nothing: only a read shows whether there is a database.
        sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut connection).await?;
        Ok(Self { connection, _copy: copy })
    }

    /// Lets go of the file.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

impl Company {
    fn of(file: &Path) -> Self {
        match (beside(file, "-wal").exists(), beside(file, "-shm").exists()) {
            (false, _) => Self::None,
            (true, true) => Self::WalAndIndex,
            (true, false) => Self::Wal,
        }
    }
}

/// Returns SQLite's primary result code of an error, where it has one.
pub(crate) fn primary_code(error: &sqlx::Error) -> Option<u32> {
    let code: u32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(code & 0xff)
}

async fn copy(file: &Path) -> Result<tempfile::TempDir, sqlx::Error> {
    let file = file.to_owned();
    let copied = tokio::task::spawn_blocking(move || -> io::Result<tempfile::TempDir> {
        let folder = tempfile::tempdir()?;
        let to = copied(&folder, &file);
        fs::copy(&file, &to)?;
        fs::copy(beside(&file, "-wal"), beside(&to, "-wal"))?;
        Ok(folder)
    });
    Ok(copied.await.map_err(io::Error::from)??)
}

fn copied(folder: &tempfile::TempDir, file: &Path) -> PathBuf {
    folder.path().join(file.file_name().unwrap_or_default())
}

fn beside(file: &Path, extension: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(extension);
    PathBuf::from(name)
}

fn written(file: &Path) -> Written {
    let metadata = file.metadata().ok()?;
    Some((metadata.len(), metadata.modified().ok()))
}
