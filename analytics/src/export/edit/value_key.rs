//! The key under which new values are hashed.

use std::fmt;
use std::path::Path;

use aws_lc_rs::hmac;
use serde_json::Value;
use service_kit::data_dir::{self, read_secret, write_secret};
use service_kit::ids::Ids;

const KEY_BYTES: usize = 32;

/// Hex digits of a hash that are kept: 128 bits.
const HASH_HEX_CHARS: usize = 32;

const NAME_TAG: &[u8] = b"countersign/export-value-key/v1\n";
const VALUE_TAG: &[u8] = b"countersign/export-value/v1\n";

/// Hashes new values so that the same value shows as the same hash, and nobody without the key can test a guess.
///
/// It stays the same over exports, or parts of one log could not be compared. Never shown, also not by `Debug`.
#[derive(Clone)]
pub struct ValueKey(hmac::Key);

/// Why the key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ValueKeyError {
    /// The file cannot be read or written.
    #[error("the key that hashes edited values can not be kept")]
    File(#[from] data_dir::Error),
    /// The file does not hold a key.
    #[error(
        "the file of the key that hashes edited values has `{0}` bytes instead of 32: restore it, or remove it and export anew"
    )]
    Length(usize),
}

impl ValueKey {
    /// Wraps 32 random bytes.
    pub fn new(bytes: &[u8; KEY_BYTES]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// Reads the key from a file, or draws one and keeps it there, mode 0600, before it is used.
    ///
    /// # Errors
    ///
    /// See [`ValueKeyError`].
    pub fn open(file: &Path, ids: &dyn Ids) -> Result<Self, ValueKeyError> {
        if let Some(bytes) = read_secret(file)? {
            let key = bytes.as_slice().try_into().map_err(|_| ValueKeyError::Length(bytes.len()))?;
            return Ok(Self::new(key));
        }
        let key = ids.random_32();
        write_secret(file, &key)?;
        Ok(Self::new(&key))
    }

    /// Returns a name for the key that tells it from others and gives nothing of it away.
    pub(in crate::export) fn name(&self) -> String {
        self.short_tag(NAME_TAG, &[])
    }

    /// Hashes the canonical form of a value; none for a value without one, which no payload holds.
    pub(super) fn hash(&self, value: &Value) -> Option<String> {
        let canonical = ledger_format::canonicalize(value).ok()?;
        Some(self.short_tag(VALUE_TAG, canonical.as_bytes()))
    }

    fn short_tag(&self, tag: &[u8], bytes: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(tag);
        context.update(bytes);
        let mut text = hex::encode(context.sign());
        text.truncate(HASH_HEX_CHARS);
        text
    }
}

impl fmt::Debug for ValueKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ValueKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use service_kit::ids::SeededIds;

    use super::*;

    #[test]
    fn the_same_value_has_the_same_hash_under_the_same_key_only() {
        let key = ValueKey::new(&[1; 32]);
        assert_eq!(key.hash(&json!({"a": 1, "b": 2})), key.hash(&json!({"b": 2, "a": 1})));
        assert_ne!(key.hash(&json!("2026-12-02")), key.hash(&json!("2026-12-03")));
        assert_ne!(key.hash(&json!("2026-12-02")), ValueKey::new(&[2; 32]).hash(&json!("2026-12-02")));
        assert_eq!(key.hash(&json!("x")).map(|hash| hash.len()), Some(HASH_HEX_CHARS));
    }

    #[test]
    fn a_key_is_drawn_once_and_a_cut_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("export-values.key");
        let first = ValueKey::open(&file, &SeededIds::new(1)).expect("drawn");
        let again = ValueKey::open(&file, &SeededIds::new(2)).expect("read");
        assert_eq!(first.name(), again.name());

        std::fs::write(&file, [7; 31]).expect("written");
        assert!(matches!(ValueKey::open(&file, &SeededIds::new(3)), Err(ValueKeyError::Length(31))));
    }
}
