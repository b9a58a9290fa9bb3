use ledger_format::{
    Checkpoint, NoteSignature, PinnedKeys, SignedCheckpoint, SigningKey, VerifyingKey, VerifyingKeys, key_list,
};

use super::{CommandError, SignerCommand};
use crate::log::{Head, Log, Published};

/// Something that signs under one key.
#[derive(Debug)]
pub enum Signs {
    /// A private key of this process.
    Key(SigningKey),
    /// A program that holds it.
    Command(SignerCommand),
}

/// Signs checkpoints: with the newest key, and with every one that overlaps with it.
#[derive(Debug)]
pub struct CheckpointSigner {
    /// The newest first; never empty.
    signers: Vec<Signs>,
    /// Those, and the keys before them that older checkpoints are signed by.
    known: VerifyingKeys,
}

/// Why a checkpoint was not signed.
#[derive(Debug, thiserror::Error)]
#[error("`{origin}` was not signed at `{size}`")]
pub struct SignError {
    origin: String,
    size: u64,
    source: CommandError,
}

impl Signs {
    /// Returns the key that its signatures are by.
    pub const fn verifying_key(&self) -> &VerifyingKey {
        match self {
            Self::Key(key) => key.verifying_key(),
            Self::Command(command) => command.verifying_key(),
        }
    }

    async fn sign(&self, message: &[u8]) -> Result<[u8; ledger_format::key::SIGNATURE_BYTES], CommandError> {
        match self {
            Self::Key(key) => Ok(key.sign(message)),
            Self::Command(command) => command.sign(message).await,
        }
    }
}

impl CheckpointSigner {
    /// Signs with `signers`, the newest first, and knows the keys in `past`, too.
    ///
    /// # Errors
    /// When there is no signer, or the keys do not make one list.
    pub fn new(signers: Vec<Signs>, past: impl IntoIterator<Item = VerifyingKey>) -> Result<Self, key_list::Error> {
        let mut keys: Vec<VerifyingKey> = signers.iter().map(|signer| signer.verifying_key().clone()).collect();
        for key in past {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        Ok(Self { known: VerifyingKeys::new(keys)?, signers })
    }

    /// Returns the key that signs now, the newest where two overlap.
    pub fn verifying_key(&self) -> &VerifyingKey {
        self.known.newest()
    }

    /// Returns the keys that sign now, the newest first.
    pub fn signing_keys(&self) -> impl Iterator<Item = &VerifyingKey> {
        self.signers.iter().map(Signs::verifying_key)
    }

    /// Returns every key that a checkpoint of these logs may be signed by, the newest first.
    pub const fn known_keys(&self) -> &VerifyingKeys {
        &self.known
    }

    /// Signs the head of a log.
    ///
    /// # Errors
    /// [`SignError`] when a program gives no signature; then nothing is signed.
    ///
    /// # Panics
    /// Never: the origins of our logs fit a checkpoint and can name a key.
    pub(crate) async fn sign_head(&self, log: &Log, head: Head) -> Result<Published, SignError> {
        let checkpoint =
            Checkpoint::new(&log.origin, head.size, head.root).expect("invariant: an origin of ours fits a checkpoint");
        let text = checkpoint.to_string();
        let mut lines = Vec::with_capacity(self.signers.len());
        for signer in &self.signers {
            let signature = signer.sign(text.as_bytes()).await;
            let signature =
                signature.map_err(|source| SignError { origin: log.origin.clone(), size: head.size, source })?;
            lines.push(NoteSignature::by(&log.key_of(signer.verifying_key()), signature));
        }
        let signed_note = checkpoint.with_signatures(lines).text().to_owned();
        Ok(Published { checkpoint, signed_note })
    }

    /// Tells whether a checkpoint carries the signatures that one signed now would.
    pub(crate) fn has_signed(&self, log: &Log, published: &Published) -> bool {
        let Ok(signed) = SignedCheckpoint::parse(&published.signed_note) else { return false };
        let is_by = |key: &VerifyingKey| signed.signatures().iter().any(|line| line.is_by(&log.key_of(key)));
        self.signing_keys().all(is_by) && signed.signatures().len() == self.signers.len()
    }
}

impl From<SigningKey> for CheckpointSigner {
    fn from(key: SigningKey) -> Self {
        Self { known: key.verifying_key().clone().into(), signers: vec![Signs::Key(key)] }
    }
}

impl Log {
    /// Returns a key under the name that signs this log: its own origin for the log of logs, the prefix for all others.
    pub(crate) fn key_of(&self, key: &VerifyingKey) -> VerifyingKey {
        if self.workspace.is_log_of_logs() {
            key.named(&self.origin).expect("invariant: the origin of the log of logs can name a key")
        } else {
            key.clone()
        }
    }

    /// Returns keys as [`Log::key_of`] does.
    pub(crate) fn keys_of(&self, keys: &VerifyingKeys) -> impl PinnedKeys + use<> {
        if self.workspace.is_log_of_logs() {
            keys.named(&self.origin).expect("invariant: the origin of the log of logs can name a key")
        } else {
            keys.clone()
        }
    }
}
