//! Telemetry as a whole process has it: set up once, exported, sent out at the end.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture, stream};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use service_kit::telemetry::{self, Config, Error, trace_context};
use tokio::{net::TcpListener, sync::mpsc};
use tonic::{Status, body::Body, codegen::Service, server::NamedService, transport::server::TcpIncoming};

/// An OTLP collector that takes every export and shows its bytes.
#[derive(Clone)]
struct Collector {
    received: mpsc::UnboundedSender<Bytes>,
}

impl NamedService for Collector {
    const NAME: &'static str = "opentelemetry.proto.collector.trace.v1.TraceService";
}

impl Service<Request<Body>> for Collector {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let received = self.received.clone();
        async move {
            let body = request.into_body().collect().await.expect("a whole request");
            received.send(body.to_bytes()).expect("the test listens");
            // An empty message and the status OK.
            let ok = HeaderMap::from_iter([("grpc-status".parse().expect("a name"), HeaderValue::from_static("0"))]);
            let frames = [Frame::data(Bytes::from_static(&[0; 5])), Frame::trailers(ok)].map(Ok::<_, Status>);
            let mut response = Response::new(Body::new(StreamBody::new(stream::iter(frames))));
            response.headers_mut().insert("content-type", HeaderValue::from_static("application/grpc"));
            Ok(response)
        }
        .boxed()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_span_is_exported_before_the_process_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    let (received, mut exports) = mpsc::unbounded_channel();
    let collecting = tonic::transport::Server::builder()
        .add_service(Collector { received })
        .serve_with_incoming(TcpIncoming::from(listener));

    let config = Config { service: "test", filter: "off".to_owned(), endpoint: Some(endpoint) };
    let ending = async {
        let guard = telemetry::init(&config).expect("set up");
        let traceparent = tracing::info_span!("last").in_scope(trace_context::current).expect("a traced span");
        assert!(matches!(telemetry::init(&config), Err(Error::Again(_))));
        tokio::task::spawn_blocking(move || drop(guard)).await.expect("sent");
        traceparent
    };
    let traceparent = tokio::select! {
        traceparent = ending => traceparent,
        ended = collecting => panic!("the collector ended: {ended:?}"),
    };

    let id = hex::decode(trace_context::trace_id(&traceparent).expect("an id")).expect("hex");
    let export = exports.try_recv().expect("an export before the end");
    assert!(export.windows(id.len()).any(|window| window == id), "the export has the trace");
}
