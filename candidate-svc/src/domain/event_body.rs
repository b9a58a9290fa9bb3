//! The kinds of events, each with its facts.

use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName};
use ledger_format::PayloadDigest;
use serde::{Deserialize, Serialize};

use super::{
    Approval, ApprovalCause, Audience, Evidence, EvidenceQuestion, ExecutionResult, Failure, Fault, Moment, Payload,
    Person, PolicyVerdict, Proposal, RejectionReason, Risk, StandingApprovalUse, TeamName, as_text,
};

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventBody {
    /// It was proposed.
    CandidateProposed(Box<CandidateProposed>),
    /// Evidence was added; approvals fell.
    EvidenceAdded(EvidenceAdded),
    /// Evidence was asked for; approvals fell.
    EvidenceRequested(EvidenceRequested),
    /// It got an owner.
    OwnerAssigned(OwnerAssigned),
    /// A person changed the payload; approvals fell and policy ran again.
    CandidateEdited(Box<CandidateEdited>),
    /// A person approved; more approvals are needed.
    ApprovalCollected(ApprovalCollected),
    /// The quorum stands: exactly this digest may run once.
    CandidateApproved(CandidateApproved),
    /// An approval was taken back.
    ApprovalWithdrawn(ApprovalWithdrawn),
    /// A person refused.
    CandidateRejected(CandidateRejected),
    /// It was put aside, or the end of its hold was changed.
    CandidateHeld(CandidateHeld),
    /// It came back from hold.
    CandidateReleased(CandidateReleased),
    /// Its proposer took it back, or another replaced it.
    CandidateWithdrawn(CandidateWithdrawn),
    /// Time ran out.
    CandidateExpired(CandidateExpired),
    /// An executor claimed it; on record before the call is made.
    ExecutionStarted(ExecutionStarted),
    /// The claim's lease was extended.
    ClaimExtended(ClaimExtended),
    /// It was done.
    CandidateExecuted(CandidateExecuted),
    /// An attempt is known to have failed.
    ExecutionFailed(ExecutionFailed),
    /// Nobody knows whether it was done.
    OutcomeLost(OutcomeLost),
    /// Somebody found out.
    OutcomeSettled(OutcomeSettled),
    /// It was sent back for rework.
    CandidateSentBack(CandidateSentBack),
    /// Nobody decided; somebody else hears of it.
    CandidateEscalated(CandidateEscalated),
}

/// Everything the proposer said, and what policy made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateProposed {
    /// What nothing later changes.
    pub proposal: Arc<Proposal>,
    /// What a reviewer can check.
    pub evidence: Vec<Evidence>,
    /// What a mistake would cost, as settled.
    pub risk: Risk,
    /// Who owns it; none: nobody could be found.
    pub owner: Option<Person>,
    /// Why this owner, where a rule found them; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner_reason: String,
    /// The team that the owner belonged to; none: no team's, or proposed before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_team: Option<TeamName>,
    /// What policy asks.
    pub policy: PolicyVerdict,
    /// What would run.
    pub payload: Arc<Payload>,
    /// When it expires undecided.
    pub expires_at: Moment,
    /// What is asked for, when required evidence is missing.
    pub evidence_question: Option<EvidenceQuestion>,
    /// The standing approval that it came under, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing_approval: Option<StandingApprovalUse>,
}

/// Evidence was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceAdded {
    /// The new evidence.
    pub evidence: Vec<Evidence>,
    /// Whether evidence was awaited and this met the need.
    pub requirement_met: bool,
    /// What is asked from here on, in the place of what was asked before; none where that stays as it was, or nothing is asked any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub still_asked: Option<EvidenceQuestion>,
    /// How many approvals fell.
    pub approvals_dropped: u32,
}

/// A reviewer asked for evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRequested {
    /// The question.
    pub question: EvidenceQuestion,
    /// How many approvals fell.
    pub approvals_dropped: u32,
}

/// It got an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerAssigned {
    /// The owner before; none: nobody.
    pub owner_before: Option<Person>,
    /// The owner now.
    pub owner: Person,
    /// Why; may be empty.
    pub note: String,
}

/// A person changed the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateEdited {
    /// JSON Patch (RFC 6902) from the payload before to this one.
    pub patch_json: String,
    /// What the editor says about it; may be empty.
    pub note: String,
    /// The payload now.
    pub payload: Arc<Payload>,
    /// The digest before.
    pub digest_before: PayloadDigest,
    /// The risk now.
    pub risk: Risk,
    /// What policy asks now.
    pub policy: PolicyVerdict,
    /// How many approvals fell.
    pub approvals_dropped: u32,
    /// When it expires now.
    pub expires_at: Moment,
}

/// One of several approvals that are needed. The approver is the event's actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalCollected {
    /// The digest approved.
    pub digest: PayloadDigest,
    /// The approver's words; may be empty.
    pub note: String,
    /// How many stand now.
    pub approvals: u32,
    /// How many are needed.
    pub quorum: u32,
    /// Conflicting candidates, approved already, that the approver has seen.
    #[serde(default, with = "as_text::each", skip_serializing_if = "Vec::is_empty")]
    pub acknowledged_conflicts: Vec<CandidateName>,
}

/// The quorum stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateApproved {
    /// The digest approved.
    pub digest: PayloadDigest,
    /// The last approver's words; may be empty.
    pub note: String,
    /// What led to it.
    pub cause: ApprovalCause,
    /// All approvals it rests on; empty under a standing approval.
    pub approvals: Vec<Approval>,
    /// The standing approval used, if any.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub standing_approval: Option<StandingApprovalName>,
    /// When the approval lapses if nobody executes it.
    pub valid_until: Moment,
    /// Conflicting candidates, approved already, that the last approver has seen.
    #[serde(default, with = "as_text::each", skip_serializing_if = "Vec::is_empty")]
    pub acknowledged_conflicts: Vec<CandidateName>,
}

/// An approval was taken back. Whose it was is the event's actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalWithdrawn {
    /// Why; may be empty.
    pub note: String,
    /// How many stand now.
    pub approvals: u32,
}

/// A person refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateRejected {
    /// Why, for counting.
    pub reason: RejectionReason,
    /// Why, in words.
    pub note: String,
}

/// It was put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateHeld {
    /// Why.
    pub reason: String,
    /// Until when; none: until evidence or a person ends it.
    pub until_at: Option<Moment>,
    /// Whether evidence ends it.
    pub until_evidence: bool,
}

/// What ended a hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReleaseCause {
    /// A reviewer.
    Reviewer,
    /// The clock.
    Time,
    /// The awaited evidence.
    Evidence,
}

/// It came back from hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateReleased {
    /// What ended the hold.
    pub cause: ReleaseCause,
}

/// Taken back, or superseded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateWithdrawn {
    /// Why, in words; may be empty.
    pub reason: String,
    /// The candidate that replaces it, if any.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<CandidateName>,
}

/// Time ran out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateExpired {
    /// When it was due to expire.
    pub expires_at: Moment,
}

/// An executor claimed it. The executor is the event's actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionStarted {
    /// The attempt, from 1.
    pub attempt_number: u32,
    /// The fence, from 1.
    pub fence: u64,
    /// When the claim lapses.
    pub lease_expires_at: Moment,
    /// The key shared by all attempts under this approval.
    pub idempotency_key: String,
    /// The digest that will run.
    pub digest: PayloadDigest,
    /// Index of the approving ledger entry.
    pub approving_entry_index: u64,
}

/// The lease was extended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimExtended {
    /// The fence it holds for.
    pub fence: u64,
    /// When the claim lapses now.
    pub lease_expires_at: Moment,
}

/// It was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateExecuted {
    /// The attempt.
    pub attempt_number: u32,
    /// The fence.
    pub fence: u64,
    /// What was done.
    pub result: ExecutionResult,
}

/// An attempt is known to have failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecutionFailed {
    /// The attempt.
    pub attempt_number: u32,
    /// The fence.
    pub fence: u64,
    /// What failed.
    pub failure: Failure,
    /// Set when it may be claimed again, after this back-off.
    pub retry_after_ms: Option<u64>,
}

/// What made an outcome unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LossCause {
    /// The lease lapsed.
    LeaseLapsed,
    /// The executor said so.
    Executor,
    /// The approval lapsed while an attempt under it was in doubt.
    ApprovalLapsed,
}

/// Nobody knows whether it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeLost {
    /// The attempt.
    pub attempt_number: u32,
    /// The fence.
    pub fence: u64,
    /// What made it unknown.
    pub cause: LossCause,
    /// What the executor says; may be empty.
    pub message: String,
    /// Set when the action type declares repeating safe: it may be claimed again after this back-off.
    pub retry_after_ms: Option<u64>,
}

/// What was found out about an unknown outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "facts", rename_all = "snake_case")]
pub enum Finding {
    /// It was done.
    Executed(ExecutionResult),
    /// It was not done.
    Failed(Failure),
    /// It was not done and may be tried again: an approval follows in the same revision.
    MayRetry,
}

/// Somebody found out what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeSettled {
    /// How that was found, in words.
    pub words: String,
    /// What was found.
    pub finding: Finding,
}

/// Sent back for rework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateSentBack {
    /// Why, in words.
    pub reason: String,
    /// Where the fault lay.
    pub fault: Fault,
}

/// Nobody decided in the time that policy gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateEscalated {
    /// The step of the policy's chain, from 1.
    pub step: u32,
    /// Whose turn it is from now on.
    #[serde(with = "as_text")]
    pub to: Audience,
    /// When it expires from now on, where the step came so late that the expiry moved.
    pub expires_at: Option<Moment>,
}

impl EventBody {
    /// Returns the kind as ledger entries have it: the message's name in snake case.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::CandidateProposed(_) => "candidate_proposed",
            Self::EvidenceAdded(_) => "evidence_added",
            Self::EvidenceRequested(_) => "evidence_requested",
            Self::OwnerAssigned(_) => "owner_assigned",
            Self::CandidateEdited(_) => "candidate_edited",
            Self::ApprovalCollected(_) => "approval_collected",
            Self::CandidateApproved(_) => "candidate_approved",
            Self::ApprovalWithdrawn(_) => "approval_withdrawn",
            Self::CandidateRejected(_) => "candidate_rejected",
            Self::CandidateHeld(_) => "candidate_held",
            Self::CandidateReleased(_) => "candidate_released",
            Self::CandidateWithdrawn(_) => "candidate_withdrawn",
            Self::CandidateExpired(_) => "candidate_expired",
            Self::ExecutionStarted(_) => "execution_started",
            Self::ClaimExtended(_) => "claim_extended",
            Self::CandidateExecuted(_) => "candidate_executed",
            Self::ExecutionFailed(_) => "execution_failed",
            Self::OutcomeLost(_) => "outcome_lost",
            Self::OutcomeSettled(_) => "outcome_settled",
            Self::CandidateSentBack(_) => "candidate_sent_back",
            Self::CandidateEscalated(_) => "candidate_escalated",
        }
    }
}
