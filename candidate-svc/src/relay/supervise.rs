use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_api::{ledger::v1::ledger_service_client::LedgerServiceClient, name::Workspace};
use service_kit::{clock::Clock, grpc::AuthorizedChannel, metrics::Metrics, shutdown::Shutdown};

use super::{meters::Meters, run::Relay};
use crate::store::Store;

/// Starts a relay for each workspace that has or gets events, until the drain begins.
pub(crate) async fn supervise(
    store: Store,
    ledger: LedgerServiceClient<AuthorizedChannel>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    shutdown: Shutdown,
) {
    let meters = Meters::new(&metrics);
    let mut workspaces = store.signals().workspaces();
    let mut served: BTreeSet<Workspace> = BTreeSet::new();
    loop {
        let new: Vec<Workspace> = workspaces.borrow_and_update().difference(&served).cloned().collect();
        for workspace in new {
            served.insert(workspace.clone());
            let relay = Relay {
                workspace,
                store: store.clone(),
                ledger: ledger.clone(),
                clock: Arc::clone(&clock),
                meters: meters.clone(),
            };
            shutdown.spawn_vital("relay", relay.run(shutdown.clone()));
        }
        tokio::select! {
            changed = workspaces.changed() => if changed.is_err() { return },
            () = shutdown.draining() => return,
        }
    }
}
