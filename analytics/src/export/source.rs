//! The ledger, as an export asks it.

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEvent, Payload};
use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use countersign_api::ledger::v1::{
    GetCheckpointRequest, GetEntryByKeyRequest, ProveConsistencyRequest, ReadEntriesRequest, ReadEntriesResponse,
};
use countersign_api::name::Workspace;
use ledger_format::{Checkpoint, ConsistencyProof, Hash, SignedCheckpoint, VerifyingKeys};
use prost::Message;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use tonic::{Code, Streaming};

use super::error::Error;
use super::manifest::Previous;

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
        keys: &VerifyingKeys,
        origin: &str,
    ) -> Result<(SignedCheckpoint, Checkpoint), Error> {
        let least_size = i64::try_from(least_size).unwrap_or(i64::MAX);
        let request = GetCheckpointRequest { parent: self.parent.clone(), least_size };
        let response = self.client.get_checkpoint(request).await.map_err(Error::ledger("GetCheckpoint"))?.into_inner();
        let note = response.checkpoint.ok_or(Error::NoCheckpoint)?.signed_note;
        let signed = SignedCheckpoint::parse(&note).map_err(Error::Checkpoint)?;
        let checkpoint = signed.verify(keys, origin).map_err(Error::Checkpoint)?.clone();
        Ok((signed, checkpoint))
    }

    /// Waits until the log has so many entries under a checkpoint, however long that takes.
    pub(super) async fn grown(&mut self, least_size: u64, keys: &VerifyingKeys, origin: &str) -> Result<(), Error> {
        loop {
            match self.checkpoint(least_size, keys, origin).await {
                // The call's own deadline ends a wait; the log may still be as it was.
                Err(Error::Ledger { source, .. }) if source.code() == Code::DeadlineExceeded => {}
                answer => return answer.map(drop),
            }
        }
    }

    /// Asks the ledger to prove that its log grew from the one that was exported before, and believes only the proof.
    pub(super) async fn is_grown_from(&mut self, old: &Previous, new: &Checkpoint) -> Result<bool, Error> {
        if old.size == new.size() {
            return Ok(old.root == new.root());
        }
        let request = ProveConsistencyRequest {
            parent: self.parent.clone(),
            old_size: i64::try_from(old.size).unwrap_or(i64::MAX),
            new_size: i64::try_from(new.size()).unwrap_or(i64::MAX),
        };
        let response = self.client.prove_consistency(request).await.map_err(Error::ledger("ProveConsistency"))?;
        let hashes = response.into_inner().hashes;
        let hashes: Result<Vec<Hash>, _> = hashes.iter().map(|hash| Hash::try_from(hash.as_slice())).collect();
        let Ok(hashes) = hashes else { return Ok(false) };
        let proof = ConsistencyProof { old_size: old.size, new_size: new.size(), hashes };
        Ok(proof.verify(old.root, new.root()).is_ok())
    }

    /// Streams `count` entries from an index on, with their sealed contents where they are asked for.
    pub(super) async fn entries(
        &mut self,
        start: u64,
        count: u64,
        include_sealed: bool,
    ) -> Result<Streaming<ReadEntriesResponse>, Error> {
        let request = ReadEntriesRequest {
            parent: self.parent.clone(),
            start_index: i64::try_from(start).unwrap_or(i64::MAX),
            limit: i64::try_from(count).unwrap_or(i64::MAX),
            include_sealed,
            ..ReadEntriesRequest::default()
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
