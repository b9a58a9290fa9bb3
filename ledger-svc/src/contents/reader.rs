use std::collections::HashMap;

use bytes::Bytes;
use countersign_api::name::Workspace;
use ledger_format::{ContentKey, Hash, Salt};

use super::ContentKeys;
use crate::store::{Error, Rows, StoredEntry, content_keys::KeyNumber, read};

/// Opens what entries say.
#[derive(Debug, Clone)]
pub struct ContentReader {
    keys: ContentKeys,
}

/// An entry as a reader gets it.
#[derive(Debug, Clone)]
pub struct ReadEntry {
    /// Its position, from 0.
    pub index: u64,
    /// The encoded leaf.
    pub leaf: Bytes,
    /// The leaf's hash.
    pub leaf_hash: Hash,
    /// Number of the key that its content is, or was, sealed under.
    pub content_key: KeyNumber,
    /// What is stored of salt and content; empty once erased.
    pub sealed: Bytes,
    /// What it says.
    pub said: Said,
}

/// What an entry says, or that it was erased.
#[derive(Clone)]
pub enum Said {
    /// It is there.
    Kept {
        /// The commitment's salt.
        salt: Salt,
        /// The content, as it was appended.
        content: Bytes,
    },
    /// A later entry says that it was erased.
    Erased,
}

impl ContentReader {
    pub(crate) fn new(keys: ContentKeys) -> Self {
        Self { keys }
    }

    /// Opens the contents of entries of one log: one look-up for all their keys.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::CorruptRow`] for an entry whose content does not open, [`Error::MissingRow`] where a key is gone and no
    /// entry says that it was erased.
    pub async fn open(
        &self,
        rows: &mut Rows<'_>,
        workspace: &Workspace,
        entries: Vec<StoredEntry>,
    ) -> Result<Vec<ReadEntry>, Error> {
        let kept = entries.iter().filter(|entry| !entry.sealed.is_empty()).map(|entry| entry.content_key);
        let keys = self.keys.find(kept).await?;
        let is_gone = |entry: &&StoredEntry| entry.sealed.is_empty() || !keys.contains_key(&entry.content_key);
        let gone: Vec<KeyNumber> = entries.iter().filter(is_gone).map(|entry| entry.content_key).collect();
        // Asked after the keys: one that was destroyed between the two reads is found erased here.
        let erasures = read::erasures(rows, workspace, &gone).await?;
        entries.into_iter().map(|entry| open(workspace, entry, &keys, &erasures)).collect()
    }

    /// Opens the content of one entry.
    ///
    /// # Errors
    /// As [`ContentReader::open`].
    pub async fn open_one(
        &self,
        rows: &mut Rows<'_>,
        workspace: &Workspace,
        entry: StoredEntry,
    ) -> Result<ReadEntry, Error> {
        self.open(rows, workspace, vec![entry]).await.map(|mut opened| opened.remove(0))
    }
}

fn open(
    workspace: &Workspace,
    entry: StoredEntry,
    keys: &HashMap<KeyNumber, ContentKey>,
    erasures: &HashMap<KeyNumber, u64>,
) -> Result<ReadEntry, Error> {
    let StoredEntry { index, leaf, leaf_hash, content_key, sealed } = entry;
    let row = || format!("{}/{index}", workspace.id());
    let corrupt = || Error::CorruptRow { table: "entries", column: "sealed", row: row() };
    let erasure = erasures.get(&content_key).filter(|&&erasure| erasure > index);
    let said = match (keys.get(&content_key), erasure) {
        (_, Some(_)) => Said::Erased,
        (Some(key), None) if !sealed.is_empty() => {
            let (salt, content) = key.open(&leaf_hash, &sealed).map_err(|_| corrupt())?;
            Said::Kept { salt, content: content.into() }
        }
        (None, None) if !sealed.is_empty() => {
            return Err(Error::MissingRow { table: "content_keys", row: content_key.to_string() });
        }
        (Some(_) | None, None) => return Err(corrupt()),
    };
    let sealed = if matches!(said, Said::Erased) { Bytes::new() } else { sealed };
    Ok(ReadEntry { index, leaf, leaf_hash, content_key, sealed, said })
}

/// Content and salt stay out of logs.
impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Kept { .. } => "Kept",
            Self::Erased => "Erased",
        })
    }
}
