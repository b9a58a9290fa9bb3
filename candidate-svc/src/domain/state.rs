//! Where a candidate is in its life, each state with exactly its facts.

use countersign_api::name::CandidateName;
use serde::{Deserialize, Serialize};
use service_kit::access::PrincipalId;

use super::{ApprovalCause, EvidenceQuestion, Moment, StateName, as_text};

/// Where a candidate is in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// Waits for a decision.
    Proposed,
    /// Waits for evidence.
    NeedsEvidence(NeedsEvidence),
    /// Waits for an owner.
    NeedsOwner,
    /// Changed by a person; waits for a decision.
    Edited,
    /// Put aside.
    Held(Held),
    /// May be executed once its approval is recorded.
    Approved(Approved),
    /// An executor holds the claim.
    Executing(Executing),
    /// Done; the result is on the candidate's execution.
    Executed,
    /// Not done; the failure is the last attempt's.
    Failed,
    /// Nobody knows whether it was done.
    OutcomeUnknown,
    /// Sent back; waits for an edit or a rejection.
    Rework(Rework),
    /// Refused by a person.
    Rejected(Rejection),
    /// Taken back or superseded.
    Withdrawn(Withdrawal),
    /// Nobody decided in time.
    Expired,
}

/// A state that a hold can interrupt, and to which it returns: an open one that is not itself a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Waiting {
    /// For a decision.
    Proposed,
    /// For evidence.
    NeedsEvidence(NeedsEvidence),
    /// For an owner.
    NeedsOwner,
    /// For a decision, after a person's change.
    Edited,
}

/// A state from which an approval leads to `APPROVED`, and to which taking the approval back returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BeforeApproval {
    /// A first review.
    Proposed,
    /// A review after an edit.
    Edited,
    /// A retry.
    Failed,
    /// A settlement.
    OutcomeUnknown,
}

/// What evidence is awaited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeedsEvidence {
    /// What was asked.
    pub question: EvidenceQuestion,
    /// How many pieces of evidence there were when it was asked: only later ones answer a person's question.
    pub evidence_before: u32,
}

/// Why and until when a candidate is put aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who put it aside first.
    #[serde(with = "as_text")]
    pub held_by: PrincipalId,
    /// Why.
    pub reason: String,
    /// Until when; none: until evidence or a person ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_at: Option<Moment>,
    /// Whether new evidence ends it.
    #[serde(default)]
    pub until_evidence: bool,
    /// The state before the first hold.
    pub before: Waiting,
}

/// An approval that stands, for the digest that the candidate has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The revision that the approving event made.
    pub revision: u64,
    /// The approving event's position in that revision, from 0.
    pub ordinal: u32,
    /// When the quorum stood.
    pub approved_at: Moment,
    /// What led to it.
    pub cause: ApprovalCause,
    /// When it lapses if nobody executes it.
    pub valid_until: Moment,
    /// Where taking it back returns to.
    pub before: BeforeApproval,
    /// How many attempts were begun under it.
    #[serde(default)]
    pub attempts: u32,
    /// Not before this may it be claimed again; set while a back-off runs after a first attempt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_not_before: Option<Moment>,
    /// Whether an attempt under it ended without a known result. From then on nothing but another attempt or `OUTCOME_UNKNOWN` may
    /// follow: to reject, expire or fail would say "not done", which nobody knows (C-4).
    #[serde(default)]
    pub in_doubt: bool,
}

/// A claim that is being executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executing {
    /// The approval it rests on.
    pub approved: Approved,
    /// The one live claim (C-3).
    pub claim: Claim,
}

/// An executor's lease on one candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The attempt, from 1 over the candidate's life.
    pub attempt_number: u32,
    /// The fence, from 1; a report under a smaller one changes nothing.
    pub fence: u64,
    /// Who holds it.
    #[serde(with = "as_text")]
    pub executor: PrincipalId,
    /// When it lapses.
    pub lease_expires_at: Moment,
    /// Index of the approving ledger entry.
    pub approving_entry_index: u64,
}

/// Where a fault lay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fault {
    /// The proposal was poor.
    Proposal,
    /// The human edit changed the intent.
    Edit,
    /// The connector or the system behind it failed.
    Execution,
}

/// Why a candidate was sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rework {
    /// Who sent it back.
    #[serde(with = "as_text")]
    pub sent_back_by: PrincipalId,
    /// Why, in words.
    pub reason: String,
    /// Where the fault lay.
    pub fault: Fault,
    /// When.
    pub sent_back_at: Moment,
}

/// Why a person refused, for counting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RejectionReason {
    /// The reading is wrong.
    WrongReading,
    /// About the wrong record.
    WrongRecord,
    /// Already done, or proposed elsewhere.
    Duplicate,
    /// Right, but not worth doing.
    NotWorthIt,
    /// Right, but at the wrong time.
    BadTiming,
    /// Against a rule of the house.
    AgainstPolicy,
    /// Too little to decide on.
    InsufficientEvidence,
    /// Something else; the words say what.
    Other,
}

/// A refusal by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rejection {
    /// Who refused.
    #[serde(with = "as_text")]
    pub rejected_by: PrincipalId,
    /// Why, for counting.
    pub reason: RejectionReason,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When.
    pub rejected_at: Moment,
}

/// What replaced a candidate that was taken back, if anything did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The successor, if there is one.
    #[serde(default, with = "as_text::optional", skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<CandidateName>,
}

impl RejectionReason {
    /// Every reason, in the order of the contract.
    pub const ALL: [Self; 8] = [
        Self::WrongReading,
        Self::WrongRecord,
        Self::Duplicate,
        Self::NotWorthIt,
        Self::BadTiming,
        Self::AgainstPolicy,
        Self::InsufficientEvidence,
        Self::Other,
    ];

    /// Finds a reason by its name in the contract.
    pub fn of_str(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }

    /// Returns the reason as the contract has it, without the enum's prefix.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WrongReading => "WRONG_READING",
            Self::WrongRecord => "WRONG_RECORD",
            Self::Duplicate => "DUPLICATE",
            Self::NotWorthIt => "NOT_WORTH_IT",
            Self::BadTiming => "BAD_TIMING",
            Self::AgainstPolicy => "AGAINST_POLICY",
            Self::InsufficientEvidence => "INSUFFICIENT_EVIDENCE",
            Self::Other => "OTHER",
        }
    }
}

impl State {
    /// Returns the plain name.
    pub const fn name(&self) -> StateName {
        match self {
            Self::Proposed => StateName::Proposed,
            Self::NeedsEvidence(_) => StateName::NeedsEvidence,
            Self::NeedsOwner => StateName::NeedsOwner,
            Self::Edited => StateName::Edited,
            Self::Held(_) => StateName::Held,
            Self::Approved(_) => StateName::Approved,
            Self::Executing(_) => StateName::Executing,
            Self::Executed => StateName::Executed,
            Self::Failed => StateName::Failed,
            Self::OutcomeUnknown => StateName::OutcomeUnknown,
            Self::Rework(_) => StateName::Rework,
            Self::Rejected(_) => StateName::Rejected,
            Self::Withdrawn(_) => StateName::Withdrawn,
            Self::Expired => StateName::Expired,
        }
    }
}

impl From<Waiting> for State {
    fn from(waiting: Waiting) -> Self {
        match waiting {
            Waiting::Proposed => Self::Proposed,
            Waiting::NeedsEvidence(needs) => Self::NeedsEvidence(needs),
            Waiting::NeedsOwner => Self::NeedsOwner,
            Waiting::Edited => Self::Edited,
        }
    }
}

impl From<BeforeApproval> for State {
    fn from(before: BeforeApproval) -> Self {
        match before {
            BeforeApproval::Proposed => Self::Proposed,
            BeforeApproval::Edited => Self::Edited,
            BeforeApproval::Failed => Self::Failed,
            BeforeApproval::OutcomeUnknown => Self::OutcomeUnknown,
        }
    }
}
