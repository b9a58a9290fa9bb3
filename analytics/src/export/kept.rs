//! What stays of an earlier run: full parts that still verify.

use std::path::Path;

use ledger_format::LogVerifier;

use super::error::Error;
use super::leaves::verify_leaves;
use super::manifest::{Part, Previous};
use super::part_file::{PartBytes, name_of};
use super::part_size::PartSize;
use super::standing::Standing;

/// The beginning of an export that is there already.
#[derive(Debug)]
pub(super) struct Kept {
    /// Full parts, in order from the first entry.
    pub parts: Vec<Part>,
    /// The verifier, after their entries.
    pub verifier: LogVerifier,
}

impl Kept {
    /// Takes full parts from the first one on, as long as their bytes are those that this exporter has signed for and their
    /// leaves continue the log. The rest is written again.
    ///
    /// That the kept leaves are the log's own shows at the end: only the log's entries lead to the signed root.
    pub(super) fn find(folder: &Path, origin: &str, size: PartSize, standing: &Standing) -> Result<Self, Error> {
        let mut kept = Self { parts: Vec::new(), verifier: LogVerifier::new(origin) };
        for part in &standing.parts {
            let continues = part.file == name_of(kept.parts.len()) && part.first_index == kept.verifier.size();
            if !continues || part.rows != size.entries() {
                break;
            }
            match kept.checked(folder, part, standing.previous.as_ref()) {
                Ok(verifier) => {
                    kept.verifier = verifier;
                    kept.parts.push(part.clone());
                }
                Err(error) if error.is_unverified() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(kept)
    }

    fn checked(&self, folder: &Path, part: &Part, previous: Option<&Previous>) -> Result<LogVerifier, Error> {
        let bytes = PartBytes::read(folder, part)?;
        let mut verifier = self.verifier.clone();
        verify_leaves(folder, part, &bytes, &mut verifier, previous)?;
        Ok(verifier)
    }
}
