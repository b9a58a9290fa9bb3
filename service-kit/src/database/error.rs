use std::path::PathBuf;

use super::{DriverError, PostgresError};

/// Why a database can not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file or its folder can not be made or reached.
    #[error("`{file}` can not be opened; check that its folder exists and belongs to this user", file = file.display())]
    File {
        /// The database file.
        file: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// SQLite refuses to open or read the file.
    #[error("`{file}` is refused by SQLite; restore it from a backup if it is damaged", file = file.display())]
    Driver {
        /// The database file.
        file: PathBuf,
        /// What SQLite says.
        source: DriverError,
    },
    /// The schema can not be brought up to date.
    #[error("the schema of `{file}` can not be brought up to date; use the release that wrote it, or a newer one", file = file.display())]
    Migration {
        /// The database file.
        file: PathBuf,
        /// Which migration fails and why.
        source: DriverError,
    },
    /// SQLite is older than the first release without the WAL-reset bug.
    #[error("`{file}` would be written by SQLite `{found}`, which can lose committed pages of a WAL; build with SQLite 3.51.3 or newer", file = file.display())]
    SqliteTooOld {
        /// The database file.
        file: PathBuf,
        /// The version of the linked SQLite.
        found: String,
    },
    /// A commit would return before it is on disk.
    #[error("`{file}` is opened with synchronous `{found}`, so that a power loss can take acknowledged writes; open it with FULL", file = file.display())]
    SynchronousTooWeak {
        /// The database file.
        file: PathBuf,
        /// The value of `PRAGMA synchronous`.
        found: i64,
    },
    /// The journal is not a WAL, as on file systems without shared memory.
    #[error("`{file}` has journal mode `{found}` instead of WAL; keep it on a local disk", file = file.display())]
    NotWal {
        /// The database file.
        file: PathBuf,
        /// The value of `PRAGMA journal_mode`.
        found: String,
    },
    /// The file can not be written to.
    #[error("`{file}` is read-only; make file and folder writable for this user", file = file.display())]
    ReadOnly {
        /// The database file.
        file: PathBuf,
    },
    /// A PostgreSQL database can not be used.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
}
