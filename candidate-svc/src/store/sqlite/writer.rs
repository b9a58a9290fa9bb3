//! The one writer: judges what waits, writes it in one transaction, answers after the commit.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, TriggerName, Workspace};
use ledger_format::Hash;
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
    domain::{Command, Moment, Trigger},
    store::{
        Error, Signals,
        ahead::Ahead,
        batch::{Batch, Judge, Known, Writes, source_of},
        job::{Answer, Ask, Job},
        kin::{self as kin_of, Kin, dedup_key},
        signals::Effects,
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
    let mut names: BTreeSet<CandidateName> = BTreeSet::new();
    let mut keys = Vec::new();
    let mut sources = BTreeSet::new();
    let mut dedup_keys = Vec::new();
    let mut approved = BTreeSet::new();
    let mut erased = Vec::new();
    for job in jobs {
        let (ask, workspace): (&Ask, &Workspace) = match job {
            Job::Propose(_) | Job::PolicyFile(_) => {
                let job = job.proposed().expect("invariant: both propose");
                let proposal = &job.propose.proposal;
                let proposer = job.ask.actor.principal();
                sources.insert(source_of(&proposal.trigger));
                dedup_keys.extend(dedup_key(&job.propose.name.workspace, &proposer, proposal));
                (&job.ask, &job.propose.name.workspace)
            }
            Job::Command(job) => {
                names.insert(job.candidate.clone());
                if matches!(job.command, Command::Approve(_) | Command::Retry(_) | Command::Settle(_)) {
                    approved.insert(job.candidate.clone());
                }
                (&job.ask, &job.candidate.workspace)
            }
            Job::ApplyPolicy(job) => {
                names.insert(job.candidate.clone());
                continue;
            }
            Job::Trigger(job) => {
                sources.insert(source_of(&job.trigger));
                (&job.ask, &job.trigger.name.workspace)
            }
            Job::Delegation(job) => (&job.ask, &job.workspace),
            Job::Standing(job) => (&job.ask, &job.order.name().workspace),
            Job::Erase(job) => {
                names.insert(job.candidate.clone());
                erased.push(job.candidate.clone());
                continue;
            }
            Job::Receipts(_) | Job::Followed(_) => continue,
        };
        keys.extend(ask.key(workspace));
    }

    let mut kin = Kin { open: kin::open(connection, &dedup_keys).await?, ..Kin::default() };
    names.extend(kin.open.values().cloned());
    names.extend(standing_approvals::approved_under(connection, jobs).await?);
    kin::rivals(connection, &approved.into_iter().collect::<Vec<_>>(), &mut kin).await?;
    if kin::remembers(connection).await? {
        kin.memories = kin::memories(connection, &memory_keys(jobs, catalogue)).await?;
    }
    let requests = requests::find(connection, &keys).await?;
    let approvals = standing_approvals::load(connection, jobs, &requests, now).await?;
    let mut ahead = Ahead { approvals, ..Ahead::default() };
    likenesses::load(connection, jobs, catalogue, &mut ahead, &mut kin, now).await?;
    let mut trigger_names = BTreeSet::new();
    for (key, kept) in &requests {
        match kept.revision {
            0 => _ = trigger_names.insert(TriggerName::new(key.workspace.clone(), kept.subject_id)),
            _ => _ = names.insert(CandidateName::new(key.workspace.clone(), kept.subject_id)),
        }
    }
    let candidates = candidates::find(connection, &names.into_iter().collect::<Vec<_>>()).await?;
    standing_approvals::load_used(connection, candidates.values(), &mut ahead.approvals).await?;

    // What changed since a request was answered is rebuilt from its events as it was then.
    let is_past = |name: &CandidateName, revision: u64| !matches!(candidates.get(name), Some(Ok(present)) if present.revision == revision);
    let past = requests
        .iter()
        .filter(|(_, kept)| kept.revision > 0)
        .map(|(key, kept)| (CandidateName::new(key.workspace.clone(), kept.subject_id), kept.revision))
        .filter(|(name, revision)| is_past(name, *revision))
        .collect();
    Ok(Known {
        histories: erasures::histories(connection, &erased).await?,
        team_turns: HashMap::new(),
        answered: events::rebuild(connection, past).await?,
        triggers_by_source: triggers::find_by_source(connection, &sources.into_iter().collect::<Vec<_>>()).await?,
        triggers_by_name: triggers::find(connection, &trigger_names.into_iter().collect::<Vec<_>>()).await?,
        delegations: delegations::load(connection, jobs, &requests, now).await?,
        kin,
        ahead,
        requests,
        candidates,
    })
}

/// Returns by what the proposals among the jobs are known again.
fn memory_keys(jobs: &[Job], catalogue: &Catalogue) -> BTreeSet<(Workspace, Hash)> {
    jobs.iter()
        .filter_map(Job::proposed)
        .flat_map(|job| {
            let action_type = catalogue.get(&job.propose.proposal.action_type);
            let keys = kin_of::memory_keys(&job.ask.actor.principal(), &job.propose, action_type);
            keys.into_iter().map(|key| (job.propose.name.workspace.clone(), key))
        })
        .collect()
}
