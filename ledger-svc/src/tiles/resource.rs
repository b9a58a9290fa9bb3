use std::sync::Arc;

use ledger_format::{HashReader, TILE_WIDTH, TileId};

use super::path::{Asked, What};
use crate::{
    log::{Log, Logs},
    store::{self, LedgerStore, read, tree},
    witness::Witnessed,
};

/// Where tiles are read.
#[derive(Debug, Clone)]
pub(crate) struct TileSource {
    pub(crate) ledger: LedgerStore,
    pub(crate) logs: Arc<Logs>,
    pub(crate) witnessed: Witnessed,
}

/// What is served.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// A signed note, which the next one replaces.
    Checkpoint(String),
    /// Bytes that never change.
    Immutable(Vec<u8>),
}

impl TileSource {
    /// Reads what a path asks for; none where there is no such thing, or no checkpoint covers it.
    pub(super) async fn read(&self, asked: &Asked) -> Result<Option<Resource>, store::Error> {
        // A log is not made by asking for it: whoever reaches the port could make any number.
        let Some(log) = self.logs.known(&asked.log) else { return Ok(None) };
        let view = log.view();
        let Some(published) = view.published.filter(|published| published.checkpoint.size() > 0) else {
            return Ok(None);
        };
        let size = published.checkpoint.size();
        match asked.what {
            What::Checkpoint => {
                let cosigned = if log.workspace.is_log_of_logs() { self.witnessed.note_of(size) } else { None };
                Ok(Some(Resource::Checkpoint(cosigned.unwrap_or_else(|| published.signed_note.clone()))))
            }
            What::Tile(id) if is_within(id, size) => self.tile(&log, id, size).await.map(Some),
            What::Entries(id) if is_within(id, size) => self.entries(&log, id).await.map(Some),
            What::Tile(_) | What::Entries(_) => Ok(None),
        }
    }

    async fn tile(&self, log: &Log, id: TileId, size: u64) -> Result<Resource, store::Error> {
        let mut reader = self.ledger.reader().await?;
        let subtrees: Vec<_> = id.subtrees().collect();
        let roots = self.ledger.tile_roots();
        let hashes =
            tree::tree_hashes(&mut reader.rows(), roots, &log.workspace, size, subtrees.iter().copied()).await?;
        let hash = |subtree| hashes.hash(subtree).expect("invariant: every hash was read ahead");
        Ok(Resource::Immutable(subtrees.into_iter().flat_map(|subtree| *hash(subtree).as_bytes()).collect()))
    }

    async fn entries(&self, log: &Log, id: TileId) -> Result<Resource, store::Error> {
        let first = id.index() * u64::from(TILE_WIDTH);
        let indices: Vec<u64> = (first..first + u64::from(id.width())).collect();
        let leaves = read::leaves(&mut self.ledger.reader().await?.rows(), &log.workspace, &indices).await?;
        let mut bundle = Vec::with_capacity(leaves.iter().map(|leaf| leaf.len() + 2).sum());
        for leaf in leaves {
            let length = u16::try_from(leaf.len()).expect("invariant: a leaf has at most 65,535 bytes");
            bundle.extend_from_slice(&length.to_be_bytes());
            bundle.extend_from_slice(&leaf);
        }
        Ok(Resource::Immutable(bundle))
    }
}

/// Tells whether a tree of `size` entries holds every hash of a tile.
fn is_within(id: TileId, size: u64) -> bool {
    let at_level = size >> (8 * u32::from(id.level()));
    id.index().checked_mul(u64::from(TILE_WIDTH)).is_some_and(|first| at_level >= first + u64::from(id.width()))
}
