//! Why a report cannot be made.

use std::io;
use std::path::{Path, PathBuf};

use polars::error::PolarsError;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The parts cannot be computed with.
    #[error("the report can not be computed from the export: verify the export again")]
    Polars(#[from] PolarsError),
    /// The export was made by another release.
    #[error(
        "`{}` has no column `{column}` as this release writes it, so that its figures can not be computed: export the log again, \
         which writes such parts anew", part.display()
    )]
    OtherRelease {
        /// The part.
        part: PathBuf,
        /// The first column that is not there, or of another type.
        column: String,
    },
    /// A file of the report cannot be written.
    #[error("`{}` can not be written: check that the folder exists, has room and belongs to this user", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The HTML template cannot be filled.
    #[error("the report can not be written as HTML")]
    Html(#[from] askama::Error),
    /// A figure is not a number that JSON can hold.
    #[error("the report can not be written as JSON")]
    Json(#[from] ledger_format::canonical_json::Error),
    /// A table cannot be written as CSV.
    #[error("table `{table}` can not be written as CSV")]
    Csv {
        /// The table.
        table: String,
        /// What the writer says.
        source: csv::Error,
    },
    /// A table cannot be written as Parquet.
    #[error("table `{table}` can not be written as Parquet")]
    Parquet {
        /// The table.
        table: String,
        /// What the writer says.
        source: PolarsError,
    },
}

impl Error {
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
