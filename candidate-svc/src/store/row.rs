use countersign_api::name::CandidateName;
use ledger_format::{PayloadDigest, PrincipalKind};
use service_kit::access::{PrincipalKind as CallerKind, Pseudonyms};

use super::request::{KeptRequest, RequestKey};
use crate::{domain::Event, wire};

/// An event as it is stored: its content, and beside it what its ledger leaf shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) candidate: CandidateName,
    pub(crate) revision: u64,
    pub(crate) ordinal: u32,
    pub(crate) kind: &'static str,
    pub(crate) principal_kind: PrincipalKind,
    pub(crate) principal_reference: String,
    pub(crate) payload_digest: Option<PayloadDigest>,
    pub(crate) traceparent: String,
    pub(crate) content: Vec<u8>,
}

/// An answered request as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestRow {
    pub(crate) key: RequestKey,
    pub(crate) kept: KeptRequest,
}

impl EventRow {
    pub(crate) fn new(event: &Event, pseudonyms: &Pseudonyms) -> Self {
        let principal_kind = match event.actor.kind() {
            CallerKind::Human => PrincipalKind::Human,
            CallerKind::Generator => PrincipalKind::Generator,
            CallerKind::Service => PrincipalKind::Service,
        };
        Self {
            candidate: event.candidate.clone(),
            revision: event.revision,
            ordinal: event.ordinal,
            kind: event.body.kind(),
            principal_kind,
            principal_reference: pseudonyms.of(&event.actor),
            payload_digest: wire::event::payload_digest(&event.body),
            traceparent: event.traceparent.clone(),
            content: wire::event::encode(event),
        }
    }
}
