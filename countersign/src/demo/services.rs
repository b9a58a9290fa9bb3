use std::sync::Arc;

use executor::connector::sandbox::{Record, Sandbox};
use service_kit::access::Principal;
use service_kit::clock::SystemClock;
use service_kit::data_dir::DataDir;
use service_kit::grpc::AuthorizedChannel;
use service_kit::metrics::Metrics;
use service_kit::shutdown::{DRAIN_MAX, Shutdown};

use super::guest::Guest;
use crate::app::App;
use crate::cli::Place;
use crate::failure::Failure;

/// The services that a demonstration calls.
#[derive(Debug, Clone, Copy)]
pub enum Services<'a> {
    /// In this process, which has the data folder.
    Here(&'a App),
    /// On the server that has the data folder.
    There(&'a Guest),
}

impl Services<'_> {
    /// Returns a channel as a principal, for as long as the demonstration runs.
    ///
    /// # Errors
    /// The server's refusal to make a token.
    pub async fn channel_as(self, principal: Principal) -> Result<AuthorizedChannel, Failure> {
        match self {
            Self::Here(app) => Ok(app.channel_as(principal)),
            Self::There(guest) => guest.channel_as(&principal).await,
        }
    }

    /// Takes records into the workspace's sandbox CRM and returns how many were new.
    ///
    /// The sandbox is a system apart from the services: whoever has the folder fills it, beside the server that executes in it.
    ///
    /// # Errors
    /// [`Failure::Fault`] when the sandbox cannot be opened or written.
    pub async fn seed(self, place: &Place, records: Vec<Record>) -> Result<u64, Failure> {
        match self {
            Self::Here(app) => seed(app.sandbox(), place, records).await,
            Self::There(_) => seed_beside_the_server(place, records).await,
        }
    }
}

async fn seed(sandbox: &Sandbox, place: &Place, records: Vec<Record>) -> Result<u64, Failure> {
    sandbox.crm(&place.workspace).seed_records(records).await.map_err(Failure::fault)
}

async fn seed_beside_the_server(place: &Place, records: Vec<Record>) -> Result<u64, Failure> {
    let file = DataDir::open(&place.data_dir).map_err(Failure::fault)?.sandbox_db();
    let shutdown = Shutdown::new();
    let sandbox = Sandbox::open(&file, Arc::new(SystemClock), &Metrics::new(), &shutdown).await;
    let sandbox = sandbox.map_err(Failure::fault)?;
    let seeded = seed(&sandbox, place, records).await;
    let drained = shutdown.drain(DRAIN_MAX).await.map_err(Failure::fault);
    sandbox.close().await;
    drained.and(seeded)
}
