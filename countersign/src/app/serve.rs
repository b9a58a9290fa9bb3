use std::net::SocketAddr;

use anyhow::Context as _;
use service_kit::data_dir::write_secret;
use service_kit::http;
use tokio::net::TcpListener;

use super::App;
use crate::failure::Failure;

/// Where a server listens.
#[derive(Debug, Clone, Copy)]
pub struct Listening {
    /// The gRPC services.
    pub services: SocketAddr,
    /// Metrics and health, over HTTP.
    pub admin: SocketAddr,
    /// Checkpoints, tiles and entry bundles, over HTTP and without a token; nowhere unless asked for.
    pub ledger_http: Option<SocketAddr>,
}

impl App {
    /// Opens the ports, serves on them until the drain, and leaves the address in the data folder for commands to find.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] for an address that cannot be listened on.
    pub async fn listen(
        &self,
        services: SocketAddr,
        admin: SocketAddr,
        ledger_http: Option<SocketAddr>,
    ) -> Result<Listening, Failure> {
        let (services, admin) = (bind(services).await?, bind(admin).await?);
        let tiles = match ledger_http {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let address_of = |listener: &TcpListener| listener.local_addr().map_err(Failure::fault);
        let listening = Listening {
            services: address_of(&services)?,
            admin: address_of(&admin)?,
            ledger_http: tiles.as_ref().map(address_of).transpose()?,
        };
        let process = &self.process;
        self.server.serve(services);
        let shown = http::serve(admin, process.metrics.clone(), process.health.clone(), process.shutdown.clone());
        process.shutdown.spawn_vital("admin port", async move {
            if let Err(error) = shown.await {
                tracing::error!(%error, "the admin port fails");
            }
        });
        if let Some(listener) = tiles {
            let served = http::serve_routes(listener, self.ledger.tile_routes(), process.shutdown.clone());
            process.shutdown.spawn_vital("ledger port", async move {
                if let Err(error) = served.await {
                    tracing::error!(%error, "the ledger port fails");
                }
            });
        }
        let address = format!("{}\n", listening.services);
        write_secret(&self.folder.data_dir().server_address(), address.as_bytes()).map_err(Failure::fault)?;
        Ok(listening)
    }

    /// Waits until SIGTERM, SIGINT, or the end of a part without which nothing goes on begins the drain.
    ///
    /// # Errors
    /// [`Failure::Fault`] when signals cannot be watched.
    pub async fn until_told_to_end(&self) -> Result<(), Failure> {
        self.process.shutdown.begin_on_signals().map_err(Failure::fault)?;
        self.process.shutdown.draining().await;
        Ok(())
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    let bound = TcpListener::bind(address).await;
    bound.with_context(|| format!("cannot listen on `{address}`; choose another address")).map_err(Failure::Unreachable)
}
