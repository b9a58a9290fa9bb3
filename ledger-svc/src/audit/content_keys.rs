use std::{collections::HashMap, path::Path};

use ledger_format::ContentKey;

use super::{
    Error, StoreFile, custody_pass,
    fault::{Source, Trouble},
};

/// Reads a file of content keys, each held against its fingerprint, by their numbers: for whoever opens contents of an export.
///
/// # Errors
/// [`Error::Found`] for a key that is not the one that was drawn; the others when the file can not be read.
pub async fn content_keys(file: &Path) -> Result<HashMap<u64, ContentKey>, Error> {
    let source = Source { path: file, file: StoreFile::ContentKeys };
    custody_pass::read_file(source).await.map_err(|trouble| match trouble {
        Trouble::Error(error) => error,
        // The file belongs to no log: no entry is named.
        Trouble::Fault(fault) | Trouble::Below(fault) => fault.below(Vec::new()).into(),
    })
}
