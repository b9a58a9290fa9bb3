use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, TriggerName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::SqlitePool;
use uuid::Uuid;

use super::delegations::EndPlace;
use super::{
    candidates, census, claimable, delegations, due, erasures, events, kin, listing, outbox, policies,
    standing_approvals, triggers, workspaces,
};
use crate::{
    domain::{
        ActionTypeName, Candidate, Delegation, Moment, Person, PolicyRevision, StandingApproval, StateName, Trigger,
    },
    listing::{
        condition::{Condition, TextField},
        count::Census,
        page::{Listing, Place},
    },
    store::{ApprovingEntry, Claimable, Conflict, Error, InForce, OutboxEvent, StoredEvent},
};

/// Reads what was committed, beside the writer. Each method reads one moment's state.
#[derive(Debug, Clone)]
pub struct SqliteReader {
    readers: SqlitePool,
}

impl SqliteReader {
    pub(crate) fn new(readers: SqlitePool) -> Self {
        Self { readers }
    }

    pub(crate) async fn workspaces(&self) -> Result<BTreeSet<Workspace>, Error> {
        workspaces::all(&self.readers).await
    }

    pub(crate) async fn states(&self) -> Result<Vec<(StateName, i64)>, Error> {
        census::states(&self.readers).await
    }

    pub(crate) async fn outbox_events(&self) -> Result<i64, Error> {
        census::outbox_events(&self.readers).await
    }

    pub(crate) async fn candidate(&self, name: &CandidateName) -> Result<Option<Arc<Candidate>>, Error> {
        candidates::get(&self.readers, name).await
    }

    /// Reads a candidate and its events in one transaction, so that both are of one moment.
    pub(crate) async fn candidate_with_history(
        &self,
        name: &CandidateName,
    ) -> Result<Option<(Arc<Candidate>, Vec<StoredEvent>)>, Error> {
        let mut transaction = self.readers.begin().await?;
        let Some(candidate) = candidates::get(&mut *transaction, name).await? else { return Ok(None) };
        let history = events::of_candidate(&mut *transaction, name).await?;
        transaction.rollback().await?;
        Ok(Some((candidate, history)))
    }

    /// Reads who else would change what this candidate would change.
    pub(crate) async fn conflicts(&self, name: &CandidateName) -> Result<Vec<Conflict>, Error> {
        kin::conflicts(&self.readers, name).await
    }

    /// Reads until when a proposal like this rejected candidate is refused.
    pub(crate) async fn rejection_remembered_until(&self, name: &CandidateName) -> Result<Option<Moment>, Error> {
        kin::remembered_until(&self.readers, name).await
    }

    pub(crate) async fn proposers(
        &self,
        names: &[CandidateName],
    ) -> Result<HashMap<CandidateName, PrincipalId>, Error> {
        candidates::proposers(&self.readers, names).await
    }

    pub(crate) async fn list(
        &self,
        workspace: &Workspace,
        listing: &Listing,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Vec<Arc<Candidate>>, Error> {
        listing::page(&self.readers, workspace, listing, after, limit).await
    }

    pub(crate) async fn count(
        &self,
        workspace: &Workspace,
        condition: &Condition,
        fields: &[TextField],
    ) -> Result<Census, Error> {
        listing::count(&self.readers, workspace, condition, fields).await
    }

    /// Reads a page of delegations that have not ended, the next to end first.
    pub(crate) async fn delegations(
        &self,
        workspace: &Workspace,
        now: Moment,
        after: Option<EndPlace>,
        limit: u32,
    ) -> Result<Vec<Delegation>, Error> {
        delegations::page(&self.readers, workspace, now, after, limit).await
    }

    /// Reads whose turn passed to this person and is theirs now.
    pub(crate) async fn delegators(
        &self,
        workspace: &Workspace,
        delegate: &Person,
        now: Moment,
    ) -> Result<Vec<Person>, Error> {
        delegations::delegators(&self.readers, workspace, delegate, now).await
    }

    pub(crate) async fn standing_approval(
        &self,
        name: &StandingApprovalName,
    ) -> Result<Option<Arc<StandingApproval>>, Error> {
        standing_approvals::get(&self.readers, name).await
    }

    /// Reads standing approvals that were given before one of this id, the newest first.
    pub(crate) async fn standing_approvals(
        &self,
        workspace: &Workspace,
        in_force_at: Option<Moment>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Arc<StandingApproval>>, Error> {
        standing_approvals::page(&self.readers, workspace, in_force_at, before, limit).await
    }

    pub(crate) async fn trigger(&self, name: &TriggerName) -> Result<Option<Arc<Trigger>>, Error> {
        triggers::get(&self.readers, name).await
    }

    pub(crate) async fn triggers(
        &self,
        workspace: &Workspace,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Arc<Trigger>)>, Error> {
        triggers::page(&self.readers, workspace, after, limit).await
    }

    pub(crate) async fn policies_in_force(&self) -> Result<HashMap<Workspace, InForce>, Error> {
        policies::in_force(&self.readers).await
    }

    pub(crate) async fn policy_revision(
        &self,
        workspace: &Workspace,
        revision: Option<u64>,
    ) -> Result<Option<PolicyRevision>, Error> {
        policies::get(&self.readers, workspace, revision).await
    }

    pub(crate) async fn policy_revisions(
        &self,
        workspace: &Workspace,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PolicyRevision>, Error> {
        policies::page(&self.readers, workspace, before, limit).await
    }

    pub(crate) async fn outbox(&self, workspace: &Workspace, limit: u32) -> Result<Vec<OutboxEvent>, Error> {
        outbox::oldest(&self.readers, workspace, limit).await
    }

    pub(crate) async fn recorded_approvals(
        &self,
        workspace: &Workspace,
        action_types: &[ActionTypeName],
        now: Moment,
        limit: usize,
    ) -> Result<Vec<Claimable>, Error> {
        claimable::recorded_approvals(&self.readers, workspace, action_types, now, limit).await
    }

    pub(crate) async fn next_claimable_from(
        &self,
        workspace: &Workspace,
        action_types: &[ActionTypeName],
        after: Option<Moment>,
    ) -> Result<Option<Moment>, Error> {
        claimable::next_claimable_from(&self.readers, workspace, action_types, after).await
    }

    pub(crate) async fn claimed_by(
        &self,
        workspace: &Workspace,
        executor: &PrincipalId,
    ) -> Result<Vec<Arc<Candidate>>, Error> {
        claimable::claimed_by(&self.readers, workspace, executor).await
    }

    pub(crate) async fn approving_entry(
        &self,
        candidate: &CandidateName,
        revision: u64,
        ordinal: u32,
    ) -> Result<Option<ApprovingEntry>, Error> {
        claimable::approving_entry(&self.readers, candidate, revision, ordinal).await
    }

    /// Reads from which ledger entry on erasures of a workspace are still to be carried out.
    pub(crate) async fn erasures_followed(&self, workspace: &Workspace) -> Result<u64, Error> {
        erasures::followed(&self.readers, workspace).await
    }

    pub(crate) async fn earliest_deadline(&self) -> Result<Option<Moment>, Error> {
        due::earliest(&self.readers).await
    }

    pub(crate) async fn due(&self, now: Moment, limit: u32) -> Result<Vec<Arc<Candidate>>, Error> {
        due::due(&self.readers, now, limit).await
    }
}
