use std::convert::Infallible;

use futures::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use tonic::{Code, Status, body::Body};
use tower::{Layer, ServiceExt, service_fn};

use super::harness::reason;
use crate::grpc::{admission::Admission, middleware::Around};

const RPC: &str = "/countersign.candidate.v1.ProposalService/WatchOutcomes";

/// Answers with a body that goes on until it is dropped.
async fn endless(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let frames = stream::pending::<Result<Frame<bytes::Bytes>, Status>>();
    Ok(Response::new(Body::new(StreamBody::new(frames))))
}

#[tokio::test]
async fn a_call_over_the_bound_is_refused_until_another_has_ended() {
    let stack = Around(Admission::new(2)).layer(service_fn(endless));
    let call = |path: &str| stack.clone().oneshot(Request::post(path).body(Body::empty()).expect("a request"));

    let first = call(RPC).await.expect("an answer");
    let _second = call(RPC).await.expect("an answer");
    let third = call(RPC).await.expect("an answer");
    let refused = Status::from_header_map(third.headers()).expect("a status");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "QUEUE_FULL"));
    let health = call("/grpc.health.v1.Health/Check").await.expect("an answer");
    assert!(!health.headers().contains_key("grpc-status"), "health stays reachable");

    drop(first);
    let fourth = call(RPC).await.expect("an answer");
    assert!(!fourth.headers().contains_key("grpc-status"));
}
