//! Signed notes: a text, a blank line and signature lines (C2SP signed-note).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::{KEY_HASH_BYTES, SIGNATURE_BYTES, SigningKey, VerifyingKey, is_key_name};

/// Most bytes of a signed note: sixteen of the largest signatures known today fit twice.
pub const NOTE_MAX_BYTES: usize = 256 * 1024;

/// Most signature lines of a note. The specification asks for at least 16.
pub const NOTE_MAX_SIGNATURES: usize = 100;

const SIGNATURE_MARK: &str = "\u{2014} ";

/// A note as it was received. Its text is not to be believed before [`SignedNote::verify`] returns it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    whole: String,
    /// Length of the text that is signed: up to and with its last newline.
    text_bytes: usize,
    signatures: Vec<NoteSignature>,
}

/// One signature line of a note. Nothing says yet that it verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    name: String,
    key_hash: [u8; KEY_HASH_BYTES],
    bytes: Vec<u8>,
}

impl SignedNote {
    /// Signs a text.
    ///
    /// # Errors
    ///
    /// Refuses a text that does not end in a newline, holds another control character, or makes a note over [`NOTE_MAX_BYTES`].
    pub fn sign(text: &str, key: &SigningKey) -> Result<Self, Error> {
        check_letters(text)?;
        if !text.ends_with('\n') {
            return Err(Error::Form);
        }
        let note = Self::assemble(text, vec![NoteSignature::by(key.verifying_key(), key.sign(text.as_bytes()))]);
        check_length(&note.whole)?;
        Ok(note)
    }

    /// Puts signatures under a text that is known to end in a newline, to hold no other control character, and to be short.
    pub(crate) fn assemble(text: &str, signatures: Vec<NoteSignature>) -> Self {
        let mut whole = format!("{text}\n");
        for signature in &signatures {
            whole.push_str(&signature.to_string());
            whole.push('\n');
        }
        Self { whole, text_bytes: text.len(), signatures }
    }

    /// Parses a note without believing it.
    ///
    /// # Errors
    ///
    /// Refuses what C2SP signed-note does not allow, and notes over [`NOTE_MAX_BYTES`] or [`NOTE_MAX_SIGNATURES`].
    pub fn parse(note: &str) -> Result<Self, Error> {
        check_length(note)?;
        check_letters(note)?;
        let blank = note.rfind("\n\n").ok_or(Error::Form)?;
        let text_bytes = blank + 1;
        let lines = note[text_bytes + 1..].strip_suffix('\n').ok_or(Error::Form)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == NOTE_MAX_SIGNATURES {
                return Err(Error::TooManySignatures);
            }
            signatures.push(NoteSignature::parse(line)?);
        }
        Ok(Self { whole: note.to_owned(), text_bytes, signatures })
    }

    /// Returns the text, once the pinned key has signed it. Signatures by other keys are ignored.
    ///
    /// # Errors
    ///
    /// Refuses a note without a signature by the key, and one with a signature by the key that does not verify.
    pub fn verify(&self, key: &VerifyingKey) -> Result<&str, Error> {
        let text = self.unverified_text();
        let mut signed = false;
        for signature in self.signatures.iter().filter(|signature| signature.is_by(key)) {
            if !key.verifies(text.as_bytes(), &signature.bytes) {
                return Err(Error::BadSignature { key: key.name().to_owned() });
            }
            signed = true;
        }
        if signed { Ok(text) } else { Err(Error::NotSigned { key: key.name().to_owned() }) }
    }

    /// Returns the whole note, signatures and all, as it was received.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// Returns the signature lines, in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    pub(crate) fn unverified_text(&self) -> &str {
        &self.whole[..self.text_bytes]
    }
}

fn check_length(note: &str) -> Result<(), Error> {
    if note.len() > NOTE_MAX_BYTES { Err(Error::TooLarge { bytes: note.len() }) } else { Ok(()) }
}

fn check_letters(text: &str) -> Result<(), Error> {
    let control = text.bytes().any(|byte| byte < b' ' && byte != b'\n');
    if control { Err(Error::ControlCharacter) } else { Ok(()) }
}

impl NoteSignature {
    /// Makes the line of a signature by a key.
    pub fn by(key: &VerifyingKey, signature: [u8; SIGNATURE_BYTES]) -> Self {
        Self { name: key.name().to_owned(), key_hash: key.key_hash(), bytes: signature.to_vec() }
    }

    pub(crate) const fn new(name: String, key_hash: [u8; KEY_HASH_BYTES], bytes: Vec<u8>) -> Self {
        Self { name, key_hash, bytes }
    }

    /// Parses a line, without its newline.
    ///
    /// # Errors
    ///
    /// Refuses what C2SP signed-note does not allow.
    pub fn parse(line: &str) -> Result<Self, Error> {
        let (name, encoded) =
            line.strip_prefix(SIGNATURE_MARK).and_then(|rest| rest.split_once(' ')).ok_or(Error::SignatureLine)?;
        let decoded = STANDARD.decode(encoded).map_err(|_| Error::SignatureLine)?;
        let (&key_hash, bytes) = decoded.split_first_chunk().ok_or(Error::SignatureLine)?;
        if !is_key_name(name) || bytes.is_empty() {
            return Err(Error::SignatureLine);
        }
        Ok(Self { name: name.to_owned(), key_hash, bytes: bytes.to_vec() })
    }

    /// Returns the name of the key that it claims to be by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells whether it claims to be by this key.
    pub fn is_by(&self, key: &VerifyingKey) -> bool {
        self.claims(key.name(), key.key_hash())
    }

    pub(crate) fn claims(&self, name: &str, key_hash: [u8; KEY_HASH_BYTES]) -> bool {
        self.name == name && self.key_hash == key_hash
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows the line, without a newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = STANDARD.encode([self.key_hash.as_slice(), &self.bytes].concat());
        write!(formatter, "{SIGNATURE_MARK}{} {encoded}", self.name)
    }
}

/// Why a note is malformed or not to be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The note is longer than any note is.
    #[error("the note has `{bytes}` bytes, `{NOTE_MAX_BYTES}` are allowed: fetch it again")]
    TooLarge {
        /// Length of the note.
        bytes: usize,
    },
    /// A control character other than newline.
    #[error("the note holds a control character other than newline: copy it as it was signed")]
    ControlCharacter,
    /// No text, blank line and signature lines.
    #[error("the note is not a text, a blank line and signature lines: copy it whole, with its last newline")]
    Form,
    /// A line after the blank line is no signature.
    #[error("a signature line is not `\u{2014} <name> <base64>`: copy the note as it was signed")]
    SignatureLine,
    /// More signature lines than any note has.
    #[error("the note has more than `{NOTE_MAX_SIGNATURES}` signatures: drop those of keys nobody pins")]
    TooManySignatures,
    /// The pinned key has not signed the note.
    #[error("the note carries no signature by `{key}`: pin the key of the log that was asked")]
    NotSigned {
        /// Name of the pinned key.
        key: String,
    },
    /// A signature that claims to be by the pinned key is not.
    #[error("the signature by `{key}` does not verify: the note was altered or forged")]
    BadSignature {
        /// Name of the pinned key.
        key: String,
    },
}
