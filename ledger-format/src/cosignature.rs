//! Cosignatures: a witness says that it has seen a log grow, and until when (C2SP tlog-cosignature, `cosignature/v1` with Ed25519).

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

use crate::checkpoint::SignedCheckpoint;
use crate::key::{self, KEY_BYTES, KEY_HASH_BYTES, KEY_NAME_MAX_BYTES, hash_key, is_key_name, parse_text, show_text};
use crate::note::NoteSignature;

/// Signature type of Ed25519 cosignatures.
const COSIGNATURE_TYPE: u8 = 0x04;

const TIMESTAMP_BYTES: usize = 8;

/// A witness's private key and its name. `Debug` never shows the key.
pub struct CosigningKey {
    pair: Ed25519KeyPair,
    witness: WitnessKey,
}

/// A witness's public key and its name: what a policy pins. Its text is `<name>+<key hash in hex>+<base64 of 0x04 ‖ public key>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessKey {
    name: String,
    key_hash: [u8; KEY_HASH_BYTES],
    public_key: [u8; KEY_BYTES],
}

impl CosigningKey {
    /// Derives the key pair from a 32-byte seed, under the witness's name. The seed must sign nothing else.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn from_seed(name: &str, seed: &[u8; KEY_BYTES]) -> Result<Self, key::Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| key::Error::Seed)?;
        let public_key = pair.public_key().as_ref().try_into().map_err(|_| key::Error::Seed)?;
        Ok(Self { pair, witness: WitnessKey::new(name, public_key)? })
    }

    /// Returns the key that verifies what this one cosigns.
    pub const fn witness(&self) -> &WitnessKey {
        &self.witness
    }

    /// Cosigns a checkpoint as the largest that was seen of its log at a time, in seconds since the epoch.
    ///
    /// Whoever calls has verified the log's signature and its growth.
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, at_secs: u64) -> NoteSignature {
        let signature = self.pair.sign(message(checkpoint.signed_text(), at_secs).as_bytes());
        let bytes = [at_secs.to_be_bytes().as_slice(), signature.as_ref()].concat();
        NoteSignature::new(self.witness.name.clone(), self.witness.key_hash, bytes)
    }
}

impl fmt::Debug for CosigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CosigningKey").field("witness", &self.witness).finish_non_exhaustive()
    }
}

impl WitnessKey {
    /// Names a public key.
    ///
    /// # Errors
    ///
    /// Refuses a name that cannot stand in a signature line.
    pub fn new(name: &str, public_key: [u8; KEY_BYTES]) -> Result<Self, key::Error> {
        if !is_key_name(name) || name.len() > KEY_NAME_MAX_BYTES {
            return Err(key::Error::Name);
        }
        Ok(Self { name: name.to_owned(), key_hash: hash_key(name, COSIGNATURE_TYPE, &public_key), public_key })
    }

    /// Returns the name that cosignature lines carry.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the Ed25519 public key.
    pub const fn public_key(&self) -> &[u8; KEY_BYTES] {
        &self.public_key
    }

    /// Returns when the witness cosigned a checkpoint, in seconds since the epoch; none where the line is by somebody else, or is not
    /// its cosignature of this checkpoint.
    pub fn verify(&self, checkpoint: &SignedCheckpoint, line: &NoteSignature) -> Option<u64> {
        if !line.claims(&self.name, self.key_hash) {
            return None;
        }
        let (timestamp, signature) = line.bytes().split_first_chunk::<TIMESTAMP_BYTES>()?;
        let at_secs = u64::from_be_bytes(*timestamp);
        let fits = i64::try_from(at_secs).is_ok();
        let message = message(checkpoint.signed_text(), at_secs);
        (fits && key::verifies(&self.public_key, message.as_bytes(), signature)).then_some(at_secs)
    }
}

/// Writes what is signed: a header, the time, and the checkpoint's whole text.
fn message(signed_text: &str, at_secs: u64) -> String {
    format!("cosignature/v1\ntime {at_secs}\n{signed_text}")
}

impl FromStr for WitnessKey {
    type Err = key::Error;

    fn from_str(text: &str) -> Result<Self, key::Error> {
        let (name, public_key) = parse_text(text, COSIGNATURE_TYPE)?;
        Self::new(name, public_key)
    }
}

impl fmt::Display for WitnessKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        show_text(formatter, &self.name, COSIGNATURE_TYPE, &self.public_key)
    }
}
