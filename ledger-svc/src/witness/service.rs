use std::{path::Path, str::FromStr, sync::Arc};

use ledger_format::{
    AddCheckpoint, Checkpoint, ConsistencyProof, CosigningKey, NoteSignature, SignedCheckpoint, VerifyingKey,
    empty_root, key,
};
use service_kit::clock::Clock;

use crate::store::{
    self,
    witness::{CosignedStore, Seen},
};

/// A log that is witnessed: its origin, and a key that signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedLog {
    /// The first line of its checkpoints.
    pub origin: String,
    /// Its key.
    pub key: VerifyingKey,
}

/// A witness: for each log it remembers the largest checkpoint it cosigned, and never cosigns another history.
#[derive(Debug)]
pub struct Witness {
    key: CosigningKey,
    trusted: Vec<TrustedLog>,
    store: CosignedStore,
    clock: Arc<dyn Clock>,
}

/// What a witness answers, with the HTTP status that C2SP tlog-witness gives each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// 200: it cosigned, and remembers so.
    Cosigned(NoteSignature),
    /// 400: the request is not of its form, or goes backwards.
    Malformed(String),
    /// 403: no signature by a trusted key verifies.
    Untrusted,
    /// 404: it does not witness this log.
    UnknownLog,
    /// 409: it is at this size, not at the one that was assumed; or it has cosigned another root there.
    Conflict {
        /// Size of the last checkpoint that it cosigned; 0 for none.
        size: u64,
    },
    /// 422: the proof does not lead from what it cosigned to what it is asked to cosign.
    Inconsistent(String),
}

/// Why a witness can not answer at all.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// What it remembers can not be read or written: it must not cosign.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Witness {
    /// Opens what the witness remembers.
    ///
    /// # Errors
    /// [`WitnessError::Store`], which names the file.
    pub async fn open(
        key: CosigningKey,
        trusted: Vec<TrustedLog>,
        store: &Path,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, WitnessError> {
        Ok(Self { key, trusted, store: CosignedStore::open(store).await?, clock })
    }

    /// Closes the file.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Judges an `add-checkpoint` request, and remembers what it cosigns before it answers.
    ///
    /// A crash before the commit leaves the older checkpoint, and nothing was answered. A crash after it leaves the newer one: the log asks
    /// again and is told the size.
    ///
    /// # Errors
    /// [`WitnessError`]; then nothing is cosigned.
    pub async fn judge(&self, body: &[u8]) -> Result<Verdict, WitnessError> {
        let Ok(text) = str::from_utf8(body) else {
            return Ok(Verdict::Malformed("the request is not UTF-8".to_owned()));
        };
        let asked: AddCheckpoint = match text.parse() {
            Ok(asked) => asked,
            Err(error) => return Ok(Verdict::Malformed(error.to_string())),
        };
        let origin = asked.checkpoint.claimed_origin();
        let checkpoint = match self.believe(&asked.checkpoint, origin) {
            Ok(checkpoint) => checkpoint,
            Err(verdict) => return Ok(verdict),
        };
        if i64::try_from(checkpoint.size()).is_err() {
            return Ok(Verdict::Malformed(format!("no log has `{}` entries", checkpoint.size())));
        }
        if asked.old_size > checkpoint.size() {
            let what = format!("the old size `{}` is above the checkpoint's `{}`", asked.old_size, checkpoint.size());
            return Ok(Verdict::Malformed(what));
        }
        let next = Seen { size: checkpoint.size(), root: checkpoint.root() };
        let verdict = self.store.advance(origin, &next, |seen| judge_growth(seen, &next, &asked)).await?;
        if let Some(refusal) = verdict {
            return Ok(refusal);
        }
        let now = u64::try_from(self.clock.now().as_second()).unwrap_or_default();
        Ok(Verdict::Cosigned(self.key.cosign(&asked.checkpoint, now)))
    }
}

impl Witness {
    /// Finds a trusted key of the log that has signed a checkpoint.
    fn believe<'c>(&self, signed: &'c SignedCheckpoint, origin: &str) -> Result<&'c Checkpoint, Verdict> {
        let mut is_known = false;
        for log in self.trusted.iter().filter(|log| log.origin == origin) {
            is_known = true;
            // A false line beside a good one is as if it were not there: the specification asks for one that verifies.
            if let Ok(checkpoint) = signed.verify(&log.key, origin) {
                return Ok(checkpoint);
            }
        }
        Err(if is_known { Verdict::Untrusted } else { Verdict::UnknownLog })
    }
}

/// Compares a checkpoint with the one that was cosigned last; none when it has only grown.
fn judge_growth(seen: Option<&Seen>, next: &Seen, asked: &AddCheckpoint) -> Option<Verdict> {
    let (size, root) = seen.map_or_else(|| (0, empty_root()), |seen| (seen.size, seen.root));
    let is_same_size = size == next.size;
    if asked.old_size != size || (is_same_size && root != next.root) {
        return Some(Verdict::Conflict { size });
    }
    let proof = ConsistencyProof { old_size: size, new_size: next.size, hashes: asked.hashes.clone() };
    let proved: Result<(), _> = proof.verify(root, next.root);
    proved.err().map(|error| Verdict::Inconsistent(error.to_string()))
}

/// Reads `<vkey>`, whose name is the origin, or `<vkey>=<origin>`.
impl FromStr for TrustedLog {
    type Err = key::Error;

    fn from_str(text: &str) -> Result<Self, key::Error> {
        // The base64 of a key has no padding, so the first `=` ends it.
        let (key, origin) = match text.split_once('=') {
            Some((key, origin)) => (key, Some(origin)),
            None => (text, None),
        };
        let key: VerifyingKey = key.parse()?;
        let origin = origin.map_or_else(|| key.name().to_owned(), str::to_owned);
        Ok(Self { origin, key })
    }
}
