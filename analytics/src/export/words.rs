//! The words behind a change of wording: read from the ledger for whoever may see them, and kept nowhere.

use countersign_api::name::CandidateName;
use serde_json::Value;
use service_kit::grpc::AuthorizedChannel;

use super::edit::{Span, Wording, parse_payload, words_behind};
use super::error::Error;
use super::export_key::ExportKey;
use super::source::{Fetched, Source};

/// Most entries of a candidate that are looked at.
const LOOKUPS_MAX: usize = 40;

/// Finds the words that a change of wording in one candidate was about; none once they are erased.
///
/// It does not matter what the ledger answers: what has the hashes of the change, which come from a verified export, are its words.
pub(crate) async fn words_of(
    ledger: AuthorizedChannel,
    key: &ExportKey,
    candidate: &CandidateName,
    wanted: &Wording,
) -> Result<Option<Span>, Error> {
    let mut source = Source::new(ledger, &candidate.workspace);
    let mut before: Option<Value> = None;
    let mut lookups = 0;
    for revision in 1_u64.. {
        for ordinal in 0.. {
            lookups += 1;
            if lookups > LOOKUPS_MAX {
                return Ok(None);
            }
            let after = match source.payload_of(&format!("{}/{revision}/{ordinal}", candidate.id)).await? {
                Fetched::Payload(payload) => parse_payload(&payload.canonical_json),
                Fetched::NoPayload => continue,
                Fetched::NoEntry if ordinal == 0 => return Ok(None),
                Fetched::NoEntry => break,
            };
            let words = before.as_ref().zip(after.as_ref());
            if let Some(words) = words.and_then(|(before, after)| words_behind(before, after, wanted, key)) {
                return Ok(Some(words));
            }
            before = after;
        }
    }
    Ok(None)
}
