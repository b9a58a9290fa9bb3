use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_api::{ledger::v1::erasure_service_client::ErasureServiceClient, name::Workspace};
use service_kit::{clock::Clock, grpc::AuthorizedChannel, shutdown::Shutdown};

use super::follow::Follower;
use crate::store::Store;

/// Starts a follower for each workspace that has or gets events, until the drain begins.
pub(crate) async fn supervise(
    store: Store,
    ledger: ErasureServiceClient<AuthorizedChannel>,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
) {
    let mut workspaces = store.signals().workspaces();
    let mut served: BTreeSet<Workspace> = BTreeSet::new();
    loop {
        let new: Vec<Workspace> = workspaces.borrow_and_update().difference(&served).cloned().collect();
        for workspace in new {
            served.insert(workspace.clone());
            let follower =
                Follower { workspace, store: store.clone(), ledger: ledger.clone(), clock: Arc::clone(&clock) };
            shutdown.spawn_vital("erasures", follower.run(shutdown.clone()));
        }
        tokio::select! {
            changed = workspaces.changed() => if changed.is_err() { return },
            () = shutdown.draining() => return,
        }
    }
}
