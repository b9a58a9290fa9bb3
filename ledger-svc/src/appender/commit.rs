use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use countersign_api::name::Workspace;
use ledger_format::Receipt;
use service_kit::{
    clock::Clock,
    group_commit::{CommitBatch, Pending, Reply, WriterFailed},
    ids::Ids,
};

use super::{
    Answer, Appended, Job, Refusal,
    job::{Append, Custody},
    settle::{Staging, SubjectKeys},
};
use crate::{
    contents::{ContentKeys, ContentReader, KeyPool, Said, Unsealed, seal},
    custody::ErasureSteps,
    entry::Standing,
    log::{Halt, Head, Log, Logs, RightEdge},
    metrics::LedgerMetrics,
    store::{
        self,
        sqlite::{self, Commit, LedgerWriter, TileRow},
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
    pub(crate) keys: ContentKeys,
    pub(crate) reader: ContentReader,
    pub(crate) pool: KeyPool,
    pub(crate) erasure_steps: Arc<dyn ErasureSteps>,
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

/// What a group of jobs asks of one log.
struct Asked<'a> {
    log: &'a Arc<Log>,
    keys: Vec<&'a str>,
    subjects: BTreeSet<&'a str>,
}

impl<'a> Asked<'a> {
    const fn of(log: &'a Arc<Log>) -> Self {
        Self { log, keys: Vec::new(), subjects: BTreeSet::new() }
    }
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
        let mut custody = Vec::new();
        for Pending { job, reply } in batch {
            match job {
                Job::Custody(job) => custody.push((job, reply)),
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
        let (mut commit, heads) = self.number(stagings).await?;
        commit.checkpoints = checkpoints;

        // A group of replays and refusals writes nothing: what it answers from is on disk already.
        let entries = commit.entries.len();
        if entries > 0 || !commit.checkpoints.is_empty() {
            self.writer.commit(commit).await?;
        }

        // From here on the entries stand. A crash before an answer is sent: its caller sends again and gets the same receipt.
        self.note_committed(entries, heads);
        for reply in storing {
            reply.send(Answer::CheckpointsStored);
        }
        for settled in settled {
            settled.send();
        }
        // After the entries that came with them, each in a commit of its own.
        for (Custody { log, act }, reply) in custody {
            reply.send(Answer::Custody(self.custody(&log, act).await?));
        }
        Ok(())
    }

    /// Tells readers and the publisher of entries that are on disk.
    pub(super) fn note_committed(&self, entries: usize, heads: Vec<(Arc<Log>, Head)>) {
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
    }

    /// Looks up all keys of each log at once. A log whose rows are corrupt is halted, the others go on.
    async fn stage_logs(
        &mut self,
        appends: &[(Append, Reply<Answer>)],
    ) -> Result<HashMap<Workspace, Staging>, store::Error> {
        let mut asked: BTreeMap<&Workspace, Asked<'_>> = BTreeMap::new();
        for (append, _) in appends {
            let asked = asked.entry(&append.log.workspace).or_insert_with(|| Asked::of(&append.log));
            asked.keys.extend(append.entries.iter().map(|entry| entry.idempotency_key.as_str()));
            asked.subjects.extend(append.entries.iter().map(|entry| entry.subject.as_str()));
        }
        let mut stagings = HashMap::with_capacity(asked.len());
        // Asked once a log: one that is halted from here on is still looked up whole, or not at all.
        asked.retain(|_, asked| asked.log.halt().is_none());
        for (workspace, Asked { log, keys, subjects }) in asked {
            let subjects: Vec<&str> = subjects.into_iter().collect();
            match self.stage(log, &keys, &subjects).await {
                Ok(staging) => drop(stagings.insert(workspace.clone(), staging)),
                Err(error @ (store::Error::CorruptRow { .. } | store::Error::MissingRow { .. })) => {
                    tracing::error!(workspace = workspace.id(), error = %error, "a key can not be looked up");
                    log.set_halt(Halt::StorageFailed);
                }
                Err(error @ (store::Error::Driver(_) | store::Error::Open(_) | store::Error::WalInUse { .. })) => {
                    return Err(error);
                }
            }
        }
        Ok(stagings)
    }

    /// Begins a commit to one log: what stands under these keys, and the keys that these subjects have.
    pub(super) async fn stage(
        &mut self,
        log: &Arc<Log>,
        keys: &[&str],
        subjects: &[&str],
    ) -> Result<Staging, store::Error> {
        let workspace = &log.workspace;
        let (names, stored): (Vec<_>, Vec<_>) = self.writer.standing(workspace, keys).await?.into_iter().unzip();
        let mut standing = HashMap::with_capacity(names.len());
        if !stored.is_empty() {
            let opened = self.reader.open(self.writer.connection(), workspace, stored).await?;
            for (name, entry) in names.into_iter().zip(opened) {
                let salt = match entry.said {
                    Said::Kept { salt, .. } => Some(salt),
                    Said::Erased => None,
                };
                let row = || format!("{}/{}", workspace.id(), entry.index);
                let corrupt = |_| store::Error::CorruptRow { table: "entries", column: "leaf", row: row() };
                let receipt = Receipt { index: entry.index, leaf_hash: entry.leaf_hash };
                standing.insert(name, Standing::of_stored(receipt, &entry.leaf, salt).map_err(corrupt)?);
            }
        }
        let in_use = self.keys_in_use(workspace, subjects).await?;
        let now_us = self.clock.now().as_microsecond();
        let end = self.ends.entry(workspace.clone()).or_default();
        let behind_us = end.last_appended_at_us.saturating_sub(now_us);
        if self.metrics.note_clock_behind(workspace, behind_us) {
            tracing::warn!(
                workspace = workspace.id(),
                behind_secs = behind_us / 1_000_000,
                "the clock is behind the log's last entry, whose time new ones get until it has caught up; set the clock"
            );
        }
        // The clock may have been set back: the log's time never is.
        end.last_appended_at_us = now_us.max(end.last_appended_at_us);
        Ok(Staging::new(Arc::clone(log), end.edge.size(), end.last_appended_at_us, standing, in_use))
    }

    async fn keys_in_use(&mut self, workspace: &Workspace, subjects: &[&str]) -> Result<SubjectKeys, store::Error> {
        let numbers = sqlite::keys_in_use(self.writer.connection(), workspace, subjects).await?;
        let mut keys = self.keys.find(numbers.values().copied()).await?;
        let missing = |number: u64| store::Error::MissingRow { table: "content_keys", row: number.to_string() };
        let found = numbers
            .into_iter()
            .map(|(subject, number)| Ok((subject, (number, keys.remove(&number).ok_or_else(|| missing(number))?))));
        found.collect()
    }

    /// Puts the staged entries at the edges of their logs and seals what they say.
    ///
    /// The edges move before the commit; when that fails, the writer stops and nobody uses them again.
    pub(super) async fn number(
        &mut self,
        stagings: HashMap<Workspace, Staging>,
    ) -> Result<(Commit, Vec<(Arc<Log>, Head)>), store::Error> {
        let mut commit = Commit::default();
        let mut heads = Vec::new();
        for (workspace, staging) in stagings {
            let (rows, keys): (Vec<Unsealed>, _) = staging.into_rows();
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
            heads.push((self.logs.of(&workspace), edge.head()));
            let sealed = seal(&workspace, rows, keys, &self.pool, &*self.ids).await?;
            commit.entries.extend(sealed.entries);
            commit.subject_keys.extend(sealed.subject_keys);
        }
        Ok((commit, heads))
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
