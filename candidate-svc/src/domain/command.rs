//! What can be asked of a candidate: one variant per transition, with its facts.

use countersign_api::{etag::Etag, name::CandidateName};
use ledger_format::{Nonce, PayloadDigest};

use super::{
    EvidenceItem, EvidenceKind, ExecutionResult, Failure, Fault, Moment, PayloadDraft, Person, Precedence, Proposal,
    RejectionReason, RiskTier, StandingOffer, TeamName, Verb,
};

/// Puts an action forward. Not a [`Command`]: there is no candidate yet that it could be asked of.
#[derive(Debug, Clone)]
pub struct Propose {
    /// The candidate's name to be.
    pub name: CandidateName,
    /// What the proposer says that nothing later changes.
    pub proposal: Proposal,
    /// What a reviewer can check.
    pub evidence: Vec<EvidenceItem>,
    /// Raises the risk tier; a lower one than the catalogue's has no effect.
    pub risk_tier: Option<RiskTier>,
    /// Who should own it, when known.
    pub owner: Option<Person>,
    /// Why this owner, where a rule found them; else empty.
    pub owner_reason: String,
    /// The team that the owner belongs to; none: no team's.
    pub owner_team: Option<TeamName>,
    /// The payload as it was read.
    pub payload: PayloadDraft,
    /// 32 random bytes for this payload.
    pub nonce: Nonce,
    /// Standing approvals that may cover it, in the order in which they are asked.
    pub standing: Vec<StandingOffer>,
    /// What comes before them, if anything: then none covers it.
    pub precedence: Option<Precedence>,
}

/// What can be asked of a candidate. What a person asks carries the etag that the person saw.
#[derive(Debug, Clone)]
pub enum Command {
    /// Adds evidence.
    AddEvidence(AddEvidence),
    /// Asks for evidence.
    RequestEvidence(RequestEvidence),
    /// Gives it an owner.
    AssignOwner(AssignOwner),
    /// Changes the payload.
    Edit(Edit),
    /// Approves a digest.
    Approve(Approve),
    /// Takes one's approval back.
    WithdrawApproval(WithdrawApproval),
    /// Refuses.
    Reject(Reject),
    /// Puts aside, or changes the end of a hold.
    Hold(Hold),
    /// Ends a hold.
    Release(Release),
    /// Takes one's proposal back, or says what supersedes it.
    Withdraw(Withdraw),
    /// Lets time end it.
    Expire,
    /// Lets time bring it to somebody else.
    Escalate,
    /// Takes the lease.
    Claim(Claim),
    /// Extends the lease.
    ExtendClaim(ExtendClaim),
    /// Says that it was done.
    ReportSuccess(ReportSuccess),
    /// Says that it was not done.
    ReportFailure(ReportFailure),
    /// Says that nobody knows.
    LoseTrack(LoseTrack),
    /// Says what was found out.
    Settle(Settle),
    /// Orders another try: an approval like any other.
    Retry(Approve),
    /// Sends it back for rework.
    SendBack(SendBack),
}

/// Adds evidence.
#[derive(Debug, Clone)]
pub struct AddEvidence {
    /// The etag that was read.
    pub etag: Etag,
    /// At least one piece.
    pub evidence: Vec<EvidenceItem>,
}

/// Asks for evidence.
#[derive(Debug, Clone)]
pub struct RequestEvidence {
    /// The etag that was read.
    pub etag: Etag,
    /// The question.
    pub question: String,
    /// Kinds that would answer it; empty: any evidence does.
    pub kinds: Vec<EvidenceKind>,
}

/// Gives it an owner.
#[derive(Debug, Clone)]
pub struct AssignOwner {
    /// The etag that was read.
    pub etag: Etag,
    /// The owner.
    pub owner: Person,
    /// Why; may be empty.
    pub note: String,
}

/// What changes in a payload.
#[derive(Debug, Clone)]
pub enum Change {
    /// JSON Patch (RFC 6902) against the present payload.
    Patch(String),
    /// A whole new payload as JSON; the patch is derived.
    Whole(String),
}

/// Changes the payload.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The etag that was read.
    pub etag: Etag,
    /// What changes.
    pub change: Change,
    /// What the editor says about it; may be empty.
    pub note: String,
    /// 32 random bytes for the new payload.
    pub nonce: Nonce,
}

/// Approves a digest: for review, and for a retry.
#[derive(Debug, Clone)]
pub struct Approve {
    /// The etag that was read.
    pub etag: Etag,
    /// The digest that was read.
    pub digest: PayloadDigest,
    /// Words for the record; may be empty.
    pub note: String,
    /// Conflicting candidates, approved already, that the approver has seen.
    pub acknowledged_conflicts: Vec<CandidateName>,
}

/// Takes one's approval back.
#[derive(Debug, Clone)]
pub struct WithdrawApproval {
    /// The etag that was read.
    pub etag: Etag,
    /// Why; may be empty.
    pub note: String,
}

/// Refuses.
#[derive(Debug, Clone)]
pub struct Reject {
    /// The etag that was read.
    pub etag: Etag,
    /// Why, for counting.
    pub reason: RejectionReason,
    /// Why, in words.
    pub note: String,
}

/// Puts aside.
#[derive(Debug, Clone)]
pub struct Hold {
    /// The etag that was read.
    pub etag: Etag,
    /// Why.
    pub reason: String,
    /// Until when; none: until evidence or release.
    pub until_at: Option<Moment>,
    /// Whether new evidence ends it.
    pub until_evidence: bool,
}

/// Ends a hold.
#[derive(Debug, Clone)]
pub struct Release {
    /// The etag that was read; the clock carries none, it acts on what stands.
    pub etag: Option<Etag>,
}

/// Takes one's proposal back.
#[derive(Debug, Clone)]
pub struct Withdraw {
    /// The etag that was read.
    pub etag: Etag,
    /// Why; may be empty.
    pub reason: String,
    /// The candidate that replaces it, if any.
    pub superseded_by: Option<CandidateName>,
}

/// Where the approving event stands in the ledger, under a signed checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedAt {
    /// The revision of the event that the receipt is for.
    pub revision: u64,
    /// The event's position in that revision.
    pub ordinal: u32,
    /// The entry's index.
    pub entry_index: u64,
    /// Size of the signed checkpoint that proves it.
    pub checkpoint_size: u64,
}

/// Takes the lease.
#[derive(Debug, Clone)]
pub struct Claim {
    /// How long the lease lasts.
    pub lease_ms: u64,
    /// The ledger's word that the approval stands there; none: not recorded yet.
    pub recorded_at: Option<RecordedAt>,
}

/// Extends the lease.
#[derive(Debug, Clone)]
pub struct ExtendClaim {
    /// The permit's fence.
    pub fence: u64,
    /// How long it lasts from now.
    pub lease_ms: u64,
}

/// Says that it was done.
#[derive(Debug, Clone)]
pub struct ReportSuccess {
    /// The permit's fence.
    pub fence: u64,
    /// What was done.
    pub result: ExecutionResult,
}

/// Says that it was not done.
#[derive(Debug, Clone)]
pub struct ReportFailure {
    /// The permit's fence.
    pub fence: u64,
    /// What failed.
    pub failure: Failure,
}

/// Says that nobody knows.
#[derive(Debug, Clone)]
pub enum LoseTrack {
    /// The clock: the lease lapsed.
    LeaseLapsed,
    /// The executor that holds the claim.
    Executor {
        /// The permit's fence.
        fence: u64,
        /// What it says, for people.
        message: String,
    },
}

/// Says what was found out about an unknown outcome.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The etag that was read.
    pub etag: Etag,
    /// How it was found out, in words.
    pub finding: String,
    /// What follows.
    pub settlement: Settlement,
    /// The last fence, when a service settles.
    pub fence: Option<u64>,
}

/// What follows from what was found out.
#[derive(Debug, Clone)]
pub enum Settlement {
    /// It was done.
    Executed(ExecutionResult),
    /// It was not done.
    Failed(Failure),
    /// It was not done and may be tried again: the digest is approved anew.
    Approve {
        /// The digest that was read.
        digest: PayloadDigest,
        /// Conflicting candidates, approved already, that the caller has seen and approves beside.
        acknowledged_conflicts: Vec<CandidateName>,
    },
}

/// Sends it back for rework.
#[derive(Debug, Clone)]
pub struct SendBack {
    /// The etag that was read.
    pub etag: Etag,
    /// Why, in words.
    pub reason: String,
    /// Where the fault lay.
    pub fault: Fault,
}

impl Command {
    /// Returns the name of the transition that it asks for.
    pub const fn verb(&self) -> Verb {
        match self {
            Self::AddEvidence(_) => Verb::AddEvidence,
            Self::RequestEvidence(_) => Verb::RequestEvidence,
            Self::AssignOwner(_) => Verb::AssignOwner,
            Self::Edit(_) => Verb::Edit,
            Self::Approve(_) => Verb::Approve,
            Self::WithdrawApproval(_) => Verb::WithdrawApproval,
            Self::Reject(_) => Verb::Reject,
            Self::Hold(_) => Verb::Hold,
            Self::Release(_) => Verb::Release,
            Self::Withdraw(_) => Verb::Withdraw,
            Self::Expire => Verb::Expire,
            Self::Escalate => Verb::Escalate,
            Self::Claim(_) => Verb::Claim,
            Self::ExtendClaim(_) => Verb::ExtendClaim,
            Self::ReportSuccess(_) => Verb::ReportSuccess,
            Self::ReportFailure(_) => Verb::ReportFailure,
            Self::LoseTrack(_) => Verb::LoseTrack,
            Self::Settle(_) => Verb::Settle,
            Self::Retry(_) => Verb::Retry,
            Self::SendBack(_) => Verb::SendBack,
        }
    }

    /// Returns the etag that it carries; none for what clock and executors ask, which act on what stands.
    pub const fn etag(&self) -> Option<Etag> {
        match self {
            Self::AddEvidence(command) => Some(command.etag),
            Self::RequestEvidence(command) => Some(command.etag),
            Self::AssignOwner(command) => Some(command.etag),
            Self::Edit(command) => Some(command.etag),
            Self::Approve(command) | Self::Retry(command) => Some(command.etag),
            Self::WithdrawApproval(command) => Some(command.etag),
            Self::Reject(command) => Some(command.etag),
            Self::Hold(command) => Some(command.etag),
            Self::Release(command) => command.etag,
            Self::Withdraw(command) => Some(command.etag),
            Self::Settle(command) => Some(command.etag),
            Self::SendBack(command) => Some(command.etag),
            Self::Expire
            | Self::Escalate
            | Self::Claim(_)
            | Self::ExtendClaim(_)
            | Self::ReportSuccess(_)
            | Self::ReportFailure(_)
            | Self::LoseTrack(_) => None,
        }
    }
}
