use std::path::PathBuf;

use super::Finding;
use crate::origin::OriginError;

/// Why a ledger was not verified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something in the files is not as it was written.
    #[error(transparent)]
    Found(#[from] Finding),
    /// A file can not be opened or read at all.
    #[error("`{file}` can not be read; check that it is there, may be read by this user, and is not locked", file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The prefix can not stand in an origin.
    #[error(transparent)]
    Origin(#[from] OriginError),
}
