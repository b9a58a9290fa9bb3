//! What happened to a candidate. Mirrors `countersign.candidate.v1.CandidateEvent` one to one.

use countersign_api::name::{CandidateName, StandingApprovalName};
use serde::{Deserialize, Serialize};
use service_kit::access::PrincipalId;

use super::{EventBody, Moment, RequestId, StateName, as_text};

/// One thing that happened to one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The candidate.
    #[serde(with = "as_text")]
    pub candidate: CandidateName,
    /// The revision that it made, from 1.
    pub revision: u64,
    /// Position among the events of that revision, from 0.
    pub ordinal: u32,
    /// When it was decided.
    pub occurred_at: Moment,
    /// Who did it; `services/clock` for what the clock does.
    #[serde(with = "as_text")]
    pub actor: PrincipalId,
    /// The request that asked for it; none for the clock's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<RequestId>,
    /// W3C traceparent of the call; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub traceparent: String,
    /// The candidate's state afterwards.
    pub state: StateName,
    /// Whether a simulation acted, not a person.
    #[serde(default)]
    pub simulated: bool,
    /// Whether its words, names and payload were erased.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub erased: bool,
    /// The standing approval under which the candidate stood approved or ran: from its approval on, the event that ends it included.
    /// None in events from before they said so.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub standing_approval: Option<StandingApprovalName>,
    /// What happened.
    pub body: EventBody,
}

impl Event {
    /// Returns the key under which the ledger takes it exactly once: `{candidate uuid}/{revision}/{ordinal}`.
    pub fn idempotency_key(&self) -> String {
        format!("{}/{}/{}", self.candidate.id, self.revision, self.ordinal)
    }
}
