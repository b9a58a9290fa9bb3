//! One of several writers: judges what waits against what it has locked, writes it in one transaction, answers after the commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use countersign_api::name::Workspace;
use service_kit::{
    clock::Clock,
    database::PostgresDatabase,
    group_commit::{CommitBatch, Pending, WriterFailed},
    health::Health,
    shutdown::Shutdown,
};
use sqlx::{Postgres, Transaction};

use super::{
    WriterId,
    load::{learn_policies, load},
    locks::{self, Hold},
    marks,
    notice::Notice,
    standing_approvals,
    verdict::{is_beaten, is_refusal, passes},
    write,
};
use crate::{
    domain::Moment,
    store::{
        Error, Signals,
        ahead::Ahead,
        batch::{Batch, Judge},
        in_force::InForce,
        job::{Answer, Job},
        signals::Effects,
        wanted::Wanted,
    },
};

/// What health calls this part.
const PART: &str = "candidates";

/// How long to wait before a database is asked again that did not answer: at first, and at most.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// So often in a row somebody else may have been faster before the database is in doubt.
const DECIDE_ANEW_MAX: u32 = 64;

/// Commits batches of jobs to a database that other processes write to as well.
pub(in crate::store) struct PostgresWriter {
    database: PostgresDatabase,
    id: WriterId,
    /// The number of the last batch that was begun.
    batch: i64,
    judge: Judge,
    clock: Arc<dyn Clock>,
    signals: Arc<Signals>,
    health: Health,
    shutdown: Shutdown,
    /// Workspaces that have a row.
    workspaces: BTreeSet<Workspace>,
}

/// What a batch came to, to be told once it stands.
struct Outcome {
    answers: Vec<Answer>,
    effects: Effects,
    in_force: HashMap<Workspace, InForce>,
    written: BTreeSet<Workspace>,
}

/// Why a batch does not stand, or is not known to.
enum Failure {
    /// Nothing of it stands.
    Before(Error),
    /// Nothing of it stands: something was approved ahead since its workspace was locked beside others.
    Beaten,
    /// The answer to its commit was lost.
    Unanswered(Box<Outcome>, sqlx::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Before(error)
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Before(error.into())
    }
}

impl PostgresWriter {
    /// Makes the writer of a process that is entered under this id.
    pub(in crate::store) fn new(
        database: PostgresDatabase,
        id: WriterId,
        judge: Judge,
        clock: Arc<dyn Clock>,
        signals: Arc<Signals>,
        health: Health,
        shutdown: Shutdown,
    ) -> Self {
        let workspaces = BTreeSet::new();
        Self { database, id, batch: 0, judge, clock, signals, health, shutdown, workspaces }
    }

    /// Commits jobs, and decides them anew as often as somebody else was faster or the database did not answer.
    async fn run(&mut self, jobs: &[Job]) -> Result<Outcome, WriterFailed> {
        let (mut pause, mut beaten) = (ASK_AGAIN.0, 0);
        loop {
            self.batch += 1;
            match self.attempt(jobs).await {
                Ok(outcome) => return Ok(outcome),
                Err(Failure::Beaten) => {}
                Err(Failure::Before(error)) if is_beaten(&error) && beaten < DECIDE_ANEW_MAX => {
                    beaten += 1;
                    tracing::debug!(%error, beaten, "somebody else was faster; decided anew");
                }
                Err(Failure::Before(error)) => self.wait(&error, &mut pause).await?,
                Err(Failure::Unanswered(outcome, error)) => {
                    // Nothing is decided anew before it is known what stands.
                    tracing::warn!(%error, "the answer to a commit was lost; the database is asked whether it stands");
                    if self.stands().await? {
                        return Ok(*outcome);
                    }
                }
            }
        }
    }

    /// Finds out whether the last batch stands, as soon as the database answers.
    async fn stands(&self) -> Result<bool, WriterFailed> {
        let mut pause = ASK_AGAIN.0;
        loop {
            match marks::stands(&self.database.writers, self.id, self.batch).await {
                Ok(stands) => return Ok(stands),
                Err(error) => self.wait(&error.into(), &mut pause).await?,
            }
        }
    }

    /// Waits before the database is asked again, where it may answer then and the process does not end.
    ///
    /// # Errors
    /// Otherwise: nothing more is written until a restart has looked.
    async fn wait(&self, error: &Error, pause: &mut Duration) -> Result<(), WriterFailed> {
        let reason = match error {
            Error::Driver(error) => self.database.trouble(error),
            Error::Corrupt(_) => error.to_string(),
        };
        if !passes(error) || self.shutdown.is_draining() {
            self.health.report_fault(PART, format!("nothing is written any more until a restart: {reason}"));
            return Err(WriterFailed { reason });
        }
        tracing::warn!(reason, "candidates wait for their database; it is asked again");
        self.health.report_fault(PART, format!("waits, and asks again: {reason}"));
        tokio::select! {
            () = tokio::time::sleep(*pause) => {}
            () = self.shutdown.draining() => {}
        }
        *pause = (*pause * 2).min(ASK_AGAIN.1);
        Ok(())
    }

    async fn attempt(&mut self, jobs: &[Job]) -> Result<Outcome, Failure> {
        let wanted = Wanted::of(jobs);
        // Asked before anything is locked: where a proposal may come under a standing approval, its workspace is locked alone.
        let now = Moment::from(self.clock.now());
        let mut categories = BTreeSet::new();
        if !wanted.proposed_in.is_empty() {
            let mut connection = self.database.writers.acquire().await?;
            categories = standing_approvals::categories(&mut connection, &wanted.proposed_in, now).await?;
        }
        let holds = locks::holds(jobs, &wanted.workspaces, &categories);
        // Every statement must see what was committed while it waited for a lock, whatever the database's default says.
        let mut transaction =
            self.database.writers.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
        locks::workspaces(&mut transaction, &holds).await?;
        let now = Moment::from(self.clock.now());
        learn_policies(&mut transaction, &mut self.judge, &wanted.workspaces).await?;
        let known = load(&mut transaction, &self.judge, wanted, jobs, now).await?;
        if came_ahead(jobs, &holds, &known.ahead, now) {
            return Err(Failure::Beaten);
        }
        let mut batch = Batch::new(&self.judge, now, known);
        let answers = jobs.iter().map(|job| batch.answer(job.clone())).collect();
        let (mut writes, effects) = batch.finish();
        let in_force = std::mem::take(&mut writes.in_force);
        if writes.is_empty() {
            transaction.rollback().await?;
            return Ok(Outcome { answers, effects, in_force, written: BTreeSet::new() });
        }
        write::write(&mut transaction, &writes, &self.workspaces, now).await?;
        let written = writes.events.iter().map(|row| row.subject.workspace().clone());
        let written = written.chain(writes.triggers.iter().map(|trigger| trigger.name.workspace.clone())).collect();
        let outcome = Outcome { answers, effects, in_force, written };
        self.finish(transaction, outcome, now).await
    }

    /// Marks the batch, tells the others, and commits.
    ///
    /// A crash before the commit leaves nothing of the batch: nobody was answered, everybody sends again. A crash after it leaves all of it:
    /// whoever sends again gets the same answer from `requests`, the relay of any process finds the events without a receipt, and the clock
    /// and claims find what is due in the rows.
    async fn finish(
        &self,
        mut transaction: Transaction<'static, Postgres>,
        outcome: Outcome,
        now: Moment,
    ) -> Result<Outcome, Failure> {
        let notice = Notice::of(self.id, &outcome.effects);
        marks::mark(&mut transaction, self.id, self.batch, now, notice.as_ref()).await?;
        match transaction.commit().await {
            Ok(()) => Ok(outcome),
            // The server says itself that nothing stands.
            Err(error) if error.as_database_error().is_some_and(|error| is_refusal(error.code().as_deref())) => {
                Err(error.into())
            }
            Err(error) => Err(Failure::Unanswered(Box::new(outcome), error)),
        }
    }

    /// Takes in what stands.
    fn take_in(&mut self, outcome: Outcome) -> Vec<Answer> {
        self.health.report_recovery(PART);
        self.judge.policies.extend(outcome.in_force);
        self.workspaces.extend(outcome.written);
        self.signals.publish(outcome.effects);
        outcome.answers
    }
}

impl CommitBatch for PostgresWriter {
    type Job = Job;
    type Answer = Answer;

    async fn commit(&mut self, batch: Vec<Pending<Job, Answer>>) -> Result<(), WriterFailed> {
        let (jobs, replies): (Vec<Job>, Vec<_>) = batch.into_iter().map(|pending| (pending.job, pending.reply)).unzip();
        let outcome = self.run(&jobs).await?;
        for (reply, answer) in replies.into_iter().zip(self.take_in(outcome)) {
            reply.send(answer);
        }
        Ok(())
    }
}

/// Tells whether a proposal may come under a standing approval whose workspace is not locked alone.
fn came_ahead(jobs: &[Job], holds: &BTreeMap<Workspace, Hold>, ahead: &Ahead, now: Moment) -> bool {
    jobs.iter().any(|job| {
        let Job::Propose(job) = job else { return false };
        let (workspace, action_type) = (&job.propose.name.workspace, &job.propose.proposal.action_type);
        let is_ahead = ahead.for_category(workspace, action_type, &job.ask.actor.principal(), now).next().is_some();
        is_ahead && holds.get(workspace) != Some(&Hold::Alone)
    })
}
