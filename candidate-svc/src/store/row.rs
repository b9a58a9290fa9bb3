use std::sync::Arc;

use countersign_api::candidate::v1::{WorkspaceEvent, workspace_event::Event as WorkspaceBody};
use ledger_format::{PayloadDigest, PrincipalKind};
use service_kit::access::{PrincipalKind as CallerKind, Pseudonyms};

use prost::Message;

use super::{
    Subject,
    request::{KeptRequest, RequestKey},
};
use crate::{
    domain::{Actor, Candidate, ChangeSubject, Event, Moment, RequestId, is_simulated},
    wire,
};

/// An event as it is stored: its content, and beside it what its ledger leaf shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRow {
    pub(crate) subject: Subject,
    pub(crate) revision: u64,
    pub(crate) ordinal: u32,
    pub(crate) kind: &'static str,
    pub(crate) principal_kind: PrincipalKind,
    pub(crate) principal_reference: String,
    pub(crate) payload_digest: Option<PayloadDigest>,
    pub(crate) traceparent: String,
    pub(crate) content: Vec<u8>,
    /// Whether it was written without words, because what it is about is erased.
    pub(crate) erased: bool,
}

/// A candidate as it is stored, with what only the catalogue could tell about it.
#[derive(Debug, Clone)]
pub(crate) struct CandidateRow {
    pub(crate) candidate: Arc<Candidate>,
    pub(crate) change_subject: ChangeSubject,
}

impl CandidateRow {
    /// Returns what the row is to say that the candidate would change.
    pub(crate) fn changed_field(&self) -> Option<&str> {
        match &self.change_subject {
            ChangeSubject::Field(field) => Some(field),
            ChangeSubject::Nothing | ChangeSubject::Unsaid => None,
        }
    }

    /// Tells whether what the row said before stands.
    pub(crate) fn keeps_changed_field(&self) -> bool {
        self.change_subject == ChangeSubject::Unsaid
    }
}

/// An answered request as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestRow {
    pub(crate) key: RequestKey,
    pub(crate) kept: KeptRequest,
}

/// What happened in a workspace beside its candidates, before it has its envelope.
#[derive(Debug)]
pub(crate) struct WorkspaceFact<'a> {
    /// What it is about.
    pub(crate) subject: Subject,
    /// Counts the changes of the subject, from 1.
    pub(crate) revision: u64,
    /// When it was decided.
    pub(crate) occurred_at: Moment,
    /// Who did it.
    pub(crate) actor: &'a Actor,
    /// The request that asked for it, if one did.
    pub(crate) request_id: Option<&'a RequestId>,
    /// W3C traceparent of the call; may be empty.
    pub(crate) traceparent: &'a str,
    /// What happened.
    pub(crate) body: WorkspaceBody,
}

impl EventRow {
    pub(crate) fn new(event: &Event, pseudonyms: &Pseudonyms) -> Self {
        Self {
            subject: Subject::Candidate(event.candidate.clone()),
            revision: event.revision,
            ordinal: event.ordinal,
            kind: event.body.kind(),
            principal_kind: kind_of(event.actor.kind()),
            principal_reference: pseudonyms.of(&event.actor),
            payload_digest: wire::event::payload_digest(&event.body),
            traceparent: event.traceparent.clone(),
            content: wire::event::encode(event),
            erased: event.erased,
        }
    }

    /// Makes the row of what happened beside the candidates.
    pub(crate) fn of_workspace(fact: WorkspaceFact<'_>, pseudonyms: &Pseudonyms) -> Self {
        let actor = fact.actor.principal();
        let kind = match &fact.body {
            WorkspaceBody::StandingApprovalGranted(_) => "standing_approval_granted",
            WorkspaceBody::StandingApprovalRevoked(_) => "standing_approval_revoked",
            WorkspaceBody::DelegationMade(_) => "delegation_made",
            WorkspaceBody::DelegationEnded(_) => "delegation_ended",
            WorkspaceBody::PolicyApplied(_) => "policy_applied",
        };
        let content = WorkspaceEvent {
            subject: fact.subject.to_string(),
            revision: i64::try_from(fact.revision).expect("invariant: a counter fits 63 bits"),
            occur_time: Some(wire::time::to_wire(fact.occurred_at)),
            actor: Some(actor.to_wire()),
            request_id: fact.request_id.map(ToString::to_string).unwrap_or_default(),
            traceparent: fact.traceparent.to_owned(),
            simulated: is_simulated(&actor),
            event: Some(fact.body),
        };
        Self {
            subject: fact.subject,
            revision: fact.revision,
            ordinal: 0,
            kind,
            principal_kind: kind_of(actor.kind()),
            principal_reference: pseudonyms.of(&actor),
            payload_digest: None,
            traceparent: fact.traceparent.to_owned(),
            content: content.encode_to_vec(),
            erased: false,
        }
    }
}

fn kind_of(kind: CallerKind) -> PrincipalKind {
    match kind {
        CallerKind::Human => PrincipalKind::Human,
        CallerKind::Generator => PrincipalKind::Generator,
        CallerKind::Service => PrincipalKind::Service,
    }
}
