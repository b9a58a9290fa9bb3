//! The sealed contents beside a part.

use std::path::Path;

use ledger_format::{Hash, Leaf, Salt, commit_content};
use polars::prelude::Column;

use super::contents_file::{Sealed, check_bytes, read_rows};
use super::error::Error;
use super::manifest::Part;
use super::part_file::PartBytes;
use super::part_name::Family;

/// Opens what is sealed, for whoever has the content keys at hand.
pub trait OpenContent {
    /// Opens the content of the entry with this leaf hash, sealed under the key with this id.
    fn open(&self, content_key: &str, leaf_hash: &Hash, sealed: &[u8]) -> Opened;
}

/// What came of opening a content.
#[derive(Debug)]
pub enum Opened {
    /// Salt and content.
    Content(Salt, Vec<u8>),
    /// The key is not there any more: the content was erased since it was exported.
    KeyGone,
    /// The key is there and does not open it.
    Broken,
}

/// How many contents were opened and hashed again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OpenedContents {
    /// Opened, and what their leaves commit to.
    pub opened: u64,
    /// Dark: erased since they were exported.
    pub dark: u64,
}

/// Checks that the contents of a part are the bytes that the manifest names, a row for each of its entries, in order, and erased
/// exactly where the part says so. With keys, each is opened and held to its leaf's commitment.
///
/// Without the keys, nothing more can be known of them. The leaves of the part were verified before.
pub(super) fn verify_contents(
    folder: &Path,
    number: usize,
    part: &Part,
    bytes: &PartBytes,
    opening: Option<(&dyn OpenContent, &mut OpenedContents)>,
) -> Result<(), Error> {
    let Some(contents) = &part.contents else { return Ok(()) };
    if contents.file != Family::Contents.name_of(number) {
        return Err(Error::manifest_differs(folder, "contents"));
    }
    let path = check_bytes(folder, contents)?;
    let part_path = part.path(folder);
    let frame =
        bytes.columns(&part_path, if opening.is_some() { &["reading", "leaf"][..] } else { &["reading"][..] })?;
    let reading = frame.column("reading").and_then(Column::str).map_err(Error::parquet(&part_path))?;
    let mut rows = reading.iter();
    let mut opening = match opening {
        Some((keys, counts)) => {
            let leaves = frame.column("leaf").and_then(Column::binary).map_err(Error::parquet(&part_path))?;
            Some((keys, counts, leaves.iter()))
        }
        None => None,
    };
    read_rows(&path, part.first_index, part.rows, |index, sealed| {
        let differs = |what| Error::ContentsDiffer { path: path.clone(), index, what };
        let is_erased = rows.next().flatten() == Some("erased");
        if is_erased != (sealed == Sealed::Erased) {
            return Err(differs("the part beside it says otherwise whether it was erased"));
        }
        let Some((keys, counts, leaves)) = &mut opening else { return Ok(()) };
        let leaf = leaves.next().flatten().expect("invariant: the leaves of the part were verified");
        let Sealed::Kept { content_key, bytes } = sealed else { return Ok(()) };
        match keys.open(content_key, &ledger_format::leaf_hash(leaf), bytes) {
            Opened::KeyGone => counts.dark += 1,
            Opened::Broken => {
                return Err(differs("its key does not open it: it was changed, or sealed for another entry"));
            }
            Opened::Content(salt, content) => {
                let leaf = Leaf::decode(leaf).expect("invariant: the leaves of the part were verified");
                if commit_content(&salt, &content) != leaf.commitment {
                    return Err(differs("salt and content do not give the leaf's commitment"));
                }
                counts.opened += 1;
            }
        }
        Ok(())
    })
}
