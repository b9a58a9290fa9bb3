//! The one writer: judges what waits, writes it in one transaction, answers after the commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::Workspace;
use service_kit::{
    clock::Clock,
    database::SqliteDatabase,
    group_commit::{CommitBatch, Pending, WriterFailed},
    health::Health,
};
use sqlx::SqliteConnection;

use super::{
    candidates, delegations, erasures, events, kin, likenesses, outbox, policies, requests, standing_approvals,
    team_turns, triggers, workspaces,
};
use crate::{
    catalogue::Catalogue,
    domain::{Moment, Trigger},
    store::{
        Error, Signals,
        ahead::Ahead,
        batch::{Batch, Judge, Known, Writes},
        job::{Answer, Job},
        kin::Kin,
        signals::Effects,
        wanted::{self, Wanted},
    },
};

/// What health calls this part.
const PART: &str = "candidates";

/// Commits batches of jobs to one database file.
pub(in crate::store) struct SqliteWriter {
    database: SqliteDatabase,
    judge: Judge,
    clock: Arc<dyn Clock>,
    signals: Arc<Signals>,
    health: Health,
    /// The last trigger sequence number given, by workspace.
    sequences: HashMap<Workspace, i64>,
    workspaces: BTreeSet<Workspace>,
}

impl SqliteWriter {
    pub(in crate::store) fn new(
        database: SqliteDatabase,
        judge: Judge,
        clock: Arc<dyn Clock>,
        signals: Arc<Signals>,
        health: Health,
    ) -> Self {
        let sequences = HashMap::new();
        Self { database, judge, clock, signals, health, sequences, workspaces: BTreeSet::new() }
    }

    async fn run(&mut self, jobs: Vec<Job>) -> Result<(Vec<Answer>, Effects), Error> {
        let mut transaction = self.database.writer.begin_with("BEGIN IMMEDIATE").await?;
        let now = Moment::from(self.clock.now());
        let mut known = load(&mut transaction, &self.judge.catalogue, &jobs, now).await?;
        if self.judge.owners.take_turns() {
            known.team_turns = team_turns::load(&mut transaction, &jobs).await?;
        }
        let mut batch = Batch::new(&self.judge, now, known);
        let answers = jobs.into_iter().map(|job| batch.answer(job)).collect();
        let (mut writes, effects) = batch.finish();
        if writes.is_empty() {
            transaction.rollback().await?;
            return Ok((answers, effects));
        }
        let in_force = std::mem::take(&mut writes.in_force);
        self.write(&mut transaction, writes).await?;
        // A crash before this line leaves nothing of the batch: nobody was answered, everybody sends again. A crash after
        // it leaves all of it: whoever sends again gets the same answer from `requests`, the relay finds the events
        // without a receipt, and the clock and claims find what is due in the rows.
        transaction.commit().await?;
        self.judge.policies.extend(in_force);
        Ok((answers, effects))
    }

    async fn write(&mut self, connection: &mut SqliteConnection, writes: Writes) -> Result<(), Error> {
        let happened = writes.events.iter().map(|row| row.subject.workspace());
        let kept = writes.triggers.iter().map(|trigger| &trigger.name.workspace);
        let new: BTreeSet<Workspace> = happened.chain(kept).filter(|w| !self.workspaces.contains(w)).cloned().collect();
        workspaces::insert(connection, &new).await?;
        self.workspaces.extend(new);

        let numbered = self.number(connection, writes.triggers).await?;
        triggers::insert(connection, &numbered).await?;
        candidates::insert(connection, &writes.created).await?;
        candidates::update(connection, &writes.changed).await?;
        events::insert(connection, &writes.events).await?;
        requests::insert(connection, &writes.requests).await?;
        delegations::insert(connection, &writes.delegations_made).await?;
        delegations::end(connection, &writes.delegations_ended).await?;
        kin::remember(connection, &writes.memories, Moment::from(self.clock.now())).await?;
        policies::insert(connection, &writes.policy_revisions).await?;
        policies::take_notice(connection, &writes.policy_files).await?;
        standing_approvals::write(connection, &writes.ahead).await?;
        likenesses::write(connection, &writes.ahead.likenesses).await?;
        team_turns::write(connection, &writes.team_turns).await?;
        outbox::record_receipts(connection, &writes.receipts).await?;
        erasures::erase(connection, &writes.erasures).await?;
        erasures::note_followed(connection, &writes.followed).await?;
        Ok(())
    }

    /// Gives triggers their places: dense and in the order of commits, because nobody else writes.
    async fn number(
        &mut self,
        connection: &mut SqliteConnection,
        triggers: Vec<Arc<Trigger>>,
    ) -> Result<Vec<(i64, Arc<Trigger>)>, Error> {
        let mut numbered = Vec::with_capacity(triggers.len());
        for trigger in triggers {
            let workspace = &trigger.name.workspace;
            if !self.sequences.contains_key(workspace) {
                let last = triggers::last_sequence(connection, workspace).await?;
                self.sequences.insert(workspace.clone(), last);
            }
            let last = self.sequences.get_mut(workspace).expect("invariant: it was read above");
            *last += 1;
            numbered.push((*last, trigger));
        }
        Ok(numbered)
    }
}

impl CommitBatch for SqliteWriter {
    type Job = Job;
    type Answer = Answer;

    async fn commit(&mut self, batch: Vec<Pending<Job, Answer>>) -> Result<(), WriterFailed> {
        let (jobs, replies): (Vec<Job>, Vec<_>) = batch.into_iter().map(|pending| (pending.job, pending.reply)).unzip();
        match self.run(jobs).await {
            Ok((answers, effects)) => {
                self.signals.publish(effects);
                for (reply, answer) in replies.into_iter().zip(answers) {
                    reply.send(answer);
                }
                Ok(())
            }
            // Whether the batch is on the disk is not known: nothing more is written until a restart has looked.
            Err(error) => {
                let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
                self.health.report_fault(PART, format!("the database can not be written: {reason}"));
                Err(WriterFailed { reason })
            }
        }
    }
}

/// Reads at once what the jobs are about.
async fn load(
    connection: &mut SqliteConnection,
    catalogue: &Catalogue,
    jobs: &[Job],
    now: Moment,
) -> Result<Known, Error> {
    let Wanted { mut names, requests: keys, sources, dedup_keys, approved, erased, revoked, .. } = Wanted::of(jobs);
    let mut kin = Kin { open: kin::open(connection, &dedup_keys).await?, ..Kin::default() };
    names.extend(kin.open.values().cloned());
    names.extend(standing_approvals::approved_under(connection, &revoked).await?);
    kin::rivals(connection, &approved.into_iter().collect::<Vec<_>>(), &mut kin).await?;
    if kin::remembers(connection).await? {
        kin.memories = kin::memories(connection, &wanted::memory_keys(jobs, catalogue)).await?;
    }
    let requests = requests::find(connection, &keys).await?;
    let approvals = standing_approvals::load(connection, jobs, &requests, now).await?;
    let mut ahead = Ahead { approvals, ..Ahead::default() };
    let precedents = wanted::precedents(jobs, &ahead, catalogue, now);
    likenesses::load(connection, precedents, &mut ahead, &mut kin).await?;
    let (answered, trigger_names) = wanted::answered(&requests);
    names.extend(answered);
    let candidates = candidates::find(connection, &names.into_iter().collect::<Vec<_>>()).await?;
    standing_approvals::load_used(connection, candidates.values(), &mut ahead.approvals).await?;

    Ok(Known {
        histories: erasures::histories(connection, &erased).await?,
        team_turns: HashMap::new(),
        answered: events::rebuild(connection, wanted::past(&requests, &candidates)).await?,
        triggers_by_source: triggers::find_by_source(connection, &sources.into_iter().collect::<Vec<_>>()).await?,
        triggers_by_name: triggers::find(connection, &trigger_names.into_iter().collect::<Vec<_>>()).await?,
        delegations: delegations::load(connection, jobs, &requests, now).await?,
        kin,
        ahead,
        requests,
        candidates,
    })
}
