use countersign_api::name::Workspace;
use ledger_format::Leaf;

use super::LogEnd;
use crate::{
    log::{Halt, Head, RightEdge},
    store::{self, Rows, TileRoots, read, tree},
};

/// Further behind than this, the edge is rebuilt from tiles.
const FAR: u64 = 2_048;

/// Why a log can not be appended to.
#[derive(Debug)]
pub(super) enum Error {
    Halted(Halt),
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Brings an end to a head that others may have moved, and holds the two against each other: the root must be the one that the entries
/// give.
pub(super) async fn catch_up(
    rows: &mut Rows<'_>,
    tile_roots: &TileRoots,
    workspace: &Workspace,
    mut end: LogEnd,
    head: Head,
) -> Result<LogEnd, Error> {
    let known = end.edge.head();
    if known == head {
        return Ok(end);
    }
    if known.size > head.size {
        return Err(Error::Halted(Halt::WentBack { size: head.size, known_size: known.size }));
    }
    if head.size - known.size > FAR {
        let tiles = tree::partial_tiles(rows, tile_roots, workspace, head.size).await?;
        end.edge = RightEdge::from_partial_tiles(head.size, &tiles);
    } else {
        let mut full = Vec::new();
        for hash in read::checked_leaf_hashes(rows, workspace, known.size, head.size).await? {
            end.edge.append(hash, &mut full);
        }
    }
    if end.edge.head() != head {
        return Err(Error::Halted(Halt::RootDiffers { size: head.size }));
    }
    end.last_appended_at_us = appended_at_us(rows, workspace, head.size - 1).await?.max(end.last_appended_at_us);
    Ok(end)
}

/// Reads when an entry was appended, in microseconds since the epoch.
async fn appended_at_us(rows: &mut Rows<'_>, workspace: &Workspace, index: u64) -> Result<i64, store::Error> {
    let leaf = read::leaf_of(rows, workspace, index).await?;
    let row = || format!("{}/{index}", workspace.id());
    let corrupt = |_| store::Error::CorruptRow { table: "entries", column: "leaf", row: row() };
    Ok(Leaf::decode(&leaf).map_err(corrupt)?.appended_at_us)
}
