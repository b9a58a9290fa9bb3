use countersign_api::name::Workspace;
use ledger_format::{TILE_WIDTH, TileId};

use crate::{
    log::{Halt, Head, RightEdge},
    store::{
        self,
        sqlite::{LedgerStore, checked_leaf_hashes, full_tile},
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
    let mut connection = ledger.reader().await?;
    while edge.size() < head.size {
        let end = head.size.min(edge.size() + PAGE_ENTRIES);
        let mut full = Vec::new();
        for hash in checked_leaf_hashes(&mut connection, workspace, edge.size(), end).await? {
            edge.append(hash, &mut full);
        }
        for tile in full {
            let id =
                TileId::new(tile.level, tile.index, TILE_WIDTH).expect("invariant: the edge names tiles that exist");
            let stored = full_tile(&mut connection, workspace, id).await?;
            if stored.hashes() != tile.hashes {
                return Err(Unsignable::Log(Halt::RootDiffers { size: edge.size() }));
            }
        }
    }
    if edge.head() == head { Ok(()) } else { Err(Unsignable::Log(Halt::RootDiffers { size: head.size })) }
}

impl From<store::Error> for Unsignable {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::CorruptRow { .. } | store::Error::MissingRow { .. } => {
                tracing::error!(error = %error, "what was appended does not read back");
                Self::Log(Halt::StorageFailed)
            }
            store::Error::Driver(_) | store::Error::Open(_) | store::Error::WalInUse { .. } => Self::Store(error),
        }
    }
}
