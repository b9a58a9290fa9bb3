use std::collections::HashMap;

use ledger_format::ContentKey;
use service_kit::database::Location;

use super::{
    Error, StoreFile, custody_pass,
    fault::{Source, Trouble},
};

/// Reads a store of content keys, each held against its fingerprint, by their numbers: for whoever opens contents of an export.
///
/// # Errors
/// [`Error::Found`] for a key that is not the one that was drawn; the others when the store can not be read.
pub async fn content_keys(location: &Location) -> Result<HashMap<u64, ContentKey>, Error> {
    let source = Source { location, file: StoreFile::ContentKeys };
    custody_pass::read_file(source).await.map_err(|trouble| match trouble {
        Trouble::Error(error) => error,
        // The store belongs to no log: no entry is named.
        Trouble::Fault(fault) | Trouble::Below(fault) => fault.below(Vec::new()).into(),
    })
}
