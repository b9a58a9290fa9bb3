//! Signatures over what an export says of itself: a C2SP signed note that names a purpose and the SHA-256 of the file.

use ledger_format::note::{self, SignedNote};
use ledger_format::{SigningKey, VerifyingKey, sha256};

/// What a signature is for. One given for the one never stands for the other, nor for a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The manifest of a finished export.
    Manifest,
    /// The journal of an unfinished one.
    Journal,
}

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The note is malformed or not by the key.
    #[error(transparent)]
    Note(#[from] note::Error),
    /// The note is no text.
    #[error("the signature is not text: bring back the file as it was written")]
    NoText,
    /// The note is over something else.
    #[error("the signature is over other bytes: bring back file and signature that belong together")]
    OtherBytes,
}

impl Purpose {
    const fn tag(self) -> &'static str {
        match self {
            Self::Manifest => "countersign/export-manifest/v1",
            Self::Journal => "countersign/export-journal/v1",
        }
    }

    /// Signs bytes for this purpose; gives the note.
    pub(super) fn sign(self, bytes: &[u8], key: &SigningKey) -> String {
        let note = SignedNote::sign(&self.text_over(bytes), key);
        note.expect("invariant: the text is two short lines").as_str().to_owned()
    }

    /// Checks that the key has signed these bytes for this purpose.
    pub(super) fn check(self, bytes: &[u8], note: &[u8], key: &VerifyingKey) -> Result<(), SignatureError> {
        let note = str::from_utf8(note).map_err(|_| SignatureError::NoText)?;
        let note = SignedNote::parse(note)?;
        if note.verify(key)? == self.text_over(bytes) { Ok(()) } else { Err(SignatureError::OtherBytes) }
    }

    fn text_over(self, bytes: &[u8]) -> String {
        format!("{}\n{}\n", self.tag(), sha256(&[bytes]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_bytes_its_purpose_and_its_key_alone() {
        let key = |seed| SigningKey::from_seed("countersign-export", &[seed; 32]).expect("a key");
        let (ours, other) = (key(1), key(2));
        let note = Purpose::Manifest.sign(b"{}", &ours);
        let check = |purpose: Purpose, bytes: &[u8], key: &SigningKey| {
            purpose.check(bytes, note.as_bytes(), key.verifying_key())
        };
        assert_eq!(check(Purpose::Manifest, b"{}", &ours), Ok(()));
        assert_eq!(check(Purpose::Manifest, b"{ }", &ours), Err(SignatureError::OtherBytes));
        assert_eq!(check(Purpose::Journal, b"{}", &ours), Err(SignatureError::OtherBytes));
        assert!(matches!(check(Purpose::Manifest, b"{}", &other), Err(SignatureError::Note(_))));
        assert_eq!(Purpose::Manifest.check(b"{}", &[0xFF], ours.verifying_key()), Err(SignatureError::NoText));
    }

    #[test]
    fn a_signature_is_no_checkpoint() {
        let key = SigningKey::from_seed("countersign-export", &[1; 32]).expect("a key");
        for purpose in [Purpose::Manifest, Purpose::Journal] {
            assert!(ledger_format::SignedCheckpoint::parse(&purpose.sign(b"{}", &key)).is_err());
        }
    }
}
