//! A content as it is stored: encrypted under its subject's key, so that destroying the key erases every copy of it.
//!
//! `nonce(12) ‖ ciphertext ‖ tag(16)`: AES-256-GCM (NIST SP 800-38D) of `salt(32) ‖ content`, with the leaf hash as associated data.
//! What is sealed for one entry opens for no other.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::content::Salt;
use crate::hash::{HASH_BYTES, Hash, sha256};

/// Bytes of a nonce, which begin what is sealed.
pub const SEAL_NONCE_BYTES: usize = NONCE_LEN;

/// Bytes of the tag, which end what is sealed.
pub const SEAL_TAG_BYTES: usize = 16;

/// Begins what a key's fingerprint is the hash of.
const FINGERPRINT_TAG: &[u8] = b"countersign/content-key/v1\n";

/// The random 256-bit key of one subject's contents. Once every copy of it is destroyed, so is what was sealed under it.
#[derive(Clone)]
pub struct ContentKey([u8; HASH_BYTES]);

/// What was sealed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not open under this key for this leaf: key, leaf or sealed bytes are others")]
pub struct NotOpened;

impl ContentKey {
    /// Wraps 32 random bytes.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes, for the store of keys.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }

    /// Returns `SHA-256("countersign/content-key/v1\n" ‖ u64be(number) ‖ key)`, by which the store of keys is checked.
    pub fn fingerprint(&self, number: u64) -> Hash {
        sha256(&[FINGERPRINT_TAG, &number.to_be_bytes(), &self.0])
    }

    /// Seals salt and content for the entry with this leaf hash. The nonce must be random: it is used once a key.
    ///
    /// # Panics
    /// For a content that is longer than any the ledger takes.
    pub fn seal(&self, nonce: [u8; SEAL_NONCE_BYTES], leaf_hash: &Hash, salt: &Salt, content: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::with_capacity(SEAL_NONCE_BYTES + HASH_BYTES + content.len() + SEAL_TAG_BYTES);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(salt.as_bytes());
        sealed.extend_from_slice(content);
        let tag = self
            .cipher()
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(leaf_hash.as_bytes()),
                &mut sealed[SEAL_NONCE_BYTES..],
            )
            .expect("invariant: a content is far shorter than what the cipher takes");
        sealed.extend_from_slice(tag.as_ref());
        sealed
    }

    /// Opens what [`ContentKey::seal`] sealed for the entry with this leaf hash.
    ///
    /// # Errors
    /// [`NotOpened`] when any byte of it, the key or the leaf is another.
    pub fn open(&self, leaf_hash: &Hash, sealed: &[u8]) -> Result<(Salt, Vec<u8>), NotOpened> {
        let (nonce, rest) = sealed.split_first_chunk::<SEAL_NONCE_BYTES>().ok_or(NotOpened)?;
        let mut opened = rest.to_vec();
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let aad = Aad::from(leaf_hash.as_bytes());
        let length = self.cipher().open_in_place(nonce, aad, &mut opened).map_err(|_| NotOpened)?.len();
        opened.truncate(length);
        let salt = *opened.first_chunk::<HASH_BYTES>().ok_or(NotOpened)?;
        Ok((Salt::new(salt), opened.split_off(HASH_BYTES)))
    }

    fn cipher(&self) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &self.0).expect("invariant: the key has 32 bytes"))
    }
}

/// A key stays out of logs.
impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ContentKey {
        ContentKey::new(std::array::from_fn(|place| u8::try_from(place).expect("small")))
    }

    #[test]
    fn what_is_sealed_opens_for_its_leaf_under_its_key_and_nowhere_else() {
        let (leaf, salt) = (Hash::new([7; 32]), Salt::new([9; 32]));
        let sealed = key().seal([1; 12], &leaf, &salt, b"said");
        assert_eq!(sealed.len(), 12 + 32 + 4 + 16);
        let (opened_salt, content) = key().open(&leaf, &sealed).expect("it opens");
        assert_eq!((opened_salt.as_bytes(), content.as_slice()), (salt.as_bytes(), b"said".as_slice()));
        assert!(key().open(&Hash::new([8; 32]), &sealed).is_err());
        assert!(ContentKey::new([0; 32]).open(&leaf, &sealed).is_err());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(key().open(&leaf, &changed).map(|_| ()), Err(NotOpened), "byte {place}");
            assert!(key().open(&leaf, &sealed[..place]).is_err(), "cut at {place}");
        }
    }

    /// Python: `AESGCM(bytes(range(32))).encrypt(bytes([1]*12), bytes([9]*32) + b"said", bytes([7]*32))`.
    #[test]
    fn the_bytes_are_those_of_the_standard() {
        let sealed = key().seal([1; 12], &Hash::new([7; 32]), &Salt::new([9; 32]), b"said");
        assert_eq!(
            hex::encode(&sealed),
            concat!(
                "010101010101010101010101",
                "7ecaec3c618c616fdd5d6e11116e5bd1c26786d2988a1fd5fad20ee59400f738dfb70b2b8745675af8ee66c09af7d8a6216e25d2"
            )
        );
        assert_eq!(
            key().fingerprint(5).to_string(),
            "68925c31abd074dc3df26d772254ea551f0f4a65b75bfcab6f300e13e1ded532"
        );
    }
}
