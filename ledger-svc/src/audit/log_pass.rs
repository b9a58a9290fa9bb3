use std::pin::pin;

use countersign_api::name::Workspace;
use futures::TryStreamExt;
use ledger_format::{
    Column, Content, EntryParts, Hash, Leaf, LogVerifier, TILE_WIDTH, VerifyingKeys,
    leaf::Field,
    verify::{self, What as LogWhat},
};

use super::{
    Error, Extent, Finding, What,
    astray::Astray,
    checkpoint_pass::CheckpointPass,
    custody_pass::{Custody, CustodyOfLog, Opened, at_entry},
    fault::{Fault, Source, Trouble},
    fence_pass::{FencePass, LogTail},
    place::{CHECKPOINTS, ENTRIES, row_of_entry},
    tile_pass::TilePass,
    typed::Typed,
};
use crate::{
    log::Head,
    store::raw::{RawEntry, RawFile, RawPosition},
};

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
pub(super) struct LogPass<'a> {
    ledger: &'a mut RawFile,
    source: Source<'a>,
    workspace: &'a Workspace,
    origin: &'a str,
    fences: &'a FencePass,
    custody: &'a mut Custody,
    custody_of_log: CustodyOfLog,
    roots: Roots<'a>,
    verifier: LogVerifier,
    tiles: TilePass<'a>,
}

/// What the root is held against on the way.
struct Roots<'a> {
    checkpoints: CheckpointPass<'a>,
    /// What the fence store remembers.
    fenced: Vec<Head>,
    /// The first root that the fence store denies. What comes after may still say that it is the fence's size that is wrong.
    denied: Option<Finding>,
}

impl<'a> LogPass<'a> {
    pub(super) fn new(
        ledger: &'a mut RawFile,
        source: Source<'a>,
        workspace: &'a Workspace,
        origin: &'a str,
        keys: &'a VerifyingKeys,
        fences: &'a FencePass,
        custody: &'a mut Custody,
    ) -> Self {
        let checkpoints = CheckpointPass::new(workspace, origin, keys);
        Self {
            ledger,
            source,
            workspace,
            origin,
            fences,
            custody,
            custody_of_log: CustodyOfLog::default(),
            roots: Roots { checkpoints, fenced: fences.heads(workspace), denied: None },
            verifier: LogVerifier::new(origin),
            tiles: TilePass::new(workspace),
        }
    }

    /// Reads the log to its end; tells how many entries were read as it goes.
    pub(super) async fn run(&mut self, mut on_read: impl FnMut(u64)) -> Result<LogVerified, Trouble> {
        let read = match self.read(&mut on_read).await {
            Ok(()) => self.end().await,
            Err(error) => Err(error),
        };
        let fenced_size = self.roots.fenced.iter().map(|fenced| fenced.size).max().unwrap_or(0);
        match (self.roots.denied.take(), read) {
            (Some(denied), Ok(_) | Err(Trouble::Error(Error::Found(_)))) => Err(denied.into()),
            (None, Err(Trouble::Error(Error::Found(found)))) => {
                let log = Astray { workspace: self.workspace, origin: self.origin, fenced_size };
                Err(log.trace(found, self.ledger).await.into())
            }
            (_, read) => read,
        }
    }

    /// Returns how many entries of the log say that contents were erased.
    pub(super) const fn erasures(&self) -> u64 {
        self.custody_of_log.erasures
    }

    async fn read(&mut self, on_read: &mut impl FnMut(u64)) -> Result<(), Trouble> {
        let mut position = None;
        loop {
            // Pages begin where tiles do, so that one stored tile is at hand for each.
            let ahead = self.roots.checkpoints.read_ahead(self.ledger).await;
            ahead.map_err(self.source.refuse(CHECKPOINTS.name)).map_err(|trouble| trouble.at(self.here()))?;
            let begun = self.tiles.begin_tile(self.ledger, self.source, self.verifier.size()).await;
            begun.map_err(|trouble| trouble.at(self.here()))?;
            let page = self.page(position).await?;
            on_read(self.verifier.size());
            match page {
                Some(last) => position = Some(last),
                None => return Ok(()),
            }
        }
    }

    /// Reads the entries of one tile; returns the position of the last, or none when the log ended.
    async fn page(&mut self, after: Option<RawPosition>) -> Result<Option<RawPosition>, Trouble> {
        let log = self.workspace.id();
        let mut last = None;
        let mut read = 0;
        {
            let mut rows = pin!(self.ledger.entries(self.workspace, after, TILE_WIDTH.into()));
            loop {
                let index = self.verifier.size();
                let row = rows.try_next().await.map_err(self.source.refuse(ENTRIES.name));
                let row = row.map_err(|trouble| trouble.at(Extent::span(log, index, index + 1)))?;
                let Some(row) = row else { break };
                let confirmed = self.roots.checkpoints.last.size;
                last = Some(check_entry(
                    &row,
                    log,
                    confirmed,
                    &mut self.verifier,
                    &mut self.tiles,
                    (&mut *self.custody, &mut self.custody_of_log),
                )?);
                read += 1;
                self.roots.check(self.workspace, self.origin, &mut self.verifier)?;
            }
        }
        let compared = self.tiles.compare_full(self.ledger, self.source).await;
        compared.map_err(|trouble| trouble.at(self.here()))?;
        Ok(last.filter(|_| read == TILE_WIDTH))
    }

    /// Checks what is left once the entries are read: checkpoints beyond them, tiles too many, the fence.
    async fn end(&mut self) -> Result<LogVerified, Trouble> {
        let log = self.workspace.id();
        let head = Head { size: self.verifier.size(), root: self.verifier.root() };
        let size = head.size;
        if let Some(checkpoint) = self.roots.checkpoints.take(u64::MAX)? {
            let what = What::Log(LogWhat::SizeDiffers { read: size, signed: checkpoint.size() });
            let fault = Fault::of_table(ENTRIES, what).in_row(|| row_of_entry(log, size));
            return Err(fault.at(Extent::span(log, size, checkpoint.size())).into());
        }
        let counted = self.ledger.count_checkpoints(self.workspace).await;
        let counted = counted.map_err(self.source.refuse(CHECKPOINTS.name));
        if counted.map_err(|trouble| trouble.at(self.here()))? != self.roots.checkpoints.taken {
            let fault = Fault::of_table(CHECKPOINTS, What::CheckpointDoubled);
            return Err(fault.at(Extent::span(log, 0, size)).into());
        }
        let counted = self.tiles.check_count(self.ledger, self.source, size).await;
        counted.map_err(|trouble| trouble.at(self.here()))?;
        self.custody.end(self.workspace, size, &self.custody_of_log, self.source, self.ledger).await?;
        let CheckpointPass { last, previous, .. } = self.roots.checkpoints;
        let tail = LogTail { head, checkpoint: last, previous };
        if let Err(found) = self.fences.check(self.workspace, self.origin, &tail) {
            if let What::FenceSizeDiffers { .. } = *found.what {
                self.roots.denied = None;
            }
            return Err(found.into());
        }
        Ok(LogVerified {
            workspace: self.workspace.clone(),
            origin: self.origin.to_owned(),
            size,
            root: head.root,
            signed_size: last.size,
        })
    }

    /// Names the entry that is read next.
    fn here(&self) -> Extent {
        let index = self.verifier.size();
        Extent::span(self.workspace.id(), index, index + 1)
    }
}

impl Roots<'_> {
    /// Holds the tree against the checkpoints and fences of its present size.
    fn check(&mut self, workspace: &Workspace, origin: &str, verifier: &mut LogVerifier) -> Result<(), Finding> {
        let size = verifier.size();
        loop {
            let confirmed = self.checkpoints.last.size;
            let Some(checkpoint) = self.checkpoints.take(size)? else { break };
            verifier.checkpoint(&checkpoint).map_err(|found| {
                let fault = Fault::of_table(ENTRIES, What::Log(found.what));
                fault.at(Extent::span(workspace.id(), confirmed, size))
            })?;
        }
        if self.fenced.iter().any(|fenced| fenced.size == size && fenced.root != verifier.root()) {
            let confirmed = self.checkpoints.last.size;
            self.denied.get_or_insert_with(|| FencePass::denial(workspace, origin, confirmed, size));
        }
        Ok(())
    }
}

/// Checks one row of `entries` and adds it to the tree.
fn check_entry(
    row: &RawEntry,
    log: &str,
    confirmed: u64,
    verifier: &mut LogVerifier,
    tiles: &mut TilePass<'_>,
    (custody, custody_of_log): (&mut Custody, &mut CustodyOfLog),
) -> Result<RawPosition, Finding> {
    let index = verifier.size();
    let here = |fault: Fault| fault.in_row(|| row_of_entry(log, index)).at(Extent::span(log, index, index + 1));
    let entry_index = check_index(row, log, index)?;
    let leaf_hash = Typed::new(ENTRIES, "leaf_hash").hash(&row.leaf_hash).map_err(here)?;
    let content_key = Typed::new(ENTRIES, "content_key").count(&row.content_key).map_err(here)?;
    let key = Typed::new(ENTRIES, "idempotency_key").text(&row.idempotency_key).map_err(here)?;
    let leaf = Typed::new(ENTRIES, "leaf").bytes(&row.leaf).map_err(here)?;
    let sealed = Typed::new(ENTRIES, "sealed").bytes(&row.sealed).map_err(here)?;

    let in_tile = tiles.stored_leaf_hash(index);
    let columns = &[Column::IdempotencyKey(key)];
    // First what the tree says of the leaf: only then is it worth asking for what it commits to.
    let parts = |content| EntryParts { index, leaf, leaf_hash, columns, content };
    verifier.check_entry(&parts(Content::Erased)).map_err(|finding| explain(finding, log, confirmed, in_tile))?;
    let decoded = Leaf::decode(leaf).expect("invariant: what was checked decodes");
    let opened = custody.open(log, index, &decoded, &leaf_hash, content_key, sealed);
    let opened = opened.map_err(|fault| at_entry(fault, log, index))?;
    custody
        .note(log, index, &decoded, custody_of_log)
        .map_err(|fault| fault.at(Extent::span(log, index, index + 1)))?;
    let parts = parts(match &opened {
        Opened::Kept { salt, content } => Content::Kept { salt: *salt, bytes: content },
        Opened::Erased => Content::Erased,
    });
    let checked = verifier.entry_with(parts, |subtree, hash| tiles.note(subtree, hash));
    checked.map_err(|finding| explain(finding, log, confirmed, in_tile))?;
    if in_tile.is_some_and(|stored| stored != leaf_hash) {
        return Err(tiles.differs_at(index));
    }
    Ok(RawPosition { entry_index, row_id: row.row_id })
}

fn check_index(row: &RawEntry, log: &str, expected: u64) -> Result<i64, Finding> {
    let column = Typed::new(ENTRIES, "entry_index");
    let here = |fault: Fault, index| {
        let found = format!("workspace = '{log}' AND entry_index = {}", row.entry_index);
        fault.in_row(|| found).at(Extent::span(log, index, index + 1))
    };
    let found = column.number(&row.entry_index).map_err(|fault| here(fault, expected))?;
    match u64::try_from(found) {
        Ok(index) if index == expected => Ok(found),
        index => {
            // A lower one stands twice; a higher one leaves the expected one out.
            let first = index.map_or(expected, |index| index.min(expected));
            Err(here(column.fault(What::IndexNotDense { expected, found }), first))
        }
    }
}

/// Says in which column an entry is wrong, as far as its tile tells.
fn explain(finding: verify::Finding, log: &str, confirmed: u64, in_tile: Option<Hash>) -> Finding {
    let verify::Finding { index, what } = finding;
    let column = match &what {
        LogWhat::LeafHashDiffers { stored, .. } if in_tile == Some(*stored) => Some("leaf"),
        LogWhat::LeafHashDiffers { computed, .. } if in_tile == Some(*computed) => Some("leaf_hash"),
        LogWhat::ColumnDiffers { column: Field::IdempotencyKey } => Some("idempotency_key"),
        LogWhat::LeafMalformed(_) => Some("leaf"),
        LogWhat::LeafOfOtherLog { .. } => Some("workspace"),
        _ => None,
    };
    // Time that runs backwards here may have jumped ahead anywhere since the last root that was confirmed.
    let first = if let LogWhat::TimeBackwards { .. } = what { confirmed } else { index };
    let fault = Fault::of_table(ENTRIES, What::Log(what)).in_row(|| row_of_entry(log, index));
    let fault = column.map_or(fault.clone(), |column| fault.in_column(column));
    fault.at(Extent::span(log, first, index + 1))
}
