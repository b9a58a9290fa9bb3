//! Verifying a log over the network: nothing is believed that its leaves do not lead to the signed root by.

use analytics::export::Remembered;
use countersign_api::ledger::v1::{Entry, GetCheckpointRequest, ReadEntriesRequest};
use ledger_format::{
    Checkpoint, Content, EntryParts, Hash, LogVerifier, Salt, SignedCheckpoint, Verified, VerifyingKeys,
};

use super::departed::Departed;
use crate::failure::Failure;
use crate::output::Progress;
use crate::session::Session;

/// Why a log that a server streams was not verified.
#[derive(Debug)]
pub enum Unverified {
    /// Something is wrong with it.
    Found(Departed),
    /// It could not be read.
    Failed(Failure),
}

impl From<Failure> for Unverified {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Reads every entry under the server's checkpoint, hashes leaves and contents again, and holds them to the pinned keys and to what the
/// caller remembers of this log.
///
/// # Errors
/// The first thing that is wrong, with the index it is wrong from; or why the server could not be read to the end.
pub async fn verify(
    session: &Session,
    keys: &VerifyingKeys,
    origin: &str,
    remembered: Option<Remembered>,
    bar: &Progress,
) -> Result<Verified, Unverified> {
    let checkpoint = checkpoint(session, keys, origin).await?;
    let size = checkpoint.size();
    if let Some(remembered) = remembered.filter(|remembered| remembered.size > size) {
        return Err(Unverified::Found(Departed::shorter(size, remembered.size)));
    }
    bar.set_total(size);
    let mut verifier = LogVerifier::new(origin);
    check_remembered(&verifier, remembered)?;
    // A log without entries has nothing to read, and no limit means all there is.
    if size > 0 {
        let parent = session.workspace().to_string();
        let limit = i64::try_from(size).unwrap_or(i64::MAX);
        let request = ReadEntriesRequest { parent, start_index: 0, limit, ..ReadEntriesRequest::default() };
        let mut stream = session.ledger().read_entries(request).await.map_err(Failure::from)?.into_inner();
        while let Some(chunk) = stream.message().await.map_err(Failure::from)? {
            for entry in chunk.entries {
                take(&mut verifier, &entry)?;
                check_remembered(&verifier, remembered)?;
            }
            bar.set(verifier.size());
        }
    }
    verifier.finish(&checkpoint).map_err(|finding| Unverified::Found(finding.into()))
}

/// Fetches the checkpoint and believes it under the pinned keys alone.
async fn checkpoint(session: &Session, keys: &VerifyingKeys, origin: &str) -> Result<Checkpoint, Unverified> {
    let request = GetCheckpointRequest { parent: session.workspace().to_string(), least_size: 0 };
    let response = session.ledger().get_checkpoint(request).await.map_err(Failure::from)?.into_inner();
    let note = response.checkpoint.unwrap_or_default().signed_note;
    let signed = SignedCheckpoint::parse(&note).and_then(|signed| signed.verify(keys, origin).cloned());
    signed.map_err(|error| Unverified::Found(Departed::checkpoint(&error)))
}

fn take(verifier: &mut LogVerifier, entry: &Entry) -> Result<(), Unverified> {
    let index = verifier.size();
    let malformed = |field: &str, error: ledger_format::hash::Error| {
        Unverified::Found(Departed::entry(index, format!("its `{field}` is malformed: {error}")))
    };
    let leaf_hash = Hash::try_from(entry.leaf_hash.as_slice()).map_err(|error| malformed("leaf_hash", error))?;
    let content = if entry.erased {
        Content::Erased
    } else {
        let salt = Salt::try_from(entry.salt.as_slice()).map_err(|error| malformed("salt", error))?;
        Content::Kept { salt, bytes: &entry.content }
    };
    let parts = EntryParts {
        // A negative index can stand in no log: it becomes one that is never next.
        index: u64::try_from(entry.index).unwrap_or(u64::MAX),
        leaf: &entry.leaf,
        leaf_hash,
        columns: &[],
        content,
    };
    verifier.entry(parts).map_err(|finding| Unverified::Found(finding.into()))
}

fn check_remembered(verifier: &LogVerifier, remembered: Option<Remembered>) -> Result<(), Unverified> {
    match remembered.and_then(|remembered| Some((remembered, verifier.root_at(remembered.size)?))) {
        Some((remembered, root)) if root != remembered.root => {
            Err(Unverified::Found(Departed::forked(remembered.size)))
        }
        Some(_) | None => Ok(()),
    }
}
