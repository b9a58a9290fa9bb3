use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use countersign_api::name::Workspace;
use service_kit::{
    clock::Clock,
    group_commit::{CommitBatch, Pending, Reply, WriterFailed},
    ids::Ids,
};

use super::{Answer, Appended, Job, Refusal, job::Append, settle::Staging};
use crate::{
    log::{Halt, Head, Log, Logs, RightEdge},
    metrics::LedgerMetrics,
    store::{
        self,
        sqlite::{Commit, LedgerWriter, TileRow},
    },
};

/// Where one log's next entry goes.
#[derive(Debug, Clone)]
pub(crate) struct LogEnd {
    pub(crate) edge: RightEdge,
    /// Append time of the last entry, in microseconds since the epoch.
    pub(crate) last_appended_at_us: i64,
}

impl Default for LogEnd {
    fn default() -> Self {
        Self { edge: RightEdge::default(), last_appended_at_us: i64::MIN }
    }
}

/// Commits groups of jobs; the only one that writes to the ledger's file.
#[derive(Debug)]
pub(crate) struct Committer {
    pub(crate) writer: LedgerWriter,
    pub(crate) logs: Arc<Logs>,
    pub(crate) ends: HashMap<Workspace, LogEnd>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) metrics: LedgerMetrics,
}

/// A job of entries with its answer, which must not be sent before the commit.
struct Settled {
    answer: Result<Vec<Appended>, Refusal>,
    reply: Reply<Answer>,
    span: tracing::Span,
    /// Held until the answer is sent.
    _room: tokio::sync::OwnedSemaphorePermit,
}

impl CommitBatch for Committer {
    type Job = Job;
    type Answer = Answer;

    async fn commit(&mut self, batch: Vec<Pending<Job, Answer>>) -> Result<(), WriterFailed> {
        let committed = self.commit_group(batch).await;
        committed.map_err(|error| {
            self.logs.halt_all(&Halt::StorageFailed);
            WriterFailed { reason: chain(&error) }
        })
    }
}

impl Committer {
    async fn commit_group(&mut self, batch: Vec<Pending<Job, Answer>>) -> Result<(), store::Error> {
        let mut appends = Vec::with_capacity(batch.len());
        let mut checkpoints = Vec::new();
        let mut storing = Vec::new();
        for Pending { job, reply } in batch {
            match job {
                Job::Append(append) => appends.push((append, reply)),
                Job::StoreCheckpoints(rows) => {
                    checkpoints.extend(rows);
                    storing.push(reply);
                }
            }
        }

        let mut stagings = self.stage_logs(&appends).await?;
        let settled: Vec<Settled> =
            appends.into_iter().map(|(append, reply)| settle(&mut stagings, append, reply, &*self.ids)).collect();
        let holds_approval = stagings.values().any(Staging::holds_approval);
        let (mut commit, heads) = self.number(stagings);
        commit.checkpoints = checkpoints;

        // A group of replays and refusals writes nothing: what it answers from is on disk already.
        let entries = commit.entries.len();
        if entries > 0 || !commit.checkpoints.is_empty() {
            self.writer.commit(commit).await?;
        }

        // From here on the entries stand. A crash before an answer is sent: its caller sends again and gets the same receipt.
        self.metrics.entries.inc_by(entries as u64);
        for (log, head) in heads {
            tracing::debug!(
                workspace = log.workspace.id(),
                entry_index = head.size - 1,
                "entries were committed up to this one"
            );
            self.metrics.note_size(&log.workspace, head.size);
            self.logs.note_committed(&log, head);
        }
        if holds_approval {
            self.logs.await_checkpoint();
        }
        for reply in storing {
            reply.send(Answer::CheckpointsStored);
        }
        for settled in settled {
            settled.send();
        }
        Ok(())
    }

    /// Looks up all keys of each log at once. A log whose rows are corrupt is halted, the others go on.
    async fn stage_logs(
        &mut self,
        appends: &[(Append, Reply<Answer>)],
    ) -> Result<HashMap<Workspace, Staging>, store::Error> {
        let mut keys: BTreeMap<&Workspace, (&Arc<Log>, Vec<&str>)> = BTreeMap::new();
        for (append, _) in appends {
            let (_, keys) = keys.entry(&append.log.workspace).or_insert_with(|| (&append.log, Vec::new()));
            keys.extend(append.entries.iter().map(|entry| entry.idempotency_key.as_str()));
        }
        let now_us = self.clock.now().as_microsecond();
        let mut stagings = HashMap::with_capacity(keys.len());
        // Asked once a log: one that is halted from here on is still looked up whole, or not at all.
        keys.retain(|_, (log, _)| log.halt().is_none());
        for (workspace, (log, keys)) in keys {
            match self.writer.standing(workspace, &keys).await {
                Ok(standing) => {
                    let end = self.ends.entry(workspace.clone()).or_default();
                    // The clock may have been set back: the log's time never is.
                    let appended_at_us = now_us.max(end.last_appended_at_us);
                    let staging = Staging::new(Arc::clone(log), end.edge.size(), appended_at_us, standing);
                    stagings.insert(workspace.clone(), staging);
                    end.last_appended_at_us = appended_at_us;
                }
                Err(error @ (store::Error::CorruptRow { .. } | store::Error::MissingRow { .. })) => {
                    tracing::error!(workspace = workspace.id(), error = %error, "a key can not be looked up");
                    log.set_halt(Halt::StorageFailed);
                }
                Err(error @ (store::Error::Driver(_) | store::Error::Open(_))) => return Err(error),
            }
        }
        Ok(stagings)
    }

    /// Puts the staged entries at the edges of their logs.
    ///
    /// The edges move before the commit; when that fails, the writer stops and nobody uses them again.
    fn number(&mut self, stagings: HashMap<Workspace, Staging>) -> (Commit, Vec<(Arc<Log>, Head)>) {
        let mut commit = Commit::default();
        let mut heads = Vec::new();
        for (workspace, staging) in stagings {
            let rows = staging.into_rows();
            if rows.is_empty() {
                continue;
            }
            let edge = &mut self.ends.entry(workspace.clone()).or_default().edge;
            let mut full = Vec::new();
            for row in &rows {
                assert_eq!(row.index, edge.size(), "L-1: indices are dense, in commit order");
                edge.append(row.leaf_hash, &mut full);
            }
            commit.tiles.extend(full.into_iter().map(|tile| TileRow { workspace: workspace.clone(), tile }));
            commit.entries.extend(rows);
            heads.push((self.logs.of(&workspace), edge.head()));
        }
        (commit, heads)
    }
}

/// Wakes whoever waits for more entries or checkpoints: none will come.
impl Drop for Committer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.logs.halt_all(&Halt::StorageFailed);
        }
        self.logs.end();
    }
}

impl Settled {
    fn send(self) {
        if let Ok([appended]) = self.answer.as_deref() {
            self.span.record("entry_index", appended.receipt.index);
        }
        self.reply.send(Answer::Appended(self.answer));
    }
}

fn settle(stagings: &mut HashMap<Workspace, Staging>, append: Append, reply: Reply<Answer>, ids: &dyn Ids) -> Settled {
    let Append { log, entries, room, span } = append;
    let answer = match stagings.get_mut(&log.workspace) {
        Some(staging) => staging.settle(entries, ids),
        // Halted before its keys were looked up, or while they were.
        None => Err(log.halt().unwrap_or(Halt::StorageFailed).into()),
    };
    Settled { answer, reply, span, _room: room }
}

/// Joins an error and its causes for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
