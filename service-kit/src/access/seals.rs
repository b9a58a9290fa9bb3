use std::fmt;

use aws_lc_rs::hmac;

/// Bytes of a seal: half of the HMAC.
pub const SEAL_BYTES: usize = 16;

/// Marks what a service hands out and wants back unaltered, such as a place in a list.
///
/// A seal is the first 16 bytes of HMAC-SHA256 (RFC 2104) under a key of its own, which every replica that shares the pseudonym key has:
/// nobody else makes one.
#[derive(Clone)]
pub struct Seals {
    key: hmac::Key,
}

impl Seals {
    pub(super) fn under(key: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key) }
    }

    /// Returns the seal of some bytes, always the same.
    ///
    /// # Panics
    /// Never: an HMAC is longer than a seal.
    pub fn of(&self, bytes: &[u8]) -> [u8; SEAL_BYTES] {
        let tag = hmac::sign(&self.key, bytes);
        *tag.as_ref().first_chunk().expect("invariant: an HMAC is longer than a seal")
    }
}

impl fmt::Debug for Seals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seals")
    }
}
