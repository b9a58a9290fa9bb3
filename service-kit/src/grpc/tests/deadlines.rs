use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::{Code, Status, body::Body};
use tower::ServiceExt;

use super::harness::{Bench, bench, propose, reason};
use crate::access::Role;

/// Calls the stack itself: a client would end the call at its own deadline and never show the server's answer.
async fn call(bench: &Bench, rpc: &str, timeout: &str, message: &impl Message) -> Response<Body> {
    let mut frame = vec![0];
    let encoded = message.encode_to_vec();
    frame.extend_from_slice(&u32::try_from(encoded.len()).expect("a small message").to_be_bytes());
    frame.extend_from_slice(&encoded);
    let token = bench.token("generators/rules", Role::Proposer);
    let request = Request::post(format!("/countersign.candidate.v1.ProposalService/{rpc}"))
        .header("content-type", "application/grpc")
        .header("authorization", format!("Bearer {}", token.reveal()))
        .header("grpc-timeout", timeout)
        .body(Body::new(Full::from(frame)))
        .expect("a request");
    bench.server.stack.clone().oneshot(request).await.expect("an answer")
}

fn status_in(headers: &HeaderMap) -> Status {
    Status::from_header_map(headers).expect("a status")
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_a_deadline_exceeded() {
    let bench = bench().await;
    let response = call(&bench, "ProposeCandidate", "20m", &propose("never")).await;
    let refused = status_in(response.headers());
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
}

#[tokio::test]
async fn a_stream_that_goes_on_ends_at_its_deadline() {
    let bench = bench().await;
    let request = countersign_api::candidate::v1::WatchOutcomesRequest::default();
    let response = call(&bench, "WatchOutcomes", "50m", &request).await;
    assert!(!response.headers().contains_key("grpc-status"));
    let answer = response.into_body().collect().await.expect("an end");
    let ended = status_in(answer.trailers().expect("trailers"));
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    assert!(!answer.to_bytes().is_empty(), "what came before the deadline was sent");
}

#[tokio::test]
async fn an_answer_in_time_is_an_answer() {
    let bench = bench().await;
    let response = call(&bench, "ProposeCandidate", "1H", &propose("1")).await;
    let answer = response.into_body().collect().await.expect("an end");
    assert_eq!(status_in(answer.trailers().expect("trailers")).code(), Code::Ok);
}
