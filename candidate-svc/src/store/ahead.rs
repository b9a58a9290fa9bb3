//! What is approved ahead: standing approvals, the use that is made of them, and what their audit samples drew.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, Workspace};
use ledger_format::Hash;
use service_kit::access::PrincipalId;

use super::{CorruptRow, job::Ask};
use crate::domain::{ActionTypeName, GrantStandingApproval, Moment, RevokeStandingApproval, StandingApproval};

/// Asks something of standing approvals.
#[derive(Debug)]
pub struct StandingJob {
    /// Who asks.
    pub ask: Ask,
    /// What is asked.
    pub order: StandingOrder,
}

/// What can be asked of standing approvals.
#[derive(Debug)]
pub enum StandingOrder {
    /// Gives one.
    Grant(GrantStandingApproval),
    /// Takes one back.
    Revoke {
        /// Which.
        name: StandingApprovalName,
        /// With which words.
        command: RevokeStandingApproval,
    },
}

/// What the store holds of that which is approved ahead, kept up to date while a batch is judged.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Those in force where something is proposed or granted, and those that jobs name; the oldest first.
    pub(crate) approvals: BTreeMap<StandingApprovalName, Result<Arc<StandingApproval>, CorruptRow>>,
    /// By what proposals are known again that were drawn for an audit sample, as long as no person decided.
    pub(crate) drawn: HashSet<(Workspace, Hash)>,
}

/// What to write of that which is approved ahead.
#[derive(Debug, Default)]
pub(crate) struct AheadWrites {
    pub(crate) granted: Vec<Arc<StandingApproval>>,
    /// Those that were used or revoked, as they stand afterwards.
    pub(crate) changed: BTreeMap<StandingApprovalName, Arc<StandingApproval>>,
    pub(crate) uses: Vec<UseRow>,
    pub(crate) draws: Vec<DrawRow>,
}

/// A candidate that came under a standing approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UseRow {
    pub(crate) standing: StandingApprovalName,
    pub(crate) candidate: CandidateName,
    pub(crate) drawn_for_audit: bool,
}

/// By what a drawn candidate is known again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DrawRow {
    pub(crate) key: Hash,
    pub(crate) candidate: CandidateName,
}

impl StandingOrder {
    /// Returns the name of the standing approval that it is about.
    pub(crate) const fn name(&self) -> &StandingApprovalName {
        match self {
            Self::Grant(command) => &command.name,
            Self::Revoke { name, .. } => name,
        }
    }
}

impl Ahead {
    /// Returns the standing approvals of a workspace that are not damaged, the oldest first.
    fn of(&self, workspace: &Workspace) -> impl Iterator<Item = &Arc<StandingApproval>> {
        self.approvals
            .values()
            .filter_map(|known| known.as_ref().ok())
            .filter(|known| known.name.workspace == *workspace)
    }

    /// Returns those that are in force for one action type and one proposer.
    pub(crate) fn for_category(
        &self,
        workspace: &Workspace,
        action_type: &ActionTypeName,
        proposer: &PrincipalId,
        now: Moment,
    ) -> impl Iterator<Item = &Arc<StandingApproval>> {
        self.of(workspace).filter(move |known| {
            known.is_active(now) && known.action_type == *action_type && known.proposer == *proposer
        })
    }

    /// Counts those in force.
    pub(crate) fn count_in_force(&self, workspace: &Workspace, now: Moment) -> usize {
        self.of(workspace).filter(|known| known.is_active(now)).count()
    }

    /// Tells whether a proposal with one of these keys was drawn and no person decided since.
    pub(crate) fn drew_before(&self, workspace: &Workspace, keys: &[Hash]) -> bool {
        keys.iter().any(|key| self.drawn.contains(&(workspace.clone(), *key)))
    }

    /// Takes in what became of one.
    pub(crate) fn follow(&mut self, standing: &Arc<StandingApproval>) {
        self.approvals.insert(standing.name.clone(), Ok(Arc::clone(standing)));
    }
}
