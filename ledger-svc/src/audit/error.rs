use std::path::{Path, PathBuf};

use super::{Finding, What};
use crate::{origin::OriginError, store::sqlite::primary_code};

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

/// SQLite's result codes for a file that opens and can not be read: a missing table or column, a failing disk, a damaged
/// database, something else than a database.
const DAMAGED: [u32; 4] = [1, 10, 11, 26];

/// Turns what the driver says while `file` is read into a finding where the file is to blame.
pub(super) fn unreadable(file: &Path) -> impl Fn(sqlx::Error) -> Error {
    let file = file.to_owned();
    move |source| match primary_code(&source) {
        Some(code) if DAMAGED.contains(&code) => {
            let message = source.as_database_error().map_or_else(String::new, |error| error.message().to_owned());
            Finding::of_file(What::Unreadable { file: file.clone(), message }).into()
        }
        _ => Error::File { file: file.clone(), source },
    }
}
