//! Writes down who was refused what, and why: codes and names alone, never words or payload.

use std::sync::Arc;

use countersign_api::name::Workspace;
use service_kit::access::Pseudonyms;
use uuid::Uuid;

use super::{CommandJob, DelegationJob, Denial, ProposeJob, StandingJob, job::DelegationOrder};
use crate::domain::{Actor, Command, NotEntitled, Refusal};

/// Who asks for what, as far as a refusal is to be understood by it. The call's span says by which rpc.
#[derive(Debug)]
pub(super) struct Asked {
    pseudonyms: Arc<Pseudonyms>,
    actor: Arc<Actor>,
    workspace: Workspace,
    /// The candidate, or the delegation or standing approval.
    subject: Uuid,
    what: &'static str,
}

impl Asked {
    pub(super) fn by_proposal(pseudonyms: &Arc<Pseudonyms>, job: &ProposeJob) -> Self {
        let name = &job.propose.name;
        Self::new(pseudonyms, &job.ask.actor, &name.workspace, name.id, "propose")
    }

    /// None for the clock, which finds out by asking, and for claims, of which several may ask for one candidate.
    pub(super) fn by_command(pseudonyms: &Arc<Pseudonyms>, job: &CommandJob) -> Option<Self> {
        let is_asked = !matches!(*job.ask.actor, Actor::Clock) && !matches!(job.command, Command::Claim(_));
        let name = &job.candidate;
        let what = job.command.verb().as_str();
        is_asked.then(|| Self::new(pseudonyms, &job.ask.actor, &name.workspace, name.id, what))
    }

    pub(super) fn by_delegation(pseudonyms: &Arc<Pseudonyms>, job: &DelegationJob) -> Self {
        let (id, what) = match &job.order {
            DelegationOrder::Make(delegate) => (delegate.name.id, "delegate"),
            DelegationOrder::End { name, .. } => (name.id, "end_delegation"),
        };
        Self::new(pseudonyms, &job.ask.actor, &job.workspace, id, what)
    }

    pub(super) fn by_standing(pseudonyms: &Arc<Pseudonyms>, job: &StandingJob) -> Self {
        let name = job.order.name();
        Self::new(pseudonyms, &job.ask.actor, &name.workspace, name.id, "approve_ahead")
    }

    fn new(
        pseudonyms: &Arc<Pseudonyms>,
        actor: &Arc<Actor>,
        workspace: &Workspace,
        subject: Uuid,
        what: &'static str,
    ) -> Self {
        let (pseudonyms, actor) = (Arc::clone(pseudonyms), Arc::clone(actor));
        Self { pseudonyms, actor, workspace: workspace.clone(), subject, what }
    }

    /// Writes the refusal down: one for want of a right as a warning.
    pub(super) fn note(&self, denial: &Denial) {
        let Self { pseudonyms, actor, workspace, subject, what } = self;
        let (reason, who) = (reason_of(denial), pseudonyms.of(&actor.principal()));
        let workspace = workspace.id();
        if let Denial::Refused(Refusal::NotEntitled { .. } | Refusal::NotYours { .. } | Refusal::NotAhead { .. }) =
            denial
        {
            tracing::warn!(what, reason, candidate = %subject, workspace, pseudonym = who, "decision denied");
        } else {
            tracing::info!(what, reason, candidate = %subject, workspace, pseudonym = who, "decision refused");
        }
    }
}

/// Returns a word for each reason; the message may quote what was sent.
const fn reason_of(denial: &Denial) -> &'static str {
    match denial {
        Denial::Refused(refusal) => match refusal {
            Refusal::NotEntitled { reason, .. } | Refusal::NotYours { reason, .. } => want_of(reason),
            Refusal::StaleEtag { .. } => "etag_stale",
            Refusal::IllegalTransition { .. } => "transition_illegal",
            Refusal::DigestMismatch { .. } => "digest_mismatch",
            Refusal::ConflictUnseen { .. } => "conflict_unseen",
            Refusal::ContentErased { .. } => "content_erased",
            Refusal::FenceStale { .. } => "fence_stale",
            Refusal::Patch { .. } => "patch_invalid",
            Refusal::Payload { .. } => "payload_invalid",
            Refusal::PayloadTooLarge { .. } => "payload_too_large",
            Refusal::ActionTypeUnknown { .. } => "action_type_unknown",
            Refusal::NotAhead { .. } => "never_ahead",
            Refusal::Malformed { .. } => "malformed",
        },
        Denial::NotFound(_) | Denial::NoStandingApproval(_) | Denial::NoDelegation(_) => "not_found",
        Denial::RequestIdReused(_) => "request_id_reused",
        Denial::EventTooLarge { .. } => "event_too_large",
        Denial::RejectedBefore(_) => "rejected_before",
        Denial::PolicyInvalid(_) | Denial::FirstPolicyInvalid(_) => "policy_invalid",
        Denial::Corrupt(_) => "row_corrupt",
    }
}

const fn want_of(reason: &NotEntitled) -> &'static str {
    match reason {
        NotEntitled::NotAPerson(_) => "not_a_person",
        NotEntitled::RoleMissing { .. } => "role_missing",
        NotEntitled::NotTheClock => "not_the_clock",
        NotEntitled::NotTheProposer(_) => "not_the_proposer",
        NotEntitled::NotTheirEvidence(_) => "not_their_evidence",
        NotEntitled::NotTheClaimHolder(_) => "not_the_claim_holder",
        NotEntitled::NotTheirTurn(_) => "not_their_turn",
        NotEntitled::NoApproval(_) => "no_approval",
        NotEntitled::OwnProposal(_) => "own_proposal",
        NotEntitled::OwnEdit(_) => "own_edit",
        NotEntitled::ApprovedAlready(_) => "approved_already",
        NotEntitled::SinglyOnly => "singly_only",
        NotEntitled::ApproverRoleMissing { .. } => "approver_role_missing",
    }
}
