//! Verified exports: the log as Parquet parts, checked entry by entry on the way, and offline at any time after.

mod atomic_file;
mod before;
mod column;
mod edit;
mod error;
mod event;
mod kept;
mod leaves;
mod manifest;
mod part_file;
mod part_size;
mod row;
mod run;
mod source;
mod verify;

pub use edit::{ValueKey, ValueKeyError};
pub use error::Error;
pub use manifest::{FORMAT_VERSION, Manifest, Part};
pub use part_size::{PART_ENTRIES, PartSize};
pub use row::FIELDS;

pub(crate) use atomic_file::write_file;
pub(crate) use row::no_rows;
pub use run::{ExportRequest, Progress, export};
pub use verify::{VerifiedExport, verify};
