//! What is approved ahead: standing approvals, the use that is made of them, and what comes before them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, Workspace};
use ledger_format::Hash;
use service_kit::access::PrincipalId;

use super::{CorruptRow, job::Ask};
use crate::domain::{
    ActionType, ActionTypeName, Candidate, GrantStandingApproval, Moment, RevokeStandingApproval, StandingApproval,
};

/// Asks something of standing approvals.
#[derive(Debug, Clone)]
pub struct StandingJob {
    /// Who asks.
    pub ask: Ask,
    /// What is asked.
    pub order: StandingOrder,
}

/// What can be asked of standing approvals.
#[derive(Debug, Clone)]
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
    /// Takes one back if what people found in its audit sample says so.
    RevokeTurned {
        /// Which.
        name: StandingApprovalName,
    },
}

/// What the store holds of that which is approved ahead, kept up to date while a batch is judged.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Those in force where something is proposed or granted, and those that jobs name; the oldest first.
    pub(crate) approvals: BTreeMap<StandingApprovalName, Result<Arc<StandingApproval>, CorruptRow>>,
    /// What is open, by what it is alike to proposals in categories that are approved ahead.
    pub(crate) alike: HashMap<(Workspace, Hash), BTreeSet<CandidateName>>,
}

/// What to write of that which is approved ahead.
#[derive(Debug, Default)]
pub(crate) struct AheadWrites {
    pub(crate) granted: Vec<Arc<StandingApproval>>,
    /// Those that were used or revoked, as they stand afterwards.
    pub(crate) changed: BTreeMap<StandingApprovalName, Arc<StandingApproval>>,
    pub(crate) uses: Vec<UseRow>,
    /// By what candidates are found that changed.
    pub(crate) likenesses: BTreeMap<CandidateName, Likeness>,
}

/// A candidate that came under a standing approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UseRow {
    pub(crate) standing: StandingApprovalName,
    pub(crate) candidate: CandidateName,
    pub(crate) drawn_for_audit: bool,
}

/// By what a candidate is found to be alike to proposals.
#[derive(Debug, Default)]
pub(crate) struct Likeness {
    /// Nothing that was kept before holds: it ended.
    pub(crate) over: bool,
    /// What holds besides what is kept.
    pub(crate) keys: BTreeSet<Hash>,
}

impl StandingOrder {
    /// Returns the name of the standing approval that it is about.
    pub(crate) const fn name(&self) -> &StandingApprovalName {
        match self {
            Self::Grant(command) => &command.name,
            Self::Revoke { name, .. } | Self::RevokeTurned { name } => name,
        }
    }

    /// Returns the name of the standing approval that it may end.
    pub(crate) const fn revoked(&self) -> Option<&StandingApprovalName> {
        match self {
            Self::Grant(_) => None,
            Self::Revoke { name, .. } | Self::RevokeTurned { name } => Some(name),
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

    /// Finds what is open and alike to a proposal with these keys.
    pub(crate) fn alike_to(&self, workspace: &Workspace, keys: &[Hash]) -> Option<&CandidateName> {
        let found = |key: &Hash| self.alike.get(&(workspace.clone(), *key)).and_then(BTreeSet::first);
        keys.iter().find_map(found)
    }

    /// Takes in what a candidate became, and notes by what it is found from then on: while it is open by what it says then and said
    /// before, and not at all once nothing may be done under it any more.
    pub(crate) fn follow_candidate(
        &mut self,
        candidate: &Candidate,
        action_type: Option<&ActionType>,
        kept: &mut BTreeMap<CandidateName, Likeness>,
    ) {
        let (name, state) = (&candidate.name, candidate.state.name());
        if state.is_open() {
            let kept = kept.entry(name.clone()).or_default();
            for key in candidate.likenesses(action_type) {
                kept.keys.insert(key);
                self.alike.entry((name.workspace.clone(), key)).or_default().insert(name.clone());
            }
            return;
        }
        for others in self.alike.values_mut() {
            others.remove(name);
        }
        if !state.is_live() {
            kept.insert(name.clone(), Likeness { over: true, keys: BTreeSet::new() });
        }
    }

    /// Takes in what became of one.
    pub(crate) fn follow(&mut self, standing: &Arc<StandingApproval>) {
        self.approvals.insert(standing.name.clone(), Ok(Arc::clone(standing)));
    }
}
