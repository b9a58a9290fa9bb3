use service_kit::database::DriverError;

/// Why a row was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// SQLite refuses.
    #[error("SQLite refuses a statement on `sandbox.db`")]
    Driver(#[source] DriverError),
    /// A stored value does not read back as written.
    #[error("column `{column}` of table `{table}` does not read back as written in row `{row}`: restore `sandbox.db`")]
    CorruptRow {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error.into())
    }
}
