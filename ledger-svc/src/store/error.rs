use service_kit::database::passes;

/// Why a store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can not be opened or does not keep what it is given.
    #[error(transparent)]
    Open(#[from] service_kit::database::Error),
    /// The driver or the disk failed.
    #[error(
        "the store can not be read or written; check the disk, or the database server, then restart where the service stopped, which verifies the log's edge"
    )]
    Driver(#[from] sqlx::Error),
    /// The database of the content keys does not do what it is asked.
    #[error("the content keys can not be read or written: {trouble}")]
    ContentKeys {
        /// Which database, why, and what mends it.
        trouble: String,
        /// What the driver says, which is in `trouble` already.
        error: sqlx::Error,
    },
    /// Somebody reads an old part of a file's WAL, so that what was overwritten is still in it.
    #[error(
        "somebody keeps reading an old state of `{file}`, so that erased bytes stay in its WAL; end the reader, then restart, which finishes it"
    )]
    WalInUse {
        /// The file.
        file: &'static str,
    },
    /// A row does not read back as it was written.
    #[error("`{table}` row `{row}` has a `{column}` that was not written by this service; verify the ledger offline")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its key.
        row: String,
    },
    /// A row that must be there is not.
    #[error("`{table}` has no row `{row}`; verify the ledger offline")]
    MissingRow {
        /// The table.
        table: &'static str,
        /// The row, by its key.
        row: String,
    },
    /// A head is not where it was locked.
    #[error(
        "a head was moved under its writer's lock; find out who writes to `heads` beside the service, and verify the ledger"
    )]
    HeadMoved,
}

impl Error {
    /// Tells whether what is stored is in doubt, as against a store that does not answer now.
    pub const fn is_of_rows(&self) -> bool {
        match self {
            Self::CorruptRow { .. } | Self::MissingRow { .. } | Self::HeadMoved => true,
            Self::Open(_) | Self::Driver(_) | Self::ContentKeys { .. } | Self::WalInUse { .. } => false,
        }
    }

    /// Tells whether a server that gave this answer, or none, can be asked again: once it is back, reachable, or has room.
    ///
    /// A row that a constraint refuses is refused again: somebody else wrote what the writer did not see.
    pub fn passes(&self) -> bool {
        match self {
            Self::Driver(error) | Self::ContentKeys { error, .. } => passes(error),
            Self::Open(_) => true,
            Self::WalInUse { .. } | Self::CorruptRow { .. } | Self::MissingRow { .. } | Self::HeadMoved => false,
        }
    }
}
