//! Ed25519 keys of signed notes, and their text form (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::sha256;

/// Length of an Ed25519 seed and of an Ed25519 public key, in bytes.
pub const KEY_BYTES: usize = 32;

/// Most bytes of the name of a key of ours.
pub const KEY_NAME_MAX_BYTES: usize = 255;

/// Length of an Ed25519 signature, in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// Length of a key hash, in bytes.
pub const KEY_HASH_BYTES: usize = 4;

/// Signature type of Ed25519 in C2SP signed-note.
const ED25519_TYPE: u8 = 0x01;

/// The log's private key and its name. `Debug` never shows the key.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// Derives the key pair from a 32-byte seed, under a key name that should be the log's origin.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn from_seed(name: &str, seed: &[u8; KEY_BYTES]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::Seed)?;
        let public_key = pair.public_key().as_ref().try_into().map_err(|_| Error::Seed)?;
        let verifying = VerifyingKey::new(name, public_key)?;
        Ok(Self { pair, verifying })
    }

    /// Returns the key that verifies what this one signs.
    pub const fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// Signs bytes.
    ///
    /// # Panics
    ///
    /// Never: an Ed25519 signature has 64 bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        let signature = self.pair.sign(message);
        signature.as_ref().try_into().expect("invariant: an Ed25519 signature has 64 bytes")
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("verifying", &self.verifying).finish_non_exhaustive()
    }
}

/// A log's public key and its name: what a verifier pins. Its text is `<name>+<key hash in hex>+<base64 of 0x01 ‖ public key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    name: String,
    key_hash: [u8; KEY_HASH_BYTES],
    public_key: [u8; KEY_BYTES],
}

impl VerifyingKey {
    /// Names a public key.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn new(name: &str, public_key: [u8; KEY_BYTES]) -> Result<Self, Error> {
        if !is_key_name(name) || name.len() > KEY_NAME_MAX_BYTES {
            return Err(Error::Name);
        }
        Ok(Self { name: name.to_owned(), key_hash: hash_key(name, ED25519_TYPE, &public_key), public_key })
    }

    /// Returns the same key under another name.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn named(&self, name: &str) -> Result<Self, Error> {
        Self::new(name, self.public_key)
    }

    /// Returns the name that signature lines carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the four bytes that, with the name, say which key a signature line is by.
    pub const fn key_hash(&self) -> [u8; KEY_HASH_BYTES] {
        self.key_hash
    }

    /// Returns the Ed25519 public key.
    pub const fn public_key(&self) -> &[u8; KEY_BYTES] {
        &self.public_key
    }

    /// Tells whether a signature over these bytes is by this key.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        verifies(&self.public_key, message, signature)
    }
}

impl FromStr for VerifyingKey {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (name, public_key) = parse_text(text, ED25519_TYPE)?;
        Self::new(name, public_key)
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_text(formatter, &self.name, ED25519_TYPE, &self.public_key)
    }
}

/// Returns the four bytes that tell keys of one name apart; the type of signature is part of them.
pub(crate) fn hash_key(name: &str, kind: u8, public_key: &[u8; KEY_BYTES]) -> [u8; KEY_HASH_BYTES] {
    let hash = sha256(&[name.as_bytes(), &[b'\n', kind], public_key]);
    let [a, b, c, d, ..] = *hash.as_bytes();
    [a, b, c, d]
}

pub(crate) fn verifies(public_key: &[u8; KEY_BYTES], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).is_ok()
}

/// Parses `<name>+<key hash in hex>+<base64 of type ‖ public key>`.
pub(crate) fn parse_text(text: &str, expected: u8) -> Result<(&str, [u8; KEY_BYTES]), Error> {
    let (name, rest) = text.split_once('+').ok_or(Error::Form)?;
    let (key_hash, encoded) = rest.split_once('+').ok_or(Error::Form)?;
    let typed = STANDARD.decode(encoded).map_err(|_| Error::Form)?;
    let (&kind, public_key) = typed.split_first().ok_or(Error::Form)?;
    if kind != expected {
        return Err(Error::UnknownType { found: kind, expected });
    }
    let public_key = public_key.try_into().map_err(|_| Error::Form)?;
    if hex::encode(hash_key(name, kind, &public_key)) != key_hash {
        return Err(Error::KeyHash);
    }
    Ok((name, public_key))
}

pub(crate) fn show_text(
    formatter: &mut fmt::Formatter<'_>,
    name: &str,
    kind: u8,
    public_key: &[u8; KEY_BYTES],
) -> fmt::Result {
    let typed = [&[kind], public_key.as_slice()].concat();
    write!(formatter, "{name}+{}+{}", hex::encode(hash_key(name, kind, public_key)), STANDARD.encode(typed))
}

/// Tells whether a text can be the name in a signature line: something, without spaces, plus signs or control characters.
pub(crate) fn is_key_name(name: &str) -> bool {
    let fits = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '+';
    !name.is_empty() && name.chars().all(fits)
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The seed gives no key pair.
    #[error("the seed gives no Ed25519 key pair: draw another one")]
    Seed,
    /// The name cannot stand in a signature line.
    #[error(
        "a key name has 1 to `{KEY_NAME_MAX_BYTES}` bytes and no space, `+` or control character: name the key after the log's origin"
    )]
    Name,
    /// The text has another form.
    #[error("the key is not `<name>+<key hash>+<base64>`: copy it whole")]
    Form,
    /// The key is for another type of signature.
    #[error(
        "signature type `{found}` is not `{expected}`: a log signs with Ed25519 (1), a witness cosigns with Ed25519 (4)"
    )]
    UnknownType {
        /// The type byte.
        found: u8,
        /// The type byte that was expected.
        expected: u8,
    },
    /// The key hash in the text is not that of name and key.
    #[error("the key hash does not fit name and key: copy the key again")]
    KeyHash,
}
