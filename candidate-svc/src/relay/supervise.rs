use std::sync::Arc;

use countersign_api::ledger::v1::ledger_service_client::LedgerServiceClient;
use service_kit::{clock::Clock, grpc::AuthorizedChannel, metrics::Metrics, shutdown::Shutdown};

use super::{meters::Meters, run::Relay};
use crate::{each_workspace::each_workspace, store::Store};

/// Starts a relay for each workspace that has or gets events, until the drain begins.
pub(crate) async fn supervise(
    store: Store,
    ledger: LedgerServiceClient<AuthorizedChannel>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    shutdown: Shutdown,
) {
    let meters = Meters::new(&metrics);
    let start = |workspace| {
        let relay = Relay {
            workspace,
            store: store.clone(),
            ledger: ledger.clone(),
            clock: Arc::clone(&clock),
            meters: meters.clone(),
        };
        shutdown.spawn_vital("relay", relay.run(shutdown.clone()));
    };
    each_workspace(&store, &shutdown, start).await;
}
