//! The pure core: what may happen to a candidate, and what it is afterwards.
//!
//! [`propose`] and [`decide`] judge a command against a candidate and answer with events or a [`Refusal`]; [`evolve`] makes the candidate
//! that an event leaves. Nothing else changes a candidate. Both are functions of their arguments alone: no clock, no randomness, no I/O,
//! no floats, no order that differs between runs.
//!
//! How a command flows: `transitions` says whether the verb is legal, `entitlement` whether the caller may, the verb's own file under
//! `decide/` what it makes of its facts, `evolve/` applies the events, and `invariants` asserts what must hold whatever happened.

#![deny(clippy::wildcard_enum_match_arm)]

mod action_type;
mod actor;
mod approval;
mod as_text;
mod assessment;
mod audience;
mod bounds;
mod candidate;
mod command;
mod conflict;
mod context;
mod decide;
mod delegation;
mod doer;
mod entitlement;
mod erasure;
mod escalation;
mod event;
mod event_body;
mod evidence;
mod evolve;
mod execution;
mod invariants;
pub mod limits;
mod memory;
mod moment;
mod payload;
mod payload_draft;
mod payload_record;
mod payload_schema;
mod person;
mod policy_revision;
mod proposal;
mod record;
mod refusal;
mod request;
mod review_policy;
mod standing_approval;
mod state;
mod state_name;
mod transitions;
mod turn;
mod verb;
mod waiting;
mod word;

pub use action_type::{ActionType, CHANGE_POLICY, FieldLabel};
pub use actor::{Actor, CANDIDATE_SVC_ID, CLOCK_ID, SIMULATED_PREFIX, is_simulated};
pub use approval::{Approval, ApprovalCause};
pub use assessment::{Confidence, ConfidenceBasis, ConfidenceLevel, Impact, Risk, RiskTier};
pub use audience::{Audience, NoAudience};
pub use candidate::{Candidate, idempotency_key};
pub use command::{
    AddEvidence, Approve, AssignOwner, Change, Claim as ClaimCommand, Command, Edit, ExtendClaim, Hold, LoseTrack,
    Propose, RecordedAt, Reject, Release, ReportFailure, ReportSuccess, RequestEvidence, SendBack, Settle, Settlement,
    Withdraw, WithdrawApproval,
};
pub use conflict::{ChangeSubject, ChangedField, Rival};
pub use context::Context;
pub use decide::{decide, propose, withdraw_ahead};
pub use delegation::{Delegate, Delegation, delegate, end_delegation};
pub use doer::Doer;
pub use erasure::Erasure;
pub use escalation::Escalation;
pub use event::Event;
pub use event_body::{
    ApprovalCollected, ApprovalWithdrawn, CandidateApproved, CandidateEdited, CandidateEscalated, CandidateExecuted,
    CandidateExpired, CandidateHeld, CandidateProposed, CandidateRejected, CandidateReleased, CandidateSentBack,
    CandidateWithdrawn, ClaimExtended, EventBody, EvidenceAdded, EvidenceRequested, ExecutionFailed, ExecutionStarted,
    Finding, LossCause, OutcomeLost, OutcomeSettled, OwnerAssigned, ReleaseCause,
};
pub use evidence::{Evidence, EvidenceField, EvidenceItem, EvidenceQuestion};
pub use evolve::evolve;
pub use execution::{
    Attempt, AttemptOutcome, Execution, ExecutionResult, ExternalReference, Failure, FailureClass, FieldChange,
};
pub use memory::{RejectionMemory, key_of_payload, memory_of_content, memory_of_dedup_key, memory_of_payload};
pub use moment::Moment;
pub use payload::{DigestBroken, Payload};
pub use payload_draft::PayloadDraft;
pub use payload_record::PayloadRecord;
pub use payload_schema::{PayloadSchema, SchemaError, SchemaViolation};
pub use person::{NotAPerson, Person};
pub use policy_revision::PolicyRevision;
pub use proposal::{Generator, Proposal};
pub use record::{RecordReference, SourceField, Trigger};
pub use refusal::{NotEntitled, Refusal};
pub use request::{REQUEST_ID_MAX_BYTES, RequestId, RequestIdError};
pub use review_policy::{EscalationStep, PolicyCase, PolicyVerdict, ReviewPath, ReviewPolicy};
pub use standing_approval::{
    Category, Draw, GrantStandingApproval, Looks, NoLook, NoRecordPrefix, Precedence, RecordPrefix, Revocation,
    RevokeStandingApproval, StandingApproval, StandingApprovalUse, StandingOffer, grant, likenesses, revoke, unlooked,
};
pub use state::{
    Approved, BeforeApproval, Claim, Executing, Fault, Held, NeedsEvidence, Rejection, RejectionReason, Rework, State,
    Waiting, Withdrawal,
};
pub use state_name::{StateName, UnknownState};
pub use transitions::allowed_transitions;
pub use turn::Turn;
pub use verb::{UnknownVerb, Verb};
pub use word::{ActionTypeName, EvidenceKind, TeamName, WORD_MAX_BYTES, WordError};

#[cfg(test)]
pub(crate) mod tests;
