//! The exporter's key: hashes the values of edits, people and records, and signs what was exported.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::hmac;
use ledger_format::{SigningKey, VerifyingKey};
use serde_json::Value;
use service_kit::data_dir::{self, read_secret, write_secret};
use service_kit::ids::Ids;

/// What the key that signs exports is named in signature lines.
pub const EXPORT_KEY_NAME: &str = "countersign-export";

const SECRET_BYTES: usize = 32;

/// Hex digits of a value's hash that are kept: 128 bits.
const HASH_HEX_CHARS: usize = 32;

const SEED_TAG: &[u8] = b"countersign/export-signing-key/v1\n";
const VALUE_TAG: &[u8] = b"countersign/export-value/v1\n";
const WORDS_TAG: &[u8] = b"countersign/export-words/v1\n";
const PERSON_TAG: &[u8] = b"countersign/export-person/v1\n";
const RECORD_TAG: &[u8] = b"countersign/export-record/v1\n";

/// What the pseudonyms of an exporter begin with; those of the ledger begin with `p_`.
const PSEUDONYM_PREFIX: &str = "x_";

/// Extension of the file with the public half.
const PUBLIC_EXTENSION: &str = "pub";

/// The one secret of whoever makes exports. What hashes values and what signs are drawn from it under different tags.
///
/// The same value shows as the same hash, and nobody without the secret can test a guess; it stays the same over exports, or
/// parts of one log could not be compared. Never shown, also not by `Debug`.
#[derive(Clone)]
pub struct ExportKey {
    secret: hmac::Key,
    signing: Arc<SigningKey>,
}

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ExportKeyError {
    /// A file cannot be read or written.
    #[error("the key of exports can not be kept")]
    File(#[from] data_dir::Error),
    /// The file does not hold a key.
    #[error("`{}` has `{bytes}` bytes instead of 32, it is no key of exports: restore it, or remove it and export anew", file.display())]
    Length {
        /// The key's file.
        file: PathBuf,
        /// Its length.
        bytes: usize,
    },
    /// The public half beside it is of another key.
    #[error("`{}` is not the public half of the key beside it: put back the pair that belongs together", file.display())]
    OtherPublicKey {
        /// The public half's file.
        file: PathBuf,
    },
}

impl ExportKey {
    /// Wraps 32 random bytes.
    ///
    /// # Panics
    ///
    /// Never: every 32 bytes give a key.
    pub fn new(secret: &[u8; SECRET_BYTES]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let seed = tag_of(&secret, SEED_TAG, &[]);
        let seed = seed.as_ref().try_into().expect("invariant: HMAC-SHA-256 gives 32 bytes");
        let signing = SigningKey::from_seed(EXPORT_KEY_NAME, seed).expect("invariant: 32 bytes give an Ed25519 key");
        Self { secret, signing: Arc::new(signing) }
    }

    /// Reads the key from a file, or draws one and keeps it there before it is used. The public half lies beside it, with the
    /// extension `pub`, for whoever pins it. Both have mode 0600.
    ///
    /// A crash between the two leaves the secret one; the next call writes the public one.
    ///
    /// # Errors
    ///
    /// See [`ExportKeyError`].
    pub fn open(file: &Path, ids: &dyn Ids) -> Result<Self, ExportKeyError> {
        let secret = if let Some(bytes) = read_secret(file)? {
            let length = || ExportKeyError::Length { file: file.to_owned(), bytes: bytes.len() };
            bytes.as_slice().try_into().map_err(|_| length())?
        } else {
            let secret = ids.random_32();
            write_secret(file, &secret)?;
            secret
        };
        let key = Self::new(&secret);
        key.keep_public(file.with_extension(PUBLIC_EXTENSION))?;
        Ok(key)
    }

    /// Returns the key that verifies what this one signs: to be pinned by who reads the exports.
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.signing.verifying_key()
    }

    pub(super) fn signing_key(&self) -> &SigningKey {
        &self.signing
    }

    /// Hashes the canonical form of a value; none for a value without one, which no payload holds.
    pub(super) fn hash(&self, value: &Value) -> Option<String> {
        let canonical = ledger_format::canonicalize(value).ok()?;
        Some(self.short_hash(VALUE_TAG, canonical.as_bytes()))
    }

    /// Hashes words in their normal form, under a tag of their own: a word and the value that is this word alone do not show as the same.
    pub(crate) fn hash_words(&self, normal_form: &str) -> String {
        self.short_hash(WORDS_TAG, normal_form.as_bytes())
    }

    /// Returns the pseudonym of a principal, under which columns from contents name people.
    pub(super) fn pseudonym(&self, id: &str) -> String {
        format!("{PSEUDONYM_PREFIX}{}", self.short_hash(PERSON_TAG, id.as_bytes()))
    }

    /// Hashes what names a record: system, object type and id, each behind its length.
    pub(super) fn hash_record(&self, names: [&str; 3]) -> String {
        let mut bytes = Vec::with_capacity(names.iter().map(|name| 8 + name.len()).sum());
        for name in names {
            // Widening: a text is never longer than 2^63 - 1 bytes on any target.
            bytes.extend_from_slice(&(name.len() as u64).to_be_bytes());
            bytes.extend_from_slice(name.as_bytes());
        }
        self.short_hash(RECORD_TAG, &bytes)
    }

    fn short_hash(&self, tag: &[u8], bytes: &[u8]) -> String {
        let mut text = hex::encode(tag_of(&self.secret, tag, bytes));
        text.truncate(HASH_HEX_CHARS);
        text
    }

    fn keep_public(&self, file: PathBuf) -> Result<(), ExportKeyError> {
        let text = format!("{}\n", self.verifying_key());
        match read_secret(&file)? {
            None => Ok(write_secret(&file, text.as_bytes())?),
            Some(found) if found == text.as_bytes() => Ok(()),
            Some(_) => Err(ExportKeyError::OtherPublicKey { file }),
        }
    }
}

fn tag_of(secret: &hmac::Key, tag: &[u8], bytes: &[u8]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(secret);
    context.update(tag);
    context.update(bytes);
    context.sign()
}

impl fmt::Debug for ExportKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ExportKey").field("verifying", self.verifying_key()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use service_kit::ids::SeededIds;

    use super::*;

    #[test]
    fn the_same_value_has_the_same_hash_under_the_same_key_only() {
        let key = ExportKey::new(&[1; 32]);
        assert_eq!(key.hash(&json!({"a": 1, "b": 2})), key.hash(&json!({"b": 2, "a": 1})));
        assert_ne!(key.hash(&json!("2026-12-02")), key.hash(&json!("2026-12-03")));
        assert_ne!(key.hash(&json!("2026-12-02")), ExportKey::new(&[2; 32]).hash(&json!("2026-12-02")));
        assert_eq!(key.hash(&json!("x")).map(|hash| hash.len()), Some(HASH_HEX_CHARS));
    }

    #[test]
    fn a_key_is_drawn_once_and_its_public_half_lies_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("export.key");
        let first = ExportKey::open(&file, &SeededIds::new(1)).expect("drawn");
        let public = std::fs::read_to_string(folder.path().join("export.pub")).expect("the public half");
        assert_eq!(public.trim_end().parse().as_ref(), Ok(first.verifying_key()));

        std::fs::remove_file(folder.path().join("export.pub")).expect("removed");
        let again = ExportKey::open(&file, &SeededIds::new(2)).expect("read");
        assert_eq!(first.verifying_key(), again.verifying_key());
        assert_eq!(std::fs::read_to_string(folder.path().join("export.pub")).expect("written again"), public);
    }

    #[test]
    fn a_cut_key_and_a_pair_that_does_not_belong_together_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("export.key");
        ExportKey::open(&file, &SeededIds::new(1)).expect("drawn");
        std::fs::write(&file, [7; 32]).expect("written");
        let refused = ExportKey::open(&file, &SeededIds::new(1)).expect_err("another key's public half");
        assert!(matches!(refused, ExportKeyError::OtherPublicKey { .. }), "{refused}");
        std::fs::write(&file, [7; 31]).expect("written");
        let refused = ExportKey::open(&file, &SeededIds::new(3)).expect_err("a byte short");
        assert!(matches!(refused, ExportKeyError::Length { bytes: 31, .. }), "{refused}");
    }

    #[test]
    fn the_secret_is_not_shown() {
        let shown = format!("{:?}", ExportKey::new(&[1; 32]));
        assert!(!shown.contains("secret") && shown.contains(EXPORT_KEY_NAME), "{shown}");
    }
}
