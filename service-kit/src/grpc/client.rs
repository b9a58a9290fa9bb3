use std::fmt;

use http::Uri;
use hyper_util::rt::TokioIo;
use tonic::{
    Request, Status,
    metadata::AsciiMetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, Endpoint},
};
use tower::service_fn;

use super::{
    connection::{self, Stack},
    limits::{
        CONNECT_WITHIN, CONNECTION_WINDOW_BYTES, IN_MEMORY_BUFFER_BYTES, PING_EVERY, PING_WITHIN, STREAM_WINDOW_BYTES,
    },
};
use crate::{access::BearerToken, shutdown::Shutdown, telemetry::trace_context};

/// A channel whose every call carries a token and the trace of the span it is made in.
pub type AuthorizedChannel = InterceptedService<Channel, WithToken>;

/// Adds `authorization` and `traceparent` to the metadata of a call.
#[derive(Clone)]
pub struct WithToken {
    authorization: AsciiMetadataValue,
}

/// Why a server is not reached.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The address is none.
    #[error("`{address}` is not an address; write for example `http://127.0.0.1:7400`")]
    Address {
        /// The address.
        address: String,
        /// What is wrong with it.
        source: tonic::transport::Error,
    },
    /// Nobody answers there.
    #[error("no server answers at `{address}`; start one, or give the address of another")]
    Unreachable {
        /// The address.
        address: String,
        /// What the network says.
        source: tonic::transport::Error,
    },
}

impl WithToken {
    /// Makes an interceptor that calls as the token's principal.
    pub fn new(token: &BearerToken) -> Self {
        Self { authorization: authorization(token) }
    }
}

fn authorization(token: &BearerToken) -> AsciiMetadataValue {
    let mut value: AsciiMetadataValue =
        format!("Bearer {}", token.reveal()).parse().expect("a token is made of header characters");
    // Keeps it out of `Debug` output and out of the header compression's table.
    value.set_sensitive(true);
    value
}

impl Interceptor for WithToken {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        metadata.insert("authorization", self.authorization.clone());
        if let Some(traceparent) = trace_context::current().and_then(|text| text.parse().ok()) {
            metadata.insert(trace_context::HEADER, traceparent);
        }
        Ok(request)
    }
}

/// Connects to a server, such as `http://127.0.0.1:7400`, as a token's principal.
///
/// Generated clients are made over the channel with `new`; give those that read large answers
/// `max_decoding_message_size` of [`TRANSPORT_MAX_BYTES`](super::TRANSPORT_MAX_BYTES).
///
/// # Errors
/// See [`ConnectError`].
pub async fn connect(address: &str, token: &BearerToken) -> Result<AuthorizedChannel, ConnectError> {
    let endpoint = Endpoint::from_shared(address.to_owned())
        .map_err(|source| ConnectError::Address { address: address.to_owned(), source })?;
    let channel = tuned(endpoint)
        .connect()
        .await
        .map_err(|source| ConnectError::Unreachable { address: address.to_owned(), source })?;
    Ok(with_token(channel, token))
}

/// Makes a channel call as a token's principal.
pub fn with_token(channel: Channel, token: &BearerToken) -> AuthorizedChannel {
    InterceptedService::new(channel, WithToken::new(token))
}

/// Makes a channel whose connections end in `stack` instead of on a network.
pub(super) fn in_memory(stack: Stack, shutdown: Shutdown) -> Channel {
    let connector = service_fn(move |_: Uri| {
        let (near, far) = tokio::io::duplex(IN_MEMORY_BUFFER_BYTES);
        let serving = connection::serve(far, stack.clone(), shutdown.closing());
        shutdown.spawn_until_closing("in-memory connection", serving);
        std::future::ready(Ok::<_, std::io::Error>(TokioIo::new(near)))
    });
    tuned(Endpoint::from_static("http://in-memory")).connect_with_connector_lazy(connector)
}

fn tuned(endpoint: Endpoint) -> Endpoint {
    endpoint
        .connect_timeout(CONNECT_WITHIN)
        .tcp_nodelay(true)
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .http2_keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_WITHIN)
}

impl fmt::Debug for WithToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithToken")
    }
}
