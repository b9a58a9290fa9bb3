//! The ledger, as an export asks it.

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEvent, Payload};
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::ledger::v1::{
    GetCheckpointRequest, GetEntryByKeyRequest, ReadEntriesRequest, ReadEntriesResponse,
};
use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, SignedCheckpoint, VerifyingKey};
use prost::Message;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use tonic::{Code, Streaming};

use super::error::Error;

/// A client of one workspace's log.
#[derive(Debug, Clone)]
pub(super) struct Source {
    client: LedgerServiceClient<AuthorizedChannel>,
    parent: String,
}

impl Source {
    /// Makes a client over a channel.
    pub(super) fn new(channel: AuthorizedChannel, workspace: &Workspace) -> Self {
        let client = LedgerServiceClient::new(channel).max_decoding_message_size(TRANSPORT_MAX_BYTES);
        Self { client, parent: workspace.to_string() }
    }

    /// Fetches the latest checkpoint that covers at least `least_size` entries, and believes it only under the pinned key.
    pub(super) async fn checkpoint(
        &mut self,
        least_size: u64,
        key: &VerifyingKey,
        origin: &str,
    ) -> Result<(SignedCheckpoint, Checkpoint), Error> {
        let least_size = i64::try_from(least_size).unwrap_or(i64::MAX);
        let request = GetCheckpointRequest { parent: self.parent.clone(), least_size };
        let response = self.client.get_checkpoint(request).await.map_err(Error::ledger("GetCheckpoint"))?.into_inner();
        let note = response.checkpoint.ok_or(Error::NoCheckpoint)?.signed_note;
        let signed = SignedCheckpoint::parse(&note).map_err(Error::Checkpoint)?;
        let checkpoint = signed.verify(key, origin).map_err(Error::Checkpoint)?.clone();
        Ok((signed, checkpoint))
    }

    /// Streams `count` entries from an index on.
    pub(super) async fn entries(&mut self, start: u64, count: u64) -> Result<Streaming<ReadEntriesResponse>, Error> {
        let request = ReadEntriesRequest {
            parent: self.parent.clone(),
            start_index: i64::try_from(start).unwrap_or(i64::MAX),
            limit: i64::try_from(count).unwrap_or(i64::MAX),
            include_sealed: false,
        };
        Ok(self.client.read_entries(request).await.map_err(Error::ledger("ReadEntries"))?.into_inner())
    }

    /// Fetches the payload that the event under this key made; the caller checks it by its digest.
    pub(super) async fn payload_of(&mut self, key: &str) -> Result<Fetched, Error> {
        let request = GetEntryByKeyRequest { parent: self.parent.clone(), idempotency_key: key.to_owned() };
        let response = match self.client.get_entry_by_key(request).await {
            Ok(response) => response.into_inner(),
            Err(status) if status.code() == Code::NotFound => return Ok(Fetched::NoEntry),
            Err(status) => return Err(Error::ledger("GetEntryByKey")(status)),
        };
        let entry = response.entry.ok_or_else(|| Error::EntryMissing { key: key.to_owned() })?;
        let event = CandidateEvent::decode(entry.content).ok().and_then(|event| event.event);
        Ok(match event.and_then(payload_in) {
            Some(payload) => Fetched::Payload(payload),
            None => Fetched::NoPayload,
        })
    }
}

/// What stands under a key.
pub(super) enum Fetched {
    /// An event that made a payload.
    Payload(Payload),
    /// An event that made none, or whose content was erased.
    NoPayload,
    /// Nothing.
    NoEntry,
}

/// Takes the payload that an event made out of it.
pub(super) fn payload_in(event: Event) -> Option<Payload> {
    match event {
        Event::CandidateProposed(proposed) => proposed.payload,
        Event::CandidateEdited(edited) => edited.payload,
        _ => None,
    }
}
