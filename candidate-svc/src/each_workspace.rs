//! One task for each workspace.

use std::collections::BTreeSet;

use countersign_api::name::Workspace;
use service_kit::shutdown::Shutdown;

use crate::store::Store;

/// Calls `start` once for each workspace that has or gets events, until the drain begins.
pub(crate) async fn each_workspace(store: &Store, shutdown: &Shutdown, start: impl Fn(Workspace)) {
    let mut workspaces = store.signals().workspaces();
    let mut served: BTreeSet<Workspace> = BTreeSet::new();
    loop {
        let new: Vec<Workspace> = workspaces.borrow_and_update().difference(&served).cloned().collect();
        for workspace in new {
            served.insert(workspace.clone());
            start(workspace);
        }
        tokio::select! {
            changed = workspaces.changed() => if changed.is_err() { return },
            () = shutdown.draining() => return,
        }
    }
}
