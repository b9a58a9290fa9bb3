//! The candidate: an action that somebody proposes and a person decides on.

use std::sync::Arc;

use countersign_api::{etag::Etag, name::CandidateName};
use ledger_format::Hash;
use serde::{Deserialize, Serialize};
use service_kit::access::PrincipalId;

use super::{
    Approval, Erasure, Escalation, Evidence, Execution, Held, Moment, Payload, Person, PolicyVerdict, Proposal, Risk,
    StandingApprovalUse, State, as_text,
};

/// An action that somebody proposes, as its events made it.
///
/// Serializes to the row that a store keeps. Rows stay readable as the type grows: what is unknown is ignored, what is new has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its name.
    #[serde(with = "as_text")]
    pub name: CandidateName,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// Where it is in its life, with that state's facts.
    pub state: State,
    /// When it was proposed.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
    /// Who proposed it.
    #[serde(with = "as_text")]
    pub proposer: PrincipalId,
    /// What the proposer said that nothing later changes.
    pub proposal: Arc<Proposal>,
    /// What a reviewer can check, numbered from 1 without gaps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// How bad a mistake would be.
    pub risk: Risk,
    /// Who owns it; none when nobody could be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Person>,
    /// What the policy that judged it asks.
    pub policy: PolicyVerdict,
    /// What would run.
    pub payload: Arc<Payload>,
    /// By what a proposal like this one, before anybody edited it, is known again; set by the first edit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content: Option<Hash>,
    /// By what the payload before that edit is known again, under whatever record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_payload: Option<Hash>,
    /// Who changed the payload, each once, in the order of the first edit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub editors: Vec<Person>,
    /// What the last editor wrote; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub edit_note: String,
    /// Approvals of the present digest that have not fallen, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// The standing approval that approved the present digest, or that drew it for its audit sample, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing_approval: Option<StandingApprovalUse>,
    /// When it expires undecided.
    pub expires_at: Moment,
    /// To whom it was escalated last, if it was; an edit begins the chain anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// What happened on execution.
    #[serde(default)]
    pub execution: Execution,
    /// Set once its contents were erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erased: Option<Erasure>,
}

impl Candidate {
    /// Returns the etag that a decision on what stands here carries.
    pub const fn etag(&self) -> Etag {
        Etag::of_revision(self.revision)
    }

    /// Returns the standing approval that approved the present digest, as long as that approval holds; none where it drew the candidate.
    pub fn approved_ahead(&self) -> Option<&StandingApprovalUse> {
        self.standing_approval.as_ref().filter(|used| !used.drawn_for_audit)
    }

    /// Returns the standing approval under which the candidate goes to a person, as long as no person has decided.
    pub fn awaits_look(&self) -> Option<&StandingApprovalUse> {
        self.standing_approval.as_ref().filter(|used| used.drawn_for_audit && self.state.name().is_open())
    }

    /// Tells whether a person ever changed the payload.
    pub const fn was_edited(&self) -> bool {
        !self.editors.is_empty()
    }

    pub(super) fn approval_count(&self) -> u32 {
        u32::try_from(self.approvals.len()).expect("approvals are by different people, whose number is bounded")
    }

    pub(super) fn evidence_count(&self) -> u32 {
        u32::try_from(self.evidence.len()).expect("evidence is limited")
    }

    /// Returns the key that all attempts under the present approval share, while there is one: `{candidate uuid}/{revision of the
    /// approving event}`.
    pub fn idempotency_key(&self) -> Option<String> {
        match &self.state {
            State::Approved(approved) => Some(idempotency_key(&self.name, approved.revision)),
            State::Executing(executing) => Some(idempotency_key(&self.name, executing.approved.revision)),
            State::Proposed
            | State::NeedsEvidence(_)
            | State::NeedsOwner
            | State::Edited
            | State::Held(_)
            | State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => None,
        }
    }

    /// Returns when the clock has something to do here: an escalation, an expiry, the end of a hold, a lapsing lease or approval.
    pub fn next_deadline(&self) -> Option<Moment> {
        match &self.state {
            State::Held(Held { until_at: Some(until_at), .. }) => Some((*until_at).min(self.expires_at)),
            State::Proposed | State::NeedsEvidence(_) | State::NeedsOwner | State::Edited | State::Held(_) => {
                Some(self.next_escalation().map_or(self.expires_at, |next| next.due_at.min(self.expires_at)))
            }
            State::Approved(approved) => Some(approved.valid_until),
            State::Executing(executing) => Some(executing.claim.lease_expires_at),
            State::Executed
            | State::Failed
            | State::OutcomeUnknown
            | State::Rework(_)
            | State::Rejected(_)
            | State::Withdrawn(_)
            | State::Expired => None,
        }
    }
}

/// Returns the key that all attempts under one approval share.
pub fn idempotency_key(candidate: &CandidateName, approving_revision: u64) -> String {
    format!("{}/{approving_revision}", candidate.id)
}
