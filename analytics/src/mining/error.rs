//! Why a log for process mining cannot be written.

use std::io;
use std::path::{Path, PathBuf};

use polars::error::PolarsError;

/// Why a log for process mining cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The parts can no longer be read.
    #[error("the entries can not be read from the export: verify the export again")]
    Polars(#[from] PolarsError),
    /// The file cannot be written.
    #[error("`{}` can not be written: check that its folder exists, has room and belongs to this user", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
}

impl Error {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
