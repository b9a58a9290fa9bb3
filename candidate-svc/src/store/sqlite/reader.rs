use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, TriggerName, Workspace};
use service_kit::access::PrincipalId;
use sqlx::SqlitePool;

use super::{candidates, census, claimable, due, events, listing, outbox, triggers, workspaces};
use crate::{
    domain::{ActionTypeName, Candidate, Moment, StateName, Trigger},
    listing::page::{Listing, Place},
    store::{ApprovingEntry, Claimable, Error, OutboxEvent, StoredEvent},
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

    pub(crate) async fn earliest_deadline(&self) -> Result<Option<Moment>, Error> {
        due::earliest(&self.readers).await
    }

    pub(crate) async fn due(&self, now: Moment, limit: u32) -> Result<Vec<Arc<Candidate>>, Error> {
        due::due(&self.readers, now, limit).await
    }
}
