//! What stays of an earlier run: the parts that still verify.

use std::path::Path;

use ledger_format::LogVerifier;

use super::contents_file::{check_bytes, read_rows};
use super::erasures::Erasures;
use super::error::Error;
use super::leaves::verify_leaves;
use super::manifest::{Part, Previous};
use super::part_file::PartBytes;
use super::part_name::Family;
use super::part_size::PartSize;
use super::standing::Standing;

/// The beginning of an export that is there already.
#[derive(Debug)]
pub(super) struct Kept {
    /// Full parts, in order from the first entry.
    pub parts: Vec<Part>,
    /// The short part behind them, to which entries are added.
    pub tail: Option<Part>,
    /// The verifier, after their entries.
    pub verifier: LogVerifier,
}

impl Kept {
    /// Takes parts from the first one on, as long as their bytes are those that this exporter has signed for, their columns those
    /// of this release, and their leaves continue the log. The rest is written again.
    ///
    /// That the kept leaves are the log's own shows at the end: only the log's entries lead to the signed root.
    pub(super) fn find(
        folder: &Path,
        origin: &str,
        size: PartSize,
        has_contents: bool,
        standing: &Standing,
    ) -> Result<Self, Error> {
        let mut kept = Self { parts: Vec::new(), tail: None, verifier: LogVerifier::new(origin) };
        for part in &standing.parts {
            let number = kept.parts.len();
            let continues = part.file == Family::Parts.name_of(number) && part.first_index == kept.verifier.size();
            if !continues || part.rows > size.entries() || (has_contents && part.contents.is_none()) {
                break;
            }
            let part = Part { contents: part.contents.clone().filter(|_| has_contents), ..part.clone() };
            match kept.checked(folder, &part, standing.previous.as_ref()) {
                Ok(Some(verifier)) => kept.verifier = verifier,
                Ok(None) => break,
                Err(error) if error.is_unverified() => break,
                Err(error) => return Err(error),
            }
            if part.rows < size.entries() {
                kept.tail = Some(part);
                break;
            }
            kept.parts.push(part);
        }
        Ok(kept)
    }

    fn checked(&self, folder: &Path, part: &Part, previous: Option<&Previous>) -> Result<Option<LogVerifier>, Error> {
        let bytes = PartBytes::read(folder, part)?;
        if !bytes.is_of_this_release(&part.path(folder))? {
            return Ok(None);
        }
        let mut verifier = self.verifier.clone();
        // Nothing is computed here: what was erased is asked of the whole export, once it is verified.
        verify_leaves(folder, part, &bytes, &mut verifier, previous, None, &mut Erasures::default())?;
        if let Some(contents) = &part.contents {
            let path = check_bytes(folder, contents)?;
            read_rows(&path, part.first_index, part.rows, |_, _| Ok(()))?;
        }
        Ok(Some(verifier))
    }
}
