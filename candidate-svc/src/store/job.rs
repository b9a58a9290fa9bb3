use std::sync::Arc;

use countersign_api::name::{CandidateName, DelegationName, Workspace};
use ledger_format::Hash;

use super::{
    Denial, RequestHash,
    ahead::StandingJob,
    erasure::{EraseJob, Erased, FollowedJob},
    request::RequestKey,
};
use crate::domain::{
    Actor, Candidate, Command, Delegate, Delegation, Propose, RecordedAt, RequestId, StandingApproval, Trigger,
};
use crate::policy::Policy;

/// Who asks, in which request and trace.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who gives the command.
    pub actor: Arc<Actor>,
    /// The request and what it says; none for the clock and for claims, which are never sent again.
    pub request: Option<(RequestId, RequestHash)>,
    /// W3C traceparent of the call; may be empty.
    pub traceparent: String,
}

/// Asks for a new candidate.
#[derive(Debug, Clone)]
pub struct ProposeJob {
    /// Who asks.
    pub ask: Ask,
    /// What is proposed. Its trigger counts only as far as none of the same source is kept.
    pub propose: Propose,
}

/// Asks something of a candidate.
#[derive(Debug, Clone)]
pub struct CommandJob {
    /// Who asks.
    pub ask: Ask,
    /// The candidate.
    pub candidate: CandidateName,
    /// What is asked.
    pub command: Command,
    /// Whether it is one decision of several sent together.
    pub in_batch: bool,
}

/// Asks to keep a trigger.
#[derive(Debug, Clone)]
pub struct TriggerJob {
    /// Who asks.
    pub ask: Ask,
    /// The trigger, under the name it gets unless one of the same source is kept.
    pub trigger: Arc<Trigger>,
}

/// Asks something of delegations.
#[derive(Debug, Clone)]
pub struct DelegationJob {
    /// Who asks.
    pub ask: Ask,
    /// Where.
    pub workspace: Workspace,
    /// What is asked.
    pub order: DelegationOrder,
}

/// What can be asked of delegations.
#[derive(Debug, Clone)]
pub enum DelegationOrder {
    /// A turn passes.
    Make(Delegate),
    /// It passes no more.
    End {
        /// The delegation.
        name: DelegationName,
        /// Why, if said.
        note: String,
    },
}

/// Asks to put the policy of an approved candidate in force.
#[derive(Debug, Clone)]
pub struct ApplyPolicyJob {
    /// Candidate-svc itself, in the trace of the call that approved.
    pub ask: Ask,
    /// The candidate.
    pub candidate: CandidateName,
    /// Where its approval stands in the ledger.
    pub recorded_at: RecordedAt,
}

/// Asks to have a policy file proposed, where a workspace has not taken notice of it yet.
#[derive(Debug, Clone)]
pub struct PolicyFileJob {
    /// What the file says.
    pub policy: Policy,
    /// The proposal that says it.
    pub propose: ProposeJob,
}

/// Where an event stands in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventReceipt {
    /// The event's position in the order of commits.
    pub position: i64,
    /// The entry's index.
    pub entry_index: u64,
    /// The entry's leaf hash.
    pub leaf_hash: Hash,
}

/// Asks to keep receipts of events of one workspace.
#[derive(Debug, Clone)]
pub(crate) struct ReceiptsJob {
    pub(crate) workspace: Workspace,
    pub(crate) receipts: Vec<EventReceipt>,
}

/// One thing for the writer to do.
#[derive(Debug, Clone)]
pub(crate) enum Job {
    Propose(Box<ProposeJob>),
    Command(Box<CommandJob>),
    Trigger(Box<TriggerJob>),
    ApplyPolicy(Box<ApplyPolicyJob>),
    PolicyFile(Box<PolicyFileJob>),
    Delegation(Box<DelegationJob>),
    Standing(Box<StandingJob>),
    Receipts(ReceiptsJob),
    Erase(EraseJob),
    Followed(FollowedJob),
}

impl Job {
    /// Returns what it proposes; none when it proposes nothing.
    pub(crate) fn proposed(&self) -> Option<&ProposeJob> {
        match self {
            Self::Propose(job) => Some(job),
            Self::PolicyFile(job) => Some(&job.propose),
            _ => None,
        }
    }
}

/// What a change left.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The candidate afterwards; for a request answered before, as it was then.
    pub candidate: Arc<Candidate>,
    /// Whether this request had been answered before.
    pub replayed: bool,
}

/// A trigger that is kept.
#[derive(Debug, Clone)]
pub struct KeptTrigger {
    /// The trigger.
    pub trigger: Arc<Trigger>,
    /// Whether it had been kept before.
    pub replayed: bool,
}

/// What the writer answers: each job in its own kind.
#[derive(Debug)]
pub(crate) enum Answer {
    Candidate(Result<Changed, Denial>),
    Trigger(Result<KeptTrigger, Denial>),
    /// What was proposed; none when there was nothing to decide.
    PolicyFile(Result<Option<Changed>, Denial>),
    Delegation(Result<Delegation, Denial>),
    Standing(Result<Arc<StandingApproval>, Denial>),
    Receipts,
    Erased(Result<Erased, Denial>),
    Followed,
}

impl Ask {
    pub(crate) fn key(&self, workspace: &Workspace) -> Option<RequestKey> {
        let (id, _) = self.request.as_ref()?;
        Some(RequestKey { workspace: workspace.clone(), principal: self.actor.principal(), id: id.clone() })
    }

    pub(crate) fn request_id(&self) -> Option<&RequestId> {
        self.request.as_ref().map(|(id, _)| id)
    }
}

impl Answer {
    pub(crate) fn into_candidate(self) -> Result<Changed, Denial> {
        match self {
            Self::Candidate(answer) => answer,
            _ => panic!("invariant: a job on a candidate is answered with a candidate"),
        }
    }

    pub(crate) fn into_trigger(self) -> Result<KeptTrigger, Denial> {
        match self {
            Self::Trigger(answer) => answer,
            _ => panic!("invariant: a job on a trigger is answered with a trigger"),
        }
    }

    pub(crate) fn into_policy_file(self) -> Result<Option<Changed>, Denial> {
        match self {
            Self::PolicyFile(answer) => answer,
            _ => panic!("invariant: a job on a policy file is answered with what was proposed"),
        }
    }

    pub(crate) fn into_standing(self) -> Result<Arc<StandingApproval>, Denial> {
        match self {
            Self::Standing(answer) => answer,
            _ => panic!("invariant: a job on a standing approval is answered with one"),
        }
    }

    pub(crate) fn into_erased(self) -> Result<Erased, Denial> {
        match self {
            Self::Erased(answer) => answer,
            _ => panic!("invariant: an erasure is answered with what became of it"),
        }
    }

    pub(crate) fn into_delegation(self) -> Result<Delegation, Denial> {
        match self {
            Self::Delegation(answer) => answer,
            _ => panic!("invariant: a job on a delegation is answered with a delegation"),
        }
    }
}
