use std::sync::Arc;

use countersign_api::ledger::v1::erasure_service_client::ErasureServiceClient;
use service_kit::{clock::Clock, grpc::AuthorizedChannel, shutdown::Shutdown};

use super::follow::Follower;
use crate::{each_workspace::each_workspace, store::Store};

/// Starts a follower for each workspace that has or gets events, until the drain begins.
pub(crate) async fn supervise(
    store: Store,
    ledger: ErasureServiceClient<AuthorizedChannel>,
    clock: Arc<dyn Clock>,
    shutdown: Shutdown,
) {
    let start = |workspace| {
        let follower = Follower { workspace, store: store.clone(), ledger: ledger.clone(), clock: Arc::clone(&clock) };
        shutdown.spawn_vital("erasures", follower.run(shutdown.clone()));
    };
    each_workspace(&store, &shutdown, start).await;
}
