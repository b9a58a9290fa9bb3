use std::{
    convert::Infallible,
    future::Future,
    pin::pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tonic::body::Body;
use tower::{BoxError, Service, util::BoxCloneSyncService};

use super::limits::{
    CALLS_PER_CONNECTION_MAX, CONNECTION_WINDOW_BYTES, HEADERS_MAX_BYTES, PING_EVERY, PING_WITHIN, STREAM_WINDOW_BYTES,
};

/// The whole stack of a server, layers and services.
pub(super) type Stack = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// Serves one connection until its peer leaves, or until `ending` and the calls at work then are answered.
pub(super) async fn serve<I>(io: I, stack: Stack, ending: impl Future<Output = ()>)
where
    I: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let mut http = auto::Builder::new(TokioExecutor::new()).http2_only();
    http.http2()
        .timer(TokioTimer::new())
        .initial_stream_window_size(STREAM_WINDOW_BYTES)
        .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
        .max_concurrent_streams(CALLS_PER_CONNECTION_MAX)
        .max_header_list_size(HEADERS_MAX_BYTES)
        .keep_alive_interval(PING_EVERY)
        .keep_alive_timeout(PING_WITHIN);

    let mut connection = pin!(http.serve_connection(TokioIo::new(io), TowerToHyperService::new(AnyBody(stack))));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = ending => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error = &*error, "a connection broke");
    }
}

/// Takes whatever body the transport has.
#[derive(Debug, Clone)]
struct AnyBody(Stack);

impl<B> Service<Request<B>> for AnyBody
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = <Stack as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.call(request.map(Body::new))
    }
}
