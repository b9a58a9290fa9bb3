use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use countersign_api::name::Workspace;
use tokio::time::Instant;

use crate::{
    contents::ContentKeys,
    custody::destroy_left,
    log::{Halt, Head, Log, Logs, Published},
    metrics::LedgerMetrics,
    publisher::verify_note,
    signing::CheckpointSigner,
    store::{
        self, LedgerStore, Rows,
        postgres::{self, HeadRow},
        read,
    },
};

/// How long a head may stand unsigned before this process signs it in place of the one that moved it.
const UNSIGNED_MAX: Duration = Duration::from_secs(2);

/// Moves what is known of logs to what a shared database says of them.
#[derive(Debug)]
pub(crate) struct Follower {
    pub(crate) ledger: LedgerStore,
    pub(crate) logs: Arc<Logs>,
    pub(crate) key: Arc<CheckpointSigner>,
    pub(crate) contents: ContentKeys,
    pub(crate) metrics: LedgerMetrics,
    /// What was seen of each log.
    pub(crate) seen: Mutex<HashMap<Workspace, Seen>>,
}

/// What the last look at a log's head left to remember.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Since when the size that the log is signed at has been behind its head.
    unsigned_since: Option<(u64, Instant)>,
    /// Erasures whose keys this process knows to be gone, and the size that the log had then.
    erasures: u64,
    erased_up_to: u64,
}

impl Follower {
    /// Looks where a log ends, if others write to it, too.
    ///
    /// # Errors
    /// See [`store::Error`].
    pub(crate) async fn refresh(&self, log: &Log, deadline: Option<Instant>) -> Result<(), store::Error> {
        if self.ledger.shared().is_none() || log.halt().is_some() {
            return Ok(());
        }
        // What was known before the question was asked: the answer can not be older than that.
        let known_size = log.view().size;
        let mut reader = self.ledger.reader_until(deadline).await?;
        let Rows::Postgres(connection) = reader.rows() else { return Ok(()) };
        let row = postgres::head(connection, &log.workspace).await?;
        let row = row.unwrap_or_else(|| HeadRow::empty(log.workspace.clone()));
        self.note(log, known_size, &row, &mut reader.rows()).await
    }

    /// Looks where these logs end, or all of them, and what was erased in them.
    pub(super) async fn follow(&self, only: Option<&[String]>) -> Result<(), store::Error> {
        let known: HashMap<Workspace, u64> = self.logs.sizes();
        let mut reader = self.ledger.reader().await?;
        let Rows::Postgres(connection) = reader.rows() else { return Ok(()) };
        for row in postgres::heads(connection, only).await? {
            let log = self.logs.of(&row.workspace);
            if log.halt().is_none() {
                let known_size = known.get(&row.workspace).copied().unwrap_or_default();
                self.note(&log, known_size, &row, &mut reader.rows()).await?;
                self.note_erasures(&log, &row, &mut reader.rows()).await?;
            }
        }
        Ok(())
    }

    async fn note(&self, log: &Log, known_size: u64, row: &HeadRow, rows: &mut Rows<'_>) -> Result<(), store::Error> {
        if row.head.size < known_size {
            log.set_halt(Halt::WentBack { size: row.head.size, known_size });
            return Ok(());
        }
        log.set_size(row.head.size);
        self.metrics.note_size(&log.workspace, row.head.size);
        if row.signed_size > log.view().signed_size() {
            self.note_published(log, rows).await?;
            // The fence is to remember it, too.
            self.logs.look_at(log, Head { size: row.signed_size, root: row.head.root });
        }
        if self.is_overdue(log, row) {
            self.logs.look_at(log, row.head);
        }
        Ok(())
    }

    async fn note_published(&self, log: &Log, rows: &mut Rows<'_>) -> Result<(), store::Error> {
        let Some(row) = read::last_checkpoint(rows, &log.workspace).await? else { return Ok(()) };
        match verify_note(&row.signed_note, self.key.known_keys(), log) {
            Ok(checkpoint) if checkpoint.size() == row.size => {
                self.metrics.note_signed_size(&log.workspace, row.size);
                log.set_published(Arc::new(Published { checkpoint, signed_note: row.signed_note }));
                // Whoever signed it covers it, too; this process learns under which index by covering it once more.
                self.logs.note_published(log);
            }
            Ok(_) => log.set_halt(Halt::CheckpointUnverified { size: row.size }),
            Err(error) => {
                tracing::error!(workspace = log.workspace.id(), error = %error, "another process's checkpoint is refused");
                log.set_halt(Halt::CheckpointUnverified { size: row.size });
            }
        }
        Ok(())
    }

    /// Finishes what another process erased, should it have ended before it did, forgets the keys, and wakes who follows erasures.
    ///
    /// A crash in the middle leaves keys that the next look, or the next start, destroys.
    async fn note_erasures(&self, log: &Log, row: &HeadRow, rows: &mut Rows<'_>) -> Result<(), store::Error> {
        let (known, erased_up_to) = self.of(log, |seen| (seen.erasures, seen.erased_up_to));
        if row.erasures == known {
            return Ok(());
        }
        log.note_erasure();
        let Rows::Postgres(connection) = rows else { return Ok(()) };
        let erased = postgres::erased_keys_from(connection, &log.workspace, erased_up_to).await?;
        destroy_left(erased, &self.contents).await?;
        self.of(log, |seen| (seen.erasures, seen.erased_up_to) = (row.erasures, row.head.size));
        Ok(())
    }

    /// Tells whether whoever moved the head has had time enough to sign it.
    fn is_overdue(&self, log: &Log, row: &HeadRow) -> bool {
        self.of(log, |seen| {
            if row.signed_size == row.head.size {
                seen.unsigned_since = None;
                return false;
            }
            let now = Instant::now();
            let (signed_size, began) = seen.unsigned_since.get_or_insert((row.signed_size, now));
            if *signed_size != row.signed_size {
                (*signed_size, *began) = (row.signed_size, now);
            }
            now.duration_since(*began) >= UNSIGNED_MAX
        })
    }

    fn of<T>(&self, log: &Log, look: impl FnOnce(&mut Seen) -> T) -> T {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        look(seen.entry(log.workspace.clone()).or_default())
    }
}
