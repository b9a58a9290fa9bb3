//! Events as rows hold them; their contents stay exactly as they were encoded.

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::{PayloadDigest, PrincipalKind};

use super::{
    Columns,
    column::{self, Column},
};
use crate::{
    domain::{Candidate, Event, evolve},
    store::{ApprovingEntry, CorruptRow, Error, OutboxEvent, StoredEvent, Subject, erasure::KeptEvent},
    wire,
};

const fn at(column: &'static str) -> Column {
    Column { table: "events", column }
}

/// Reads an event with its receipt, once it has one.
pub(in crate::store) fn stored(name: &CandidateName, row: &impl Columns) -> Result<StoredEvent, Error> {
    let receipt = match (row.number_if_any("entry_index")?, row.bytes_if_any("leaf_hash")?) {
        (Some(index), Some(bytes)) => {
            Some((column::natural(at("entry_index"), name, index)?, column::hash(at("leaf_hash"), name, bytes)?))
        }
        _ => None,
    };
    Ok(StoredEvent { content: row.bytes("content")?.to_vec(), receipt })
}

/// Reads an event as an erasure finds it: the outer error is the database's, the inner one the row's.
pub(in crate::store) fn kept(
    name: &CandidateName,
    row: &impl Columns,
) -> Result<Result<KeptEvent, CorruptRow>, sqlx::Error> {
    let (position, entry_index) = (row.number("position")?, row.number_if_any("entry_index")?);
    let content = row.bytes("content")?;
    let read = || {
        let entry_index = entry_index.map(|index| column::natural(at("entry_index"), name, index)).transpose()?;
        Ok(KeptEvent { position, event: decode(name, content)?, entry_index })
    };
    Ok(read())
}

/// Makes the candidate that events make, as it was at a revision.
pub(in crate::store) fn replay(
    name: &CandidateName,
    revision: u64,
    contents: &[Vec<u8>],
) -> Result<Candidate, CorruptRow> {
    let mut candidate = None;
    for content in contents {
        let event = decode(name, content)?;
        candidate = Some(evolve(candidate, &event));
    }
    candidate
        .filter(|candidate| candidate.revision == revision)
        .ok_or_else(|| at("revision").corrupt(name, "events are missing"))
}

/// Reads an event that waits for its receipt.
pub(in crate::store) fn waiting(workspace: &Workspace, row: &impl Columns) -> Result<OutboxEvent, Error> {
    let position = row.number("position")?;
    let id = column::uuid(at("candidate_id"), position, row.bytes("candidate_id")?)?;
    let kind = row.text("kind")?.to_owned();
    let principal_kind = row.text("principal_kind")?.parse::<PrincipalKind>();
    let digest = row.bytes_if_any("payload_digest")?.map(PayloadDigest::try_from).transpose();
    Ok(OutboxEvent {
        position,
        subject: Subject::of_kind(&kind, workspace.clone(), id),
        revision: column::natural(at("revision"), position, row.number("revision")?)?,
        ordinal: column::natural(at("ordinal"), position, row.number("ordinal")?)?,
        kind,
        principal_kind: principal_kind.map_err(|error| at("principal_kind").corrupt(position, error))?,
        principal_reference: row.text("principal_reference")?.to_owned(),
        payload_digest: digest.map_err(|error| at("payload_digest").corrupt(position, error))?,
        traceparent: row.text("traceparent")?.to_owned(),
        content: row.bytes("content")?.to_vec(),
    })
}

/// Reads where an approving event stands.
pub(in crate::store) fn approving(
    candidate: &CandidateName,
    revision: u64,
    ordinal: u32,
    row: &impl Columns,
) -> Result<ApprovingEntry, Error> {
    Ok(ApprovingEntry {
        revision,
        ordinal,
        entry_index: column::natural(at("entry_index"), candidate, row.number("entry_index")?)?,
        traceparent: row.text("traceparent")?.to_owned(),
    })
}

fn decode(name: &CandidateName, content: &[u8]) -> Result<Event, CorruptRow> {
    wire::event::decode(content).map_err(|error| at("content").corrupt(name, chain(&error)))
}

/// Words an error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
