use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

use countersign_api::name::Workspace;
use ledger_format::Receipt;
use service_kit::{
    clock::Clock,
    group_commit::{CommitBatch, Pending, Reply, WriterFailed},
    ids::Ids,
    shutdown::Shutdown,
};

use super::{
    Answer, Appended, Job, Refusal,
    catch_up::{self, catch_up},
    group::{Group, Outcome},
    job::{Append, Custody},
    settle::{Staging, SubjectKeys},
};
use crate::{
    contents::{ContentKeys, ContentReader, KeyPool, Said, Unsealed, seal},
    custody::ErasureSteps,
    entry::Standing,
    log::{Halt, Log, Logs, RightEdge},
    metrics::LedgerMetrics,
    store::{self, Commit, HeadMove, LedgerWriter, TileRoots, TileRow, postgres::HeadRow, read},
};

/// How long the writer waits before it asks a database again that did not answer: at first, and at most.
const ASK_AGAIN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

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

/// Commits groups of jobs; the only one in this process that writes to the ledger.
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
    pub(crate) tile_roots: TileRoots,
    pub(crate) metrics: LedgerMetrics,
    pub(crate) shutdown: Shutdown,
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
        let (group, custody) = Group::of(batch);
        let committed = self.commit_all(group, custody).await;
        committed.map_err(|error| {
            self.logs.halt_all(&Halt::StorageFailed);
            WriterFailed { reason: chain(&error) }
        })
    }
}

impl Committer {
    async fn commit_all(
        &mut self,
        mut group: Group,
        custody: Vec<(Custody, Reply<Answer>)>,
    ) -> Result<(), store::Error> {
        if !group.is_empty() {
            let mut pause = ASK_AGAIN.0;
            let outcome = loop {
                match self.attempt(&mut group).await {
                    Ok(outcome) => break outcome,
                    Err(error) => self.ask_again(error, &group.workspaces(), &mut pause).await?,
                }
            };
            // From here on the entries stand. A crash before an answer is sent: its caller sends again and gets the same receipt.
            self.note_committed(outcome.entries, &outcome.moves);
            if outcome.holds_approval {
                self.logs.await_checkpoint();
            }
            group.tell(outcome);
        }
        // After the entries that came with them, each in a commit of its own.
        for (Custody { log, act }, reply) in custody {
            let mut pause = ASK_AGAIN.0;
            let answer = loop {
                match self.custody(&log, act.clone()).await {
                    Ok(answer) => break answer,
                    Err(error) => self.ask_again(error, std::slice::from_ref(&log.workspace), &mut pause).await?,
                }
            };
            reply.send(Answer::Custody(answer));
        }
        self.logs.note_database_answers();
        Ok(())
    }

    /// Waits until a database that did not answer can be asked again; gives the error back where nothing may be tried a second time.
    ///
    /// Whether the commit stands is not known. The next attempt begins with what the database holds by then: keys that stand are
    /// answered with their receipts, nothing is written a second time.
    async fn ask_again(
        &mut self,
        error: store::Error,
        workspaces: &[Workspace],
        pause: &mut Duration,
    ) -> Result<(), store::Error> {
        if !self.writer.goes_on_after(&error) || self.shutdown.is_draining() {
            return Err(error);
        }
        // Nobody else is held up meanwhile.
        self.writer.leave().await;
        self.logs.note_trouble(&self.writer.trouble(&error));
        for workspace in workspaces {
            self.ends.remove(workspace);
        }
        tokio::time::sleep(*pause).await;
        *pause = (*pause * 2).min(ASK_AGAIN.1);
        Ok(())
    }

    /// Commits a group; nothing may be told before this has succeeded.
    async fn attempt(&mut self, group: &mut Group) -> Result<Outcome, store::Error> {
        self.pool.prepare(group.subjects()).await?;
        self.begin(&group.workspaces()).await?;
        let mut stagings = self.stage_logs(&group.appends).await?;
        let answers = group.appends.iter_mut().map(|(append, _)| self.settle(&mut stagings, append)).collect();
        let holds_approval = stagings.values().any(Staging::holds_approval);
        let mut commit = self.number(stagings).await?;
        commit.checkpoints.clone_from(&group.checkpoints);

        // A group of replays and refusals writes nothing: what it answers from is on disk already.
        let (entries, moves) = (commit.entries.len(), commit.moves.clone());
        let superseded = if entries > 0 || !commit.checkpoints.is_empty() {
            self.writer.commit(commit).await?
        } else {
            self.writer.leave().await;
            Vec::new()
        };
        Ok(Outcome { answers, entries, moves, holds_approval, superseded })
    }

    /// Begins a turn in which nobody else writes to these logs, and brings what is remembered of each to where it ends.
    pub(super) async fn begin(&mut self, workspaces: &[Workspace]) -> Result<(), store::Error> {
        let found = self.writer.begin(&workspaces.iter().collect::<Vec<_>>()).await?;
        for row in found.into_values() {
            self.catch_up(row).await?;
        }
        Ok(())
    }

    /// Brings what is remembered of a log to where the database says that it ends: others write to it, too.
    async fn catch_up(&mut self, row: HeadRow) -> Result<(), store::Error> {
        let log = self.logs.of(&row.workspace);
        if log.halt().is_some() {
            return Ok(());
        }
        let end = self.ends.remove(&row.workspace).unwrap_or_default();
        match catch_up(&mut self.writer.rows(), &self.tile_roots, &row.workspace, end, row.head).await {
            Ok(end) => {
                log.set_size(end.edge.size());
                self.ends.insert(row.workspace, end);
            }
            Err(catch_up::Error::Halted(halt)) => log.set_halt(halt),
            Err(catch_up::Error::Store(error)) if error.is_of_rows() => {
                tracing::error!(workspace = row.workspace.id(), error = %error, "what others appended does not read back");
                log.set_halt(Halt::StorageFailed);
            }
            Err(catch_up::Error::Store(error)) => return Err(error),
        }
        Ok(())
    }

    fn settle(
        &self,
        stagings: &mut HashMap<Workspace, Staging>,
        append: &mut Append,
    ) -> Result<Vec<Appended>, Refusal> {
        let entries = match self.writer {
            // Its one attempt.
            LedgerWriter::Sqlite(_) => std::mem::take(&mut append.entries),
            LedgerWriter::Postgres(_) => append.entries.clone(),
        };
        match stagings.get_mut(&append.log.workspace) {
            Some(staging) => staging.settle(entries, &*self.ids),
            // Halted before its keys were looked up, or while they were.
            None => Err(append.log.halt().unwrap_or(Halt::StorageFailed).into()),
        }
    }

    /// Tells readers and the publisher of entries that are on disk.
    pub(super) fn note_committed(&self, entries: usize, moves: &[HeadMove]) {
        self.metrics.entries.inc_by(entries as u64);
        for HeadMove { workspace, to, .. } in moves {
            tracing::debug!(
                workspace = workspace.id(),
                entry_index = to.size - 1,
                "entries were committed up to this one"
            );
            self.metrics.note_size(workspace, to.size);
            self.logs.note_committed(&self.logs.of(workspace), *to);
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
                Err(error) if error.is_of_rows() => {
                    tracing::error!(workspace = workspace.id(), error = %error, "a key can not be looked up");
                    log.set_halt(Halt::StorageFailed);
                }
                Err(error) => return Err(error),
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
            let opened = self.reader.open(&mut self.writer.rows(), workspace, stored).await?;
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
        let numbers = read::keys_in_use(&mut self.writer.rows(), workspace, subjects).await?;
        let mut keys = self.keys.find(numbers.values().copied()).await?;
        let missing = |number: u64| store::Error::MissingRow { table: "content_keys", row: number.to_string() };
        let found = numbers
            .into_iter()
            .map(|(subject, number)| Ok((subject, (number, keys.remove(&number).ok_or_else(|| missing(number))?))));
        found.collect()
    }

    /// Puts the staged entries at the edges of their logs and seals what they say.
    ///
    /// The edges move before the commit; when that fails, nobody uses them again. A key that was taken for a commit that fails is given to
    /// nobody else.
    pub(super) async fn number(&mut self, stagings: HashMap<Workspace, Staging>) -> Result<Commit, store::Error> {
        let mut commit = Commit::default();
        for (workspace, staging) in stagings {
            let (rows, keys): (Vec<Unsealed>, _) = staging.into_rows();
            if rows.is_empty() {
                continue;
            }
            let edge = &mut self.ends.entry(workspace.clone()).or_default().edge;
            let from = edge.head();
            let mut full = Vec::new();
            for row in &rows {
                assert_eq!(row.index, edge.size(), "L-1: indices are dense, in commit order");
                edge.append(row.leaf_hash, &mut full);
            }
            commit.tiles.extend(full.into_iter().map(|tile| TileRow { workspace: workspace.clone(), tile }));
            commit.moves.push(HeadMove { workspace: workspace.clone(), from, to: edge.head() });
            let sealed = seal(&workspace, rows, keys, &self.pool, &*self.ids).await?;
            commit.entries.extend(sealed.entries);
            commit.subject_keys.extend(sealed.subject_keys);
        }
        Ok(commit)
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

/// Joins an error and its causes for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
