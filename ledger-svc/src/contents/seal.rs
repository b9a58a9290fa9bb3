use std::collections::HashMap;

use countersign_api::name::Workspace;
use ledger_format::{ContentKey, Hash, SEAL_NONCE_BYTES, Salt};
use service_kit::ids::Ids;

use super::KeyPool;
use crate::store::{EntryRow, Error, SubjectKeyRow, content_keys::KeyNumber};

/// An entry with its place in a log, before its content is sealed.
#[derive(Debug)]
pub(crate) struct Unsealed {
    /// Its position, from 0.
    pub(crate) index: u64,
    /// The leaf's hash.
    pub(crate) leaf_hash: Hash,
    /// The commitment's salt.
    pub(crate) salt: Salt,
    /// Its key.
    pub(crate) idempotency_key: String,
    /// The encoded leaf.
    pub(crate) leaf: Vec<u8>,
    /// The content.
    pub(crate) content: Vec<u8>,
    /// Whose key the content is sealed under.
    pub(crate) content_subject: String,
}

/// Entries as they are stored, and the keys that subjects get with them.
#[derive(Debug, Default)]
pub(crate) struct Sealed {
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) subject_keys: Vec<SubjectKeyRow>,
}

/// Seals entries of one log, in the order of their indices, under the keys their subjects have; a subject without one gets its first.
pub(crate) async fn seal(
    workspace: &Workspace,
    entries: Vec<Unsealed>,
    mut in_use: HashMap<String, (KeyNumber, ContentKey)>,
    pool: &KeyPool,
    ids: &dyn Ids,
) -> Result<Sealed, Error> {
    let mut sealed = Sealed::default();
    for entry in entries {
        let Unsealed { index, leaf_hash, salt, idempotency_key, leaf, content, content_subject } = entry;
        if !in_use.contains_key(&content_subject) {
            let drawn = pool.take().await?;
            sealed.subject_keys.push(SubjectKeyRow {
                workspace: workspace.clone(),
                subject: content_subject.clone(),
                first_index: index,
                content_key: drawn.0,
            });
            in_use.insert(content_subject.clone(), drawn);
        }
        let (content_key, key) = &in_use[&content_subject];
        let nonce = *ids.random_32().first_chunk::<SEAL_NONCE_BYTES>().expect("invariant: 32 bytes hold a nonce");
        sealed.entries.push(EntryRow {
            workspace: workspace.clone(),
            index,
            leaf_hash,
            content_key: *content_key,
            idempotency_key,
            leaf,
            sealed: key.seal(nonce, &leaf_hash, &salt, &content),
        });
    }
    Ok(sealed)
}
