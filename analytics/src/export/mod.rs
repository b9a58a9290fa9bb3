//! Verified exports: the log as Parquet parts, checked entry by entry on the way, and offline at any time after.

mod before;
mod beginning;
mod column;
mod contents;
mod contents_file;
mod disguise;
mod edit;
mod erasures;
mod error;
mod event;
mod export_key;
mod follow;
mod journal;
mod kept;
mod leaves;
mod manifest;
mod part_edge;
mod part_file;
mod part_name;
mod part_size;
mod private_file;
mod remembered;
mod row;
mod run;
mod signature;
mod source;
mod standing;
mod verify;
mod words;
mod writer;

pub use contents::{OpenContent, Opened, OpenedContents};
pub use contents_file::CONTENTS_FIELDS;
pub use error::Error;
pub use export_key::{EXPORT_KEY_NAME, ExportKey, ExportKeyError};
pub use follow::{Followed, follow};
pub use journal::JournalError;
pub use manifest::{ContentsFile, FORMAT_VERSION, Manifest, Part, Previous};
pub use part_size::{PART_ENTRIES, PartSize};
pub use remembered::Remembered;
pub use row::{FIELDS, Field};
pub use run::{Contents, ExportRequest, Progress, export};
pub use signature::SignatureError;
pub use standing::NotOurs;
pub use verify::{Pinned, VerifiedExport, verify};

pub(crate) use beginning::began_at;
#[cfg(test)]
pub(crate) use edit::{Edit, generalize};
pub(crate) use edit::{Span, Wording};
pub(crate) use erasures::Erasures;
pub(crate) use private_file::{Draft, make_folder, write_file};
pub(crate) use row::no_rows;
pub(crate) use words::words_of;
