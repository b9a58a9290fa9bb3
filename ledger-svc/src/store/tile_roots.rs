use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use countersign_api::name::Workspace;
use ledger_format::Hash;

/// The most roots kept; about 150 bytes each.
const ROOTS_MAX: usize = 32_768;

/// Roots of full tiles that were computed before. A full tile never changes, so nothing here ever grows stale.
///
/// Without them each proof in a log of millions would hash again hundreds of tiles under its right edge.
#[derive(Debug, Clone, Default)]
pub struct TileRoots(Arc<Mutex<HashMap<Place, Hash>>>);

/// A tile of a log: its level and its position there.
type Place = (Workspace, u8, u64);

impl TileRoots {
    pub(super) fn get(&self, workspace: &Workspace, level: u8, index: u64) -> Option<Hash> {
        let roots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        roots.get(&(workspace.clone(), level, index)).copied()
    }

    pub(super) fn insert(&self, workspace: &Workspace, level: u8, index: u64, root: Hash) {
        let mut roots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if roots.len() >= ROOTS_MAX {
            roots.clear();
        }
        roots.insert((workspace.clone(), level, index), root);
    }
}
