use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, StandingApprovalName, TriggerName, Workspace};
use service_kit::{access::PrincipalId, database::PostgresDatabase};
use sqlx::SqlitePool;
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    ApprovingEntry, Claimable, Conflict, Error, InForce, OutboxEvent, StoredEvent, postgres,
    rows::delegations::EndPlace, sqlite,
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
};

/// Reads what was committed, beside the writer. Each method reads one moment's state.
#[derive(Debug, Clone)]
pub struct Reader {
    rows: Rows,
    /// When nobody waits for the answer any more: a server ends the statement then.
    deadline: Option<Instant>,
}

/// Where rows are read.
#[derive(Debug, Clone)]
pub(super) enum Rows {
    Sqlite(SqlitePool),
    Postgres(Arc<PostgresDatabase>),
}

/// Calls a function of the module that holds the SQL of the database at hand: `read!(self, candidates::get(name))`.
macro_rules! read {
    ($self:ident, $module:ident :: $function:ident ( $($argument:expr),* )) => {
        match &$self.rows {
            Rows::Sqlite(readers) => sqlite::$module::$function(readers $(, $argument)*).await,
            Rows::Postgres(database) => {
                postgres::$module::$function(&mut *database.reader($self.deadline).await? $(, $argument)*).await
            }
        }
    };
}

impl Reader {
    pub(super) const fn new(rows: Rows) -> Self {
        Self { rows, deadline: None }
    }

    /// Returns one whose statements end by a deadline, where there is one and a server can be told.
    #[must_use]
    pub(crate) fn until(&self, deadline: Option<Instant>) -> Self {
        Self { rows: self.rows.clone(), deadline }
    }

    pub(crate) async fn workspaces(&self) -> Result<BTreeSet<Workspace>, Error> {
        read!(self, workspaces::all())
    }

    pub(crate) async fn states(&self) -> Result<Vec<(StateName, i64)>, Error> {
        read!(self, census::states())
    }

    pub(crate) async fn outbox_events(&self) -> Result<i64, Error> {
        read!(self, census::outbox_events())
    }

    pub(crate) async fn candidate(&self, name: &CandidateName) -> Result<Option<Arc<Candidate>>, Error> {
        read!(self, candidates::get(name))
    }

    /// Reads a candidate and its events in one transaction, so that both are of one moment.
    pub(crate) async fn candidate_with_history(
        &self,
        name: &CandidateName,
    ) -> Result<Option<(Arc<Candidate>, Vec<StoredEvent>)>, Error> {
        match &self.rows {
            Rows::Sqlite(readers) => {
                let mut transaction = readers.begin().await?;
                let Some(candidate) = sqlite::candidates::get(&mut *transaction, name).await? else { return Ok(None) };
                let history = sqlite::events::of_candidate(&mut *transaction, name).await?;
                transaction.rollback().await?;
                Ok(Some((candidate, history)))
            }
            Rows::Postgres(database) => {
                let mut moment = database.moment(self.deadline).await?;
                let Some(candidate) = postgres::candidates::get(&mut moment, name).await? else { return Ok(None) };
                let history = postgres::events::of_candidate(&mut moment, name).await?;
                moment.rollback().await?;
                Ok(Some((candidate, history)))
            }
        }
    }

    /// Reads who else would change what this candidate would change.
    pub(crate) async fn conflicts(&self, name: &CandidateName) -> Result<Vec<Conflict>, Error> {
        read!(self, kin::conflicts(name))
    }

    /// Reads until when a proposal like this rejected candidate is refused.
    pub(crate) async fn rejection_remembered_until(&self, name: &CandidateName) -> Result<Option<Moment>, Error> {
        read!(self, kin::remembered_until(name))
    }

    pub(crate) async fn proposers(
        &self,
        names: &[CandidateName],
    ) -> Result<HashMap<CandidateName, PrincipalId>, Error> {
        read!(self, candidates::proposers(names))
    }

    pub(crate) async fn list(
        &self,
        workspace: &Workspace,
        listing: &Listing,
        after: Option<&Place>,
        limit: u32,
    ) -> Result<Vec<Arc<Candidate>>, Error> {
        match &self.rows {
            Rows::Sqlite(readers) => sqlite::listing::page(readers, workspace, listing, after, limit).await,
            Rows::Postgres(database) => {
                let mut moment = database.moment(self.deadline).await?;
                let page = postgres::listing::page(&mut moment, workspace, listing, after, limit).await?;
                moment.rollback().await?;
                Ok(page)
            }
        }
    }

    pub(crate) async fn count(
        &self,
        workspace: &Workspace,
        condition: &Condition,
        fields: &[TextField],
    ) -> Result<Census, Error> {
        match &self.rows {
            Rows::Sqlite(readers) => sqlite::listing::count(readers, workspace, condition, fields).await,
            Rows::Postgres(database) => {
                let mut moment = database.moment(self.deadline).await?;
                let census = postgres::listing::count(&mut moment, workspace, condition, fields).await?;
                moment.rollback().await?;
                Ok(census)
            }
        }
    }

    /// Reads a page of delegations that have not ended, the next to end first.
    pub(crate) async fn delegations(
        &self,
        workspace: &Workspace,
        now: Moment,
        after: Option<EndPlace>,
        limit: u32,
    ) -> Result<Vec<Delegation>, Error> {
        read!(self, delegations::page(workspace, now, after, limit))
    }

    /// Reads whose turn passed to this person and is theirs now.
    pub(crate) async fn delegators(
        &self,
        workspace: &Workspace,
        delegate: &Person,
        now: Moment,
    ) -> Result<Vec<Person>, Error> {
        read!(self, delegations::delegators(workspace, delegate, now))
    }

    pub(crate) async fn standing_approval(
        &self,
        name: &StandingApprovalName,
    ) -> Result<Option<Arc<StandingApproval>>, Error> {
        read!(self, standing_approvals::get(name))
    }

    /// Reads standing approvals that were given before one of this id, the newest first.
    pub(crate) async fn standing_approvals(
        &self,
        workspace: &Workspace,
        in_force_at: Option<Moment>,
        before: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<Arc<StandingApproval>>, Error> {
        read!(self, standing_approvals::page(workspace, in_force_at, before, limit))
    }

    pub(crate) async fn trigger(&self, name: &TriggerName) -> Result<Option<Arc<Trigger>>, Error> {
        read!(self, triggers::get(name))
    }

    pub(crate) async fn triggers(
        &self,
        workspace: &Workspace,
        after: i64,
        limit: u32,
    ) -> Result<Vec<(i64, Arc<Trigger>)>, Error> {
        read!(self, triggers::page(workspace, after, limit))
    }

    pub(crate) async fn policies_in_force(&self) -> Result<HashMap<Workspace, InForce>, Error> {
        match &self.rows {
            Rows::Sqlite(readers) => sqlite::policies::in_force(readers).await,
            Rows::Postgres(database) => {
                postgres::policies::in_force(&mut *database.reader(self.deadline).await?, None).await
            }
        }
    }

    pub(crate) async fn policy_revision(
        &self,
        workspace: &Workspace,
        revision: Option<u64>,
    ) -> Result<Option<PolicyRevision>, Error> {
        read!(self, policies::get(workspace, revision))
    }

    pub(crate) async fn policy_revisions(
        &self,
        workspace: &Workspace,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<PolicyRevision>, Error> {
        read!(self, policies::page(workspace, before, limit))
    }

    pub(crate) async fn outbox(&self, workspace: &Workspace, limit: u32) -> Result<Vec<OutboxEvent>, Error> {
        read!(self, outbox::oldest(workspace, limit))
    }

    pub(crate) async fn recorded_approvals(
        &self,
        workspace: &Workspace,
        action_types: &[ActionTypeName],
        now: Moment,
        limit: usize,
    ) -> Result<Vec<Claimable>, Error> {
        read!(self, claimable::recorded_approvals(workspace, action_types, now, limit))
    }

    pub(crate) async fn next_claimable_from(
        &self,
        workspace: &Workspace,
        action_types: &[ActionTypeName],
        after: Option<Moment>,
    ) -> Result<Option<Moment>, Error> {
        read!(self, claimable::next_claimable_from(workspace, action_types, after))
    }

    pub(crate) async fn claimed_by(
        &self,
        workspace: &Workspace,
        executor: &PrincipalId,
    ) -> Result<Vec<Arc<Candidate>>, Error> {
        read!(self, claimable::claimed_by(workspace, executor))
    }

    pub(crate) async fn approving_entry(
        &self,
        candidate: &CandidateName,
        revision: u64,
        ordinal: u32,
    ) -> Result<Option<ApprovingEntry>, Error> {
        read!(self, claimable::approving_entry(candidate, revision, ordinal))
    }

    /// Reads from which ledger entry on erasures of a workspace are still to be carried out.
    pub(crate) async fn erasures_followed(&self, workspace: &Workspace) -> Result<u64, Error> {
        read!(self, erasures::followed(workspace))
    }

    pub(crate) async fn earliest_deadline(&self) -> Result<Option<Moment>, Error> {
        read!(self, due::earliest())
    }

    pub(crate) async fn due(&self, now: Moment, limit: u32) -> Result<Vec<Arc<Candidate>>, Error> {
        read!(self, due::due(now, limit))
    }
}
