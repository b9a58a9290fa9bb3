//! What stays of an earlier run: full parts that still verify.

use std::path::Path;

use ledger_format::LogVerifier;

use super::error::Error;
use super::leaves::verify_leaves;
use super::manifest::{Journal, Part};
use super::part_file::{PartBytes, name_of};
use super::part_size::PartSize;

/// The beginning of an export that is there already.
#[derive(Debug)]
pub(super) struct Kept {
    /// Full parts, in order from the first entry.
    pub parts: Vec<Part>,
    /// The verifier, after their entries.
    pub verifier: LogVerifier,
}

impl Kept {
    /// Looks through the folder: takes full parts from the first one on, as long as their bytes are those that were noted, their
    /// leaves continue the log, and their values were hashed under the same key. The rest is written again.
    ///
    /// That the kept leaves are the log's own shows at the end: only the log's entries lead to the signed root.
    pub(super) fn find(folder: &Path, origin: &str, size: PartSize, value_key_name: &str) -> Result<Self, Error> {
        let mut kept = Self { parts: Vec::new(), verifier: LogVerifier::new(origin) };
        let Some(journal) = Journal::read(folder)? else { return Ok(kept) };
        if journal.origin != origin {
            return Err(Error::OtherLog {
                folder: folder.to_owned(),
                found: journal.origin,
                expected: origin.to_owned(),
            });
        }
        for part in journal.parts {
            let continues = part.file == name_of(kept.parts.len()) && part.first_index == kept.verifier.size();
            if !continues || part.rows != size.entries() {
                break;
            }
            match kept.checked(folder, &part, value_key_name) {
                Ok(Some(verifier)) => {
                    kept.verifier = verifier;
                    kept.parts.push(part);
                }
                Ok(None) => break,
                Err(error) if error.is_unverified() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    fn checked(&self, folder: &Path, part: &Part, value_key_name: &str) -> Result<Option<LogVerifier>, Error> {
        let bytes = PartBytes::read(folder, part)?;
        if bytes.value_key_name(&part.path(folder))?.as_deref() != Some(value_key_name) {
            return Ok(None);
        }
        let mut verifier = self.verifier.clone();
        verify_leaves(folder, part, &bytes, &mut verifier)?;
        Ok(Some(verifier))
    }
}
