//! The 32-byte SHA-256 value that everything else is built from.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::digest::{Context, Digest, SHA256, digest};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Length of a SHA-256 value, in bytes.
pub const HASH_BYTES: usize = 32;

/// Inputs up to this length are gathered on the stack and hashed in one call: a leaf or a node never touches the heap.
const GATHER_BYTES: usize = 1024;

/// A SHA-256 value. Shown, parsed and serialized as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; HASH_BYTES]);

impl Hash {
    /// Wraps 32 bytes that are already a hash.
    pub const fn new(bytes: [u8; HASH_BYTES]) -> Self {
        Self(bytes)
    }

    /// Returns the 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; HASH_BYTES] {
        &self.0
    }
}

/// Hashes the concatenation of `parts`.
pub fn sha256(parts: &[&[u8]]) -> Hash {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    if length > GATHER_BYTES {
        let mut context = Context::new(&SHA256);
        for part in parts {
            context.update(part);
        }
        return from_digest(&context.finish());
    }
    let mut gathered = [0; GATHER_BYTES];
    let mut end = 0;
    for part in parts {
        gathered[end..end + part.len()].copy_from_slice(part);
        end += part.len();
    }
    from_digest(&digest(&SHA256, &gathered[..end]))
}

fn from_digest(digest: &Digest) -> Hash {
    let mut bytes = [0; HASH_BYTES];
    bytes.copy_from_slice(digest.as_ref());
    Hash(bytes)
}

/// Why bytes or text are not a 32-byte value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The byte string has another length.
    #[error("expected 32 bytes, found `{found}`: send the value whole and unencoded")]
    Length {
        /// How many bytes there were.
        found: usize,
    },
    /// The text is not 64 lowercase hexadecimal digits.
    #[error("expected 64 lowercase hexadecimal digits: send the value as it was shown")]
    Hex,
}

pub(crate) fn bytes32(bytes: &[u8]) -> Result<[u8; HASH_BYTES], Error> {
    bytes.try_into().map_err(|_| Error::Length { found: bytes.len() })
}

impl TryFrom<&[u8]> for Hash {
    type Error = Error;

    fn try_from(bytes: &[u8]) -> Result<Self, Error> {
        bytes32(bytes).map(Self)
    }
}

impl FromStr for Hash {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // One value, one text: upper case would make two texts for one hash.
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(Error::Hex);
        }
        let mut bytes = [0; HASH_BYTES];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| Error::Hex)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 2 * HASH_BYTES];
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        formatter.write_str(str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hash({self})")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn hashes_the_fips_180_example_however_it_is_cut() {
        let whole = sha256(&[b"abc"]);
        assert_eq!(whole.to_string(), OF_ABC);
        assert_eq!(sha256(&[b"a", b"", b"bc"]), whole);
    }

    #[test]
    fn gathers_and_streams_to_the_same_value() {
        let long = vec![7; GATHER_BYTES + 1];
        for length in [GATHER_BYTES - 1, GATHER_BYTES, GATHER_BYTES + 1] {
            let expected = from_digest(&digest(&SHA256, &long[..length]));
            assert_eq!(sha256(&[&long[..length]]), expected);
            assert_eq!(sha256(&[&long[..3], &long[3..length]]), expected);
        }
    }

    #[test]
    fn text_round_trips_and_has_one_form() {
        let hash: Hash = OF_ABC.parse().unwrap();
        assert_eq!(hash.to_string(), OF_ABC);
        assert_eq!(serde_json::to_string(&hash).unwrap(), format!("\"{OF_ABC}\""));
        assert_eq!(serde_json::from_str::<Hash>(&format!("\"{OF_ABC}\"")).unwrap(), hash);
        assert_eq!(OF_ABC.to_uppercase().parse::<Hash>(), Err(Error::Hex));
        assert_eq!(OF_ABC[2..].parse::<Hash>(), Err(Error::Hex));
        assert_eq!(Hash::try_from(&[0; 31][..]), Err(Error::Length { found: 31 }));
    }
}
