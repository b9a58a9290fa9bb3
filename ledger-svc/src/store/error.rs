/// Why a store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file can not be opened or does not keep what it is given.
    #[error(transparent)]
    Open(#[from] service_kit::database::Error),
    /// The driver or the disk failed.
    #[error("the store can not be read or written; check disk and file, then restart, which verifies the log's edge")]
    Driver(#[from] sqlx::Error),
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
}
