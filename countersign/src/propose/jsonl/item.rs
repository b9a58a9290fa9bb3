use countersign_api::candidate::v1::Proposal;
use ledger_format::{canonicalize_payload, sha256};
use prost::Message as _;

use super::LineError;
use super::object::Object;
use super::proposal::read_proposal;
use crate::propose::{Item, Origin};

const REQUEST_ID_TAG: &[u8] = b"countersign/proposed-line/v1\n";

/// Reads a line.
///
/// # Errors
/// What is wrong with it, in which field and at which byte.
pub fn read_item(number: u64, text: &str) -> Result<Item, LineError> {
    let mut line = Object::of_line(text).map_err(|wrong| wrong.in_line(number, None))?;
    let given = line.text_if_any("request_id").map_err(|wrong| wrong.in_line(number, None))?;
    let proposal = read_proposal(&mut line).and_then(|proposal| line.finish().map(|()| proposal));
    let proposal = proposal.map_err(|wrong| wrong.in_line(number, given.clone()))?;
    let request_id = given.unwrap_or_else(|| content_id(&proposal));
    Ok(Item { request_id, origin: Origin::Line(number), proposal })
}

/// The same content has the same id, wherever and however often it stands; line breaks and order of fields make no difference.
fn content_id(proposal: &Proposal) -> String {
    let mut proposal = proposal.clone();
    // What has no canonical form is refused by the services, whatever its id.
    if let Ok(canonical) = canonicalize_payload(&proposal.payload_json) {
        proposal.payload_json = canonical;
    }
    hex::encode(sha256(&[REQUEST_ID_TAG, &proposal.encode_to_vec()]).as_bytes())
}
