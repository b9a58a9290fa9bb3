use std::{convert::Infallible, fmt, sync::Arc};

use http::Request;
use tokio::{net::TcpListener, task::JoinHandle};
use tonic::{body::Body, server::NamedService, service::RoutesBuilder, transport::Channel};
use tonic_health::{ServingStatus, server::HealthReporter};
use tower::{Service, ServiceBuilder};

use super::{
    admission::Admission, client, connection::Stack, correct::Correct, deadline::EndAtDeadline, listen,
    middleware::Around, observe::Observe, reflection,
};
use crate::{
    access::{Access, AccessLayer, AccessPolicy, Gate},
    health::Health,
    metrics::Metrics,
    shutdown::Shutdown,
};

/// A gRPC server with all its layers; clones share it.
#[derive(Clone)]
pub struct Server {
    pub(super) stack: Stack,
    shutdown: Shutdown,
}

/// Collects the services of a [`Server`].
pub struct Builder {
    routes: RoutesBuilder,
    names: Vec<&'static str>,
    access: Arc<Access>,
    policy: AccessPolicy,
    metrics: Metrics,
    health: Health,
    shutdown: Shutdown,
}

impl Server {
    /// Begins a server that lets in whom `access` knows, to what the shipped access policy permits.
    pub fn builder(access: Arc<Access>, metrics: &Metrics, health: &Health, shutdown: &Shutdown) -> Builder {
        Builder {
            routes: RoutesBuilder::default(),
            names: Vec::new(),
            access,
            policy: AccessPolicy::shipped(),
            metrics: metrics.clone(),
            health: health.clone(),
            shutdown: shutdown.clone(),
        }
    }

    /// Serves on a listener until the drain begins; the listener is closed then, and calls at work are answered.
    pub fn serve(&self, listener: TcpListener) -> JoinHandle<()> {
        self.shutdown.spawn_vital("listener", listen::accept(listener, self.stack.clone(), self.shutdown.clone()))
    }

    /// Returns a channel into this server that touches no network and passes the same layers: it needs a token, too.
    ///
    /// It connects when it is first used, and serves until [`Shutdown::closing`], so that calls at work during a drain
    /// still reach the services that they need.
    pub fn in_memory_channel(&self) -> Channel {
        client::in_memory(self.stack.clone(), self.shutdown.clone())
    }
}

impl Builder {
    /// Puts another access policy in force.
    #[must_use]
    pub fn access_policy(self, policy: AccessPolicy) -> Self {
        Self { policy, ..self }
    }

    /// Adds a service. Give it `max_decoding_message_size` of [`TRANSPORT_MAX_BYTES`](super::TRANSPORT_MAX_BYTES).
    #[must_use]
    pub fn add_service<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.names.push(S::NAME);
        self.routes.add_service(service);
        self
    }

    /// Adds health and reflection, wraps everything in the layers, and returns the server.
    pub fn build(mut self) -> Server {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        self.routes.add_service(health_service);
        reflection::add(&mut self.routes);
        self.shutdown.spawn("health", mirror(reporter, self.names, self.health, self.shutdown.clone()));

        let stack = ServiceBuilder::new()
            .layer(Around(Observe::new(&self.metrics)))
            .layer(Around(Correct))
            .layer(Around(Admission::default()))
            .layer(Around(EndAtDeadline))
            .layer(Around(AccessLayer::new(self.access, Gate::new(self.policy, &self.metrics))))
            .service(self.routes.routes().prepare());
        Server { stack: Stack::new(stack), shutdown: self.shutdown }
    }
}

/// Shows the process's health under every service's name, and under the empty one, until the drain begins.
async fn mirror(reporter: HealthReporter, names: Vec<&'static str>, health: Health, shutdown: Shutdown) {
    let mut faults = health.watch();
    loop {
        let is_well = faults.borrow_and_update().is_empty() && !shutdown.is_draining();
        let state = if is_well { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in std::iter::once(&"").chain(&names) {
            reporter.set_service_status(*name, state).await;
        }
        if shutdown.is_draining() {
            return;
        }
        tokio::select! {
            _ = faults.changed() => {}
            () = shutdown.draining() => {}
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("names", &self.names).finish_non_exhaustive()
    }
}
