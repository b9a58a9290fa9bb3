//! The journal of an export that is not finished: it claims the folder, and names what was written so far.

use std::path::Path;

use ledger_format::SigningKey;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::manifest::{FORMAT_VERSION, Part, Previous, canonical, try_canonical};
use super::private_file::{read_file, remove_file, write_file};
use super::signature::{Purpose, SignatureError};

/// Name of the journal's file.
pub(super) const JOURNAL_FILE: &str = "journal.json";

/// The parts that an unfinished export has written so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Journal {
    /// Version of the layout: [`FORMAT_VERSION`].
    format_version: u32,
    /// Identity of the log.
    pub origin: String,
    /// The manifest of the export before, which this one will name.
    pub previous: Option<Previous>,
    /// The full parts, in order.
    pub parts: Vec<Part>,
}

/// The journal as it lies in the folder: one file, so that no crash parts it from its signature.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignedJournal {
    journal: Journal,
    signature: String,
}

/// Why a journal is not one that this exporter goes on from.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is not of our form.
    #[error("it is no journal of this release")]
    Form(#[source] serde_json::Error),
    /// It holds a number that no journal has.
    #[error("it holds a number beyond 2^53")]
    Unwritable,
    /// It has another layout.
    #[error("it has layout `{0}`, another than this release's")]
    Layout(u32),
    /// The exporter's key has not signed it.
    #[error("this exporter's key has not signed it")]
    Signature(#[source] SignatureError),
}

impl Journal {
    /// Starts the journal of an export, or brings it up to date.
    pub(super) fn new(origin: &str, previous: Option<Previous>, parts: &[Part]) -> Self {
        Self { format_version: FORMAT_VERSION, origin: origin.to_owned(), previous, parts: parts.to_vec() }
    }

    /// Reads the journal of an unfinished export, once the exporter's key has signed it; none when there is no file.
    pub(super) fn read(folder: &Path, key: &SigningKey) -> Result<Option<Result<Self, JournalError>>, Error> {
        let bytes = read_file(&folder.join(JOURNAL_FILE))?;
        Ok(bytes.map(|bytes| Self::parse(&bytes, key)))
    }

    fn parse(bytes: &[u8], key: &SigningKey) -> Result<Self, JournalError> {
        let SignedJournal { journal, signature } = serde_json::from_slice(bytes).map_err(JournalError::Form)?;
        let signed = try_canonical(&journal).ok_or(JournalError::Unwritable)?;
        Purpose::Journal
            .check(signed.as_bytes(), signature.as_bytes(), key.verifying_key())
            .map_err(JournalError::Signature)?;
        if journal.format_version == FORMAT_VERSION {
            Ok(journal)
        } else {
            Err(JournalError::Layout(journal.format_version))
        }
    }

    /// Writes the journal. A crash before this leaves the last part unknown; it is written again.
    pub(super) fn write(&self, folder: &Path, key: &SigningKey) -> Result<(), Error> {
        let path = folder.join(JOURNAL_FILE);
        write_file(&path, self.to_bytes(key).as_bytes()).map_err(Error::file(&path))
    }

    /// Returns the bytes of the file. The same journal under the same key always has the same.
    pub(super) fn to_bytes(&self, key: &SigningKey) -> String {
        let signature = Purpose::Journal.sign(canonical(self).as_bytes(), key);
        canonical(&SignedJournal { journal: self.clone(), signature })
    }

    /// Ends the unfinished state. A crash before this leaves a journal that says less than the manifest, and is no harm.
    pub(super) fn remove(folder: &Path) -> Result<(), Error> {
        remove_file(&folder.join(JOURNAL_FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_journal_has_is_refused_as_one_that_was_altered() {
        let key = SigningKey::from_seed("countersign-export", &[1; 32]).expect("a key");
        let written = Journal::new("log.example", None, &[]).to_bytes(&key);
        assert!(Journal::parse(written.as_bytes(), &key).is_ok());
        let previous = format!(r#"{{"root":"{0}","sha256":"{0}","size":9007199254740993}}"#, "0".repeat(64));
        let altered = written.replace(r#""previous":null"#, &format!(r#""previous":{previous}"#));
        assert!(matches!(Journal::parse(altered.as_bytes(), &key), Err(JournalError::Unwritable)));
    }
}
