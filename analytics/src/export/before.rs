//! The payload before an edit: kept from its own entry, or found again in the log.

use countersign_api::candidate::v1::CandidateEdited;
use ledger_format::{Leaf, PayloadDigest};
use serde_json::Value;

use super::edit::PayloadKeeper;
use super::error::Error;
use super::source::{Fetched, Source};

/// Most entries that are looked at, backwards from the edit, before the payload before it counts as not known.
const LOOKUPS_MAX: usize = 200;

/// Returns the payload with the digest that the edit names as the one before; none when it was erased or lies too far back.
///
/// It does not matter where it comes from: the digest stands in verified content, and whatever has it is that payload.
pub(super) async fn payload_before(
    source: &mut Source,
    keeper: &mut PayloadKeeper,
    leaf: &Leaf<&str>,
    edited: &CandidateEdited,
) -> Result<Option<Value>, Error> {
    let Ok(digest) = PayloadDigest::try_from(edited.digest_before.as_slice()) else { return Ok(None) };
    if !keeper.has(&digest) {
        look_back(source, keeper, leaf, &digest).await?;
    }
    Ok(keeper.payload(&digest))
}

/// Reads the candidate's earlier events by their keys, `{uuid}/{revision}/{ordinal}`, the latest first.
async fn look_back(
    source: &mut Source,
    keeper: &mut PayloadKeeper,
    leaf: &Leaf<&str>,
    digest: &PayloadDigest,
) -> Result<(), Error> {
    let Some((_, id)) = leaf.subject.rsplit_once('/') else { return Ok(()) };
    let mut lookups = 0;
    for revision in (1..leaf.subject_revision).rev() {
        for ordinal in 0.. {
            lookups += 1;
            if lookups > LOOKUPS_MAX {
                return Ok(());
            }
            match source.payload_of(&format!("{id}/{revision}/{ordinal}")).await? {
                Fetched::Payload(payload) => keeper.keep(payload),
                Fetched::NoPayload => {}
                Fetched::NoEntry => break,
            }
            if keeper.has(digest) {
                return Ok(());
            }
        }
    }
    Ok(())
}
