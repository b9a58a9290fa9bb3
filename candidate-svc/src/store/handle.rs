use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_api::name::Workspace;
use ledger_format::VerifyingKeys;
use service_kit::{
    access::Pseudonyms,
    clock::Clock,
    database::{self, Location},
    group_commit::{SubmitError, Ticket, Writer},
    health::Health,
    ids::Ids,
    metrics::Metrics,
    shutdown::Shutdown,
};
use tracing::Instrument;

use super::{
    Changed, CommandJob, DelegationJob, Denial, EraseJob, Erased, Error, EventReceipt, FollowedJob, KeptTrigger,
    ProposeJob, Reader, RelayTurn, Signals, StandingJob, TriggerJob, WriteError,
    batch::Judge,
    database::{Database, Opened},
    job::{Answer, ApplyPolicyJob, Job, PolicyFileJob, ReceiptsJob},
    refused::Asked,
};
use crate::domain::{Delegation, Moment, StandingApproval};
use crate::keyed_toml::KeyError;

/// All that candidate-svc keeps: reads beside one writer. Clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    reader: Reader,
    writer: Writer<Job, Answer>,
    signals: Arc<Signals>,
    database: Database,
    /// Under which names the log shows whom it refused.
    pseudonyms: Arc<Pseudonyms>,
}

/// What the store takes from the process it runs in.
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) metrics: &'a Metrics,
    pub(crate) health: Health,
    pub(crate) shutdown: &'a Shutdown,
    pub(crate) shared: Shared,
}

/// What all processes over one database have in common.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// Under which keys the ledger signs, or signed.
    pub(crate) ledger_keys: VerifyingKeys,
    /// Under which name the ledger shows candidate-svc itself.
    pub(crate) pseudonym: String,
}

/// Why the store can not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database can not be used.
    #[error("the database of candidates can not be opened")]
    Database(#[from] database::Error),
    /// The database belongs to another ledger.
    #[error(
        "the candidates of this database are recorded in another ledger; start with the signing key of theirs, or take another database"
    )]
    OtherLedger,
    /// The database belongs to processes that show principals under other names.
    #[error(
        "the processes before this one show principals to the ledger under other names; start with a copy of their `keys/pseudonym.key`"
    )]
    OtherPseudonyms,
    /// The policy is none that candidates could be judged by.
    #[error("the review policy is refused: {0}")]
    Policy(KeyError),
    /// A changed policy file can not be proposed.
    #[error("the changed policy file can not be proposed: {0}")]
    PolicyFile(#[from] SubmitError),
    /// The database can not be read.
    #[error("the database of candidates can not be read")]
    Read(#[from] Error),
}

/// The way to the answer to a job that waits for its commit.
#[derive(Debug)]
pub struct Entered {
    ticket: Ticket<Answer>,
    /// None where a refusal is of no interest.
    asked: Option<Asked>,
}

impl Store {
    /// Opens the database, brings its schema up to date and starts the writer.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub(crate) async fn open(
        location: &Location,
        judge: Judge,
        surroundings: Surroundings<'_>,
    ) -> Result<Self, OpenError> {
        let pseudonyms = Arc::new(judge.pseudonyms.clone());
        // Boxed: it is long, and whoever waits for it would be as long.
        let Opened { database, reader, writer, signals } =
            Box::pin(Database::open(location, judge, surroundings)).await?;
        Ok(Self { reader, writer, signals, database, pseudonyms })
    }

    /// Returns what reads what was committed.
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// Returns what wakes those who wait for commits.
    pub fn signals(&self) -> &Arc<Signals> {
        &self.signals
    }

    /// Proposes, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn propose(&self, job: ProposeJob) -> Result<Changed, WriteError> {
        let asked = Asked::by_proposal(&self.pseudonyms, &job);
        let answer = self.submit_now(Job::Propose(Box::new(job))).await?.into_candidate();
        Ok(answer.inspect_err(|denial| asked.note(denial))?)
    }

    /// Enters a proposal, waiting for room in the queue; those of one caller keep their order.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn enter_proposal(&self, job: ProposeJob) -> Result<Entered, WriteError> {
        let asked = Some(Asked::by_proposal(&self.pseudonyms, &job));
        Ok(Entered { ticket: self.writer.enqueue(Job::Propose(Box::new(job))).await?, asked })
    }

    /// Gives a command, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn command(&self, job: CommandJob) -> Result<Changed, WriteError> {
        let asked = Asked::by_command(&self.pseudonyms, &job);
        let answer = self.submit_now(Job::Command(Box::new(job))).await?.into_candidate();
        Ok(answer.inspect_err(|denial| note(asked.as_ref(), denial))?)
    }

    /// Enters a command, waiting for room in the queue: commands that are entered together share a commit.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn enter_command(&self, job: CommandJob) -> Result<Entered, WriteError> {
        let asked = Asked::by_command(&self.pseudonyms, &job);
        Ok(Entered { ticket: self.writer.enqueue(Job::Command(Box::new(job))).await?, asked })
    }

    /// Keeps a trigger, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn keep_trigger(&self, job: TriggerJob) -> Result<KeptTrigger, WriteError> {
        Ok(self.submit_now(Job::Trigger(Box::new(job))).await?.into_trigger()?)
    }

    /// Makes or ends a delegation, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn delegate(&self, job: DelegationJob) -> Result<Delegation, WriteError> {
        let asked = Asked::by_delegation(&self.pseudonyms, &job);
        let answer = self.submit_now(Job::Delegation(Box::new(job))).await?.into_delegation();
        Ok(answer.inspect_err(|denial| asked.note(denial))?)
    }

    /// Gives or takes back a standing approval, unless the queue is full; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn stand(&self, job: StandingJob) -> Result<Arc<StandingApproval>, WriteError> {
        let asked = Asked::by_standing(&self.pseudonyms, &job);
        let answer = self.submit_now(Job::Standing(Box::new(job))).await?.into_standing();
        Ok(answer.inspect_err(|denial| asked.note(denial))?)
    }

    /// Puts the policy of an approved candidate in force, waiting for room in the queue; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub(crate) async fn apply_policy(&self, job: ApplyPolicyJob) -> Result<Changed, WriteError> {
        Ok(self.writer.submit(Job::ApplyPolicy(Box::new(job))).await?.into_candidate()?)
    }

    /// Has a policy file proposed where it is new, waiting for room in the queue; none when there is nothing to decide.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub(crate) async fn take_policy_file(&self, job: PolicyFileJob) -> Result<Option<Changed>, WriteError> {
        Ok(self.writer.submit(Job::PolicyFile(Box::new(job))).await?.into_policy_file()?)
    }

    /// Writes receipts of events of one workspace, waiting for room in the queue.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub async fn record_receipts(&self, workspace: &Workspace, receipts: Vec<EventReceipt>) -> Result<(), WriteError> {
        self.writer.submit(Job::Receipts(ReceiptsJob { workspace: workspace.clone(), receipts })).await?;
        Ok(())
    }

    /// Erases what a candidate says, waiting for room in the queue; answered after the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub(crate) async fn erase(&self, job: EraseJob) -> Result<Erased, WriteError> {
        Ok(self.writer.submit(Job::Erase(job)).await?.into_erased()?)
    }

    /// Notes how far erasures have been carried out, waiting for room in the queue.
    ///
    /// # Errors
    /// [`WriteError::NotTaken`].
    pub(crate) async fn note_followed(&self, job: FollowedJob) -> Result<(), WriteError> {
        self.writer.submit(Job::Followed(job)).await?;
        Ok(())
    }

    /// Takes, or keeps, the turn to send a workspace's events to the ledger, where several processes could.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub(crate) async fn take_relay_turn(&self, workspace: &Workspace, now: Moment) -> Result<RelayTurn, Error> {
        self.database.take_relay_turn(workspace, now).await
    }

    /// Gives that turn back, so that another process takes it at once.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub(crate) async fn give_relay_turn_back(&self, workspace: &Workspace) -> Result<(), Error> {
        self.database.give_relay_turn_back(workspace).await
    }

    /// Cuts the WAL to nothing, so that what was overwritten is in no file any more; false while somebody reads an old part of it.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub(crate) async fn empty_wal(&self) -> Result<bool, Error> {
        self.database.empty_wal().await
    }

    /// Closes the database; nothing is read or written afterwards.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }

    async fn submit_now(&self, job: Job) -> Result<Answer, WriteError> {
        Ok(self.writer.try_submit(job).instrument(tracing::debug_span!("queue")).await?)
    }
}

/// Refuses to start without a policy for every workspace. A policy file that was broken later changes nothing: what a person
/// approved stays in force.
pub(super) fn check_policies(judge: &Judge, workspaces: &BTreeSet<Workspace>) -> Result<(), OpenError> {
    for (workspace, in_force) in &judge.policies {
        if let Err(error) = in_force.policy.check("policy_toml", &judge.catalogue, &judge.approvers) {
            let revision = in_force.revision;
            tracing::warn!(workspace = workspace.id(), revision, %error, "the policy in force suits the action catalogue or the access policy no more");
        }
    }
    let Err(error) = &judge.first_policy else { return Ok(()) };
    if workspaces.is_empty() || !workspaces.iter().all(|workspace| judge.policies.contains_key(workspace)) {
        return Err(OpenError::Policy(error.clone()));
    }
    tracing::error!(%error, "the review policy's file is refused; what is in force stays in force");
    Ok(())
}

impl Entered {
    /// Waits for the commit.
    ///
    /// # Errors
    /// See [`WriteError`]; then nothing was written.
    pub async fn answer(self) -> Result<Changed, WriteError> {
        let answer = self.ticket.await?.into_candidate();
        Ok(answer.inspect_err(|denial| note(self.asked.as_ref(), denial))?)
    }
}

fn note(asked: Option<&Asked>, denial: &Denial) {
    if let Some(asked) = asked {
        asked.note(denial);
    }
}
