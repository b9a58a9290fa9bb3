use countersign_api::name::Workspace;
use ledger_format::{Frontier, Hash, TILE_WIDTH, TileId};

use crate::{
    log::{Halt, Head, RightEdge},
    store::{
        self, LedgerStore,
        read::checked_leaf_hashes,
        tree::{full_tile, tree_hashes},
    },
};

/// Entries read back at a time.
const PAGE_ENTRIES: u64 = 4 * TILE_WIDTH as u64;

/// Why a head is not signed.
#[derive(Debug)]
pub(super) enum Unsignable {
    /// What is stored is not what was appended: this log only.
    Log(Halt),
    /// The store does not answer.
    Store(store::Error),
}

/// Asserts that the entries stored give a head's root: by extending `edge`, or where it is further already, from what is stored (L-2).
pub(super) async fn hold_against_entries(
    ledger: &LedgerStore,
    workspace: &Workspace,
    edge: &mut RightEdge,
    head: Head,
) -> Result<(), Unsignable> {
    if edge.size() <= head.size {
        read_back(ledger, workspace, edge, head).await
    } else if root_at(ledger, workspace, head.size).await? == head.root {
        Ok(())
    } else {
        Err(Unsignable::Log(Halt::RootDiffers { size: head.size }))
    }
}

/// Extends `edge` by the entries stored since, up to `head`, and asserts that they give its root (L-2).
///
/// Every leaf is hashed again and every tile that became full is compared: what gets signed is what the file holds, not what this
/// process remembers to have written.
pub(super) async fn read_back(
    ledger: &LedgerStore,
    workspace: &Workspace,
    edge: &mut RightEdge,
    head: Head,
) -> Result<(), Unsignable> {
    let mut reader = ledger.reader().await?;
    let mut rows = reader.rows();
    while edge.size() < head.size {
        let end = head.size.min(edge.size() + PAGE_ENTRIES);
        let mut full = Vec::new();
        for hash in checked_leaf_hashes(&mut rows, workspace, edge.size(), end).await? {
            edge.append(hash, &mut full);
        }
        for tile in full {
            let id =
                TileId::new(tile.level, tile.index, TILE_WIDTH).expect("invariant: the edge names tiles that exist");
            let stored = full_tile(&mut rows, workspace, id).await?;
            if stored.hashes() != tile.hashes {
                return Err(Unsignable::Log(Halt::RootDiffers { size: edge.size() }));
            }
        }
    }
    if edge.head() == head { Ok(()) } else { Err(Unsignable::Log(Halt::RootDiffers { size: head.size })) }
}

/// Computes the root of the first `size` entries from what is stored, of a log that has as many.
pub(super) async fn root_at(ledger: &LedgerStore, workspace: &Workspace, size: u64) -> Result<Hash, store::Error> {
    let mut reader = ledger.reader().await?;
    let edge = Frontier::right_edge(size);
    let hashes = tree_hashes(&mut reader.rows(), ledger.tile_roots(), workspace, size, edge).await?;
    let frontier = Frontier::load(size, &hashes).expect("invariant: every hash of the edge was read ahead");
    Ok(frontier.root())
}

impl From<store::Error> for Unsignable {
    fn from(error: store::Error) -> Self {
        if error.is_of_rows() {
            tracing::error!(error = %error, "what was appended does not read back");
            Self::Log(Halt::StorageFailed)
        } else {
            Self::Store(error)
        }
    }
}
