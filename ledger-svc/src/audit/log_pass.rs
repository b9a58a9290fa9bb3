use std::pin::pin;

use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{
    Column, Content, EntryParts, Hash, LogVerifier, Salt, TILE_WIDTH, VerifyingKey,
    leaf::Field,
    verify::{self, What as LogWhat},
};

use super::{
    Error, Finding, What,
    checkpoint_pass::CheckpointPass,
    fence_pass::{FencePass, LogTail},
    tile_pass::TilePass,
    typed::Typed,
};
use crate::store::raw::{RawEntry, RawFile, RawPosition};

const TABLE: &str = "entries";

/// A log that was read from its first entry to its last and found whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogVerified {
    /// The workspace it is of.
    pub workspace: Workspace,
    /// Its name in leaves and checkpoints.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// Entries under a stored, signed checkpoint.
    pub signed_size: u64,
}

impl LogVerified {
    /// Returns how many entries at the end no signature vouches for yet.
    ///
    /// They are what a running server is about to sign, or what it had committed and not signed when it stopped; its next start
    /// signs them. In the files of a server that was drained there are none.
    pub const fn unsigned_entries(&self) -> u64 {
        self.size - self.signed_size
    }
}

/// Reads one log.
pub(super) struct LogPass<'a, R> {
    ledger: &'a mut RawFile,
    refuse: &'a R,
    workspace: &'a Workspace,
    origin: &'a str,
    fences: &'a FencePass,
    verifier: LogVerifier,
    checkpoints: CheckpointPass<'a>,
    tiles: TilePass<'a>,
    /// Size up to which a checkpoint or the fence has confirmed the root.
    confirmed: u64,
}

impl<'a, R: Fn(sqlx::Error) -> Error> LogPass<'a, R> {
    pub(super) fn new(
        ledger: &'a mut RawFile,
        refuse: &'a R,
        workspace: &'a Workspace,
        origin: &'a str,
        key: &'a VerifyingKey,
        fences: &'a FencePass,
    ) -> Self {
        Self {
            ledger,
            refuse,
            workspace,
            origin,
            fences,
            verifier: LogVerifier::new(origin),
            checkpoints: CheckpointPass::new(workspace, origin, key),
            tiles: TilePass::new(workspace),
            confirmed: 0,
        }
    }

    /// Reads the log to its end; tells how many entries were read as it goes.
    pub(super) async fn run(&mut self, mut on_read: impl FnMut(u64)) -> Result<LogVerified, Error> {
        let mut position = None;
        loop {
            // Pages begin where tiles do, so that one stored tile is at hand for each.
            self.checkpoints.read_ahead(self.ledger).await.map_err(self.refuse).map_err(|error| self.locate(error))?;
            let begun = self.tiles.begin_tile(self.ledger, self.refuse, self.verifier.size()).await;
            begun.map_err(|error| self.locate(error))?;
            let page = self.page(position).await?;
            on_read(self.verifier.size());
            match page {
                Some(last) => position = Some(last),
                None => break,
            }
        }
        self.end().await
    }

    /// Reads the entries of one tile; returns the position of the last, or none when the log ended.
    async fn page(&mut self, after: Option<RawPosition>) -> Result<Option<RawPosition>, Error> {
        let log = self.workspace.id();
        let mut last = None;
        let mut read = 0;
        {
            let mut rows = pin!(self.ledger.entries(self.workspace, after, TILE_WIDTH.into()));
            loop {
                let index = self.verifier.size();
                let row = rows.try_next().await.map_err(|error| locate((self.refuse)(error), log, index))?;
                let Some(row) = row else { break };
                last = Some(check_entry(&row, log, self.confirmed, &mut self.verifier, &mut self.tiles)?);
                read += 1;
                check_roots(
                    self.workspace,
                    self.fences,
                    &mut self.verifier,
                    &mut self.checkpoints,
                    &mut self.confirmed,
                )?;
            }
        }
        let compared = self.tiles.compare_full(self.ledger, self.refuse).await;
        compared.map_err(|error| self.locate(error))?;
        Ok(last.filter(|_| read == TILE_WIDTH))
    }

    /// Checks what is left once the entries are read: checkpoints beyond them, tiles too many, the fence.
    async fn end(&mut self) -> Result<LogVerified, Error> {
        let log = self.workspace.id();
        let size = self.verifier.size();
        let last_index = size.saturating_sub(1);
        let confirmed = self.confirmed;
        let beyond = self
            .checkpoints
            .take(u64::MAX)
            .map_err(|finding| finding.or_at(log, confirmed..=last_index.max(confirmed)))?;
        if let Some(checkpoint) = beyond {
            let what = What::Log(LogWhat::SizeDiffers { read: size, signed: checkpoint.size() });
            return Err(Finding::of_entries(log, size..=checkpoint.size() - 1, what).into());
        }
        let counted = self.ledger.count_checkpoints(self.workspace).await.map_err(self.refuse);
        if counted.map_err(|error| self.locate(error))? != self.checkpoints.taken {
            let finding = Finding::of_log(log, What::CheckpointDoubled).in_column("checkpoints", "size");
            return Err(finding.into());
        }
        let counted = self.tiles.check_count(self.ledger, self.refuse, size).await;
        counted.map_err(|error| self.locate(error))?;
        let tail = LogTail {
            size,
            checkpoint_size: self.checkpoints.last_size,
            previous_size: self.checkpoints.previous_size,
        };
        self.fences.check(self.workspace, &tail).map_err(|what| match what {
            What::LogBehindFence { fence_size, .. } => Finding::of_entries(log, size..=fence_size - 1, what),
            what => Finding::of_log(log, what),
        })?;
        Ok(LogVerified {
            workspace: self.workspace.clone(),
            origin: self.origin.to_owned(),
            size,
            root: self.verifier.root(),
            signed_size: self.checkpoints.last_size,
        })
    }

    fn locate(&self, error: Error) -> Error {
        locate(error, self.workspace.id(), self.verifier.size())
    }
}

/// Checks one row of `entries` and adds it to the tree.
fn check_entry(
    row: &RawEntry,
    log: &str,
    confirmed: u64,
    verifier: &mut LogVerifier,
    tiles: &mut TilePass<'_>,
) -> Result<RawPosition, Finding> {
    let index = verifier.size();
    let here = |finding: Finding| finding.or_at(log, index..=index);
    let entry_index = check_index(row, log, index)?;
    let leaf_hash = Typed::new(TABLE, "leaf_hash").hash(&row.leaf_hash).map_err(here)?;
    let salt = Salt::new(Typed::new(TABLE, "salt").array(&row.salt).map_err(here)?);
    let key = Typed::new(TABLE, "idempotency_key").text(&row.idempotency_key).map_err(here)?;
    let leaf = Typed::new(TABLE, "leaf").bytes(&row.leaf).map_err(here)?;
    let content = Typed::new(TABLE, "content").bytes(&row.content).map_err(here)?;

    let in_tile = tiles.stored_leaf_hash(index);
    let parts = EntryParts {
        index,
        leaf,
        leaf_hash,
        columns: &[Column::IdempotencyKey(key)],
        content: Content::Kept { salt, bytes: content },
    };
    let checked = verifier.entry_with(parts, |subtree, hash| tiles.note(subtree, hash));
    checked.map_err(|finding| explain(finding, log, confirmed, in_tile))?;
    if in_tile.is_some_and(|stored| stored != leaf_hash) {
        return Err(tiles.differs_at(index));
    }
    Ok(RawPosition { entry_index, row_id: row.row_id })
}

fn check_index(row: &RawEntry, log: &str, expected: u64) -> Result<i64, Finding> {
    let column = Typed::new(TABLE, "entry_index");
    let found = column.number(&row.entry_index).map_err(|finding| finding.or_at(log, expected..=expected))?;
    match u64::try_from(found) {
        Ok(index) if index == expected => Ok(found),
        index => {
            // A lower one stands twice; a higher one leaves the expected one out.
            let first = index.map_or(expected, |index| index.min(expected));
            let finding = column.finding(What::IndexNotDense { expected, found });
            Err(finding.or_at(log, first..=first))
        }
    }
}

/// Holds the tree against the checkpoints and fences of its present size.
fn check_roots(
    workspace: &Workspace,
    fences: &FencePass,
    verifier: &mut LogVerifier,
    checkpoints: &mut CheckpointPass<'_>,
    confirmed: &mut u64,
) -> Result<(), Finding> {
    let (log, size) = (workspace.id(), verifier.size());
    while let Some(checkpoint) = checkpoints.take(size).map_err(|finding| finding.or_at(log, *confirmed..=size - 1))? {
        let checked = verifier.checkpoint(&checkpoint);
        checked.map_err(|finding| Finding::of_entries(log, *confirmed..=size - 1, What::Log(finding.what)))?;
        *confirmed = size;
    }
    if fences.denies(workspace, size, verifier.root()) {
        let first = (*confirmed).min(size - 1);
        return Err(Finding::of_entries(log, first..=size - 1, What::FenceRootDiffers { fence_size: size }));
    }
    Ok(())
}

/// Says in which column an entry is wrong, as far as its tile tells.
fn explain(finding: verify::Finding, log: &str, confirmed: u64, in_tile: Option<Hash>) -> Finding {
    let verify::Finding { index, what } = finding;
    let column = match &what {
        LogWhat::LeafHashDiffers { stored, .. } if in_tile == Some(*stored) => Some("leaf"),
        LogWhat::LeafHashDiffers { computed, .. } if in_tile == Some(*computed) => Some("leaf_hash"),
        LogWhat::ColumnDiffers { column: Field::IdempotencyKey } => Some("idempotency_key"),
        LogWhat::LeafMalformed(_) | LogWhat::LeafOfOtherLog { .. } => Some("leaf"),
        _ => None,
    };
    // Time that runs backwards here may have jumped ahead anywhere since the last root that was confirmed.
    let first = if let LogWhat::TimeBackwards { .. } = what { confirmed } else { index };
    let finding = Finding::of_entries(log, first..=index, What::Log(what));
    column.map_or(finding.clone(), |column| finding.in_column(TABLE, column))
}

/// Adds where the reading was to what went wrong there.
fn locate(error: Error, log: &str, index: u64) -> Error {
    match error {
        Error::Found(finding) => finding.or_at(log, index..=index).into(),
        other @ (Error::File { .. } | Error::Origin(_)) => other,
    }
}
