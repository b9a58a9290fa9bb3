//! The journal of an export that is not finished: it claims the folder, and names what was written so far.

use std::path::Path;

use ledger_format::SigningKey;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::manifest::{FORMAT_VERSION, Part, Previous, canonical};
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
        let (signed, note) = (canonical(&journal), signature.as_bytes());
        Purpose::Journal.check(signed.as_bytes(), note, key.verifying_key()).map_err(JournalError::Signature)?;
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
