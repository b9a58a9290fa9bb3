use std::panic::AssertUnwindSafe;

use countersign_api::error::v1::ErrorReason;
use futures::FutureExt;
use http::{HeaderMap, Request, Response};
use tonic::{Code, Status, body::Body};
use tracing::Span;

use super::{
    Inner, Middleware, Next, TRANSPORT_MAX_BYTES,
    trailers::{GRPC_STATUS, code_in, on_end},
    unknown,
};
use crate::rejection::Rejection;

const GRPC_MESSAGE: &str = "grpc-message";
const GRPC_DETAILS: &str = "grpc-status-details-bin";

/// Makes proper refusals of what tonic itself would answer, and of a panic in a handler.
///
/// tonic answers a message over the limit with `OUT_OF_RANGE` (`codec/decode.rs` and `encode.rs`), a lapsed timeout of a
/// channel with `CANCELLED` (`status.rs`, `TimeoutExpired`), bytes that are no message with `INTERNAL` (tonic-prost's
/// `codec.rs`) and an rpc that no service has with a bare `UNIMPLEMENTED` (`service/router.rs`), each without an `ErrorInfo`.
/// They are known by code and words, which a test checks against tonic itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Correct;

impl Middleware for Correct {
    async fn answer(self, request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        let rpc = request.uri().path().to_owned();
        let Ok(response) = AssertUnwindSafe(next.run(request)).catch_unwind().await else {
            tracing::error!(rpc, "a handler panicked");
            return internal().into_status().into_http();
        };
        on_end(response, Span::none(), move |headers| correct(&rpc, headers))
    }
}

fn internal() -> Rejection {
    Rejection::new(ErrorReason::Internal, "the server is at fault; its log has the reason under the trace id")
}

fn correct(rpc: &str, headers: &mut HeaderMap) {
    if code_in(headers) == Code::Ok || headers.contains_key(GRPC_DETAILS) {
        return;
    }
    let Some(rejection) = Status::from_header_map(headers).as_ref().and_then(|status| proper(rpc, status)) else {
        return;
    };
    for name in [GRPC_STATUS, GRPC_MESSAGE, GRPC_DETAILS] {
        headers.remove(name);
    }
    rejection.into_status().add_header(headers).expect("a status of ours is made of header characters");
}

/// Returns the refusal that should stand in place of a status that tonic made; none for every other status.
fn proper(rpc: &str, status: &Status) -> Option<Rejection> {
    let says = |words: &str| status.message().starts_with(words);
    match status.code() {
        Code::OutOfRange if says("Error, decoded message length too large") => Some(
            Rejection::new(
                ErrorReason::MessageTooLarge,
                format!("the message is over {TRANSPORT_MAX_BYTES} bytes; send its items in smaller messages"),
            )
            .with("limitBytes", TRANSPORT_MAX_BYTES.to_string()),
        ),
        Code::OutOfRange if says("Error, encoded message length too large") => Some(Rejection::new(
            ErrorReason::MessageTooLarge,
            "the answer is over the transport's limit; ask for a smaller page",
        )),
        Code::Cancelled if says("Timeout expired") => Some(Rejection::new(
            ErrorReason::DeadlineExceeded,
            "the call took longer than its deadline; allow it more time",
        )),
        Code::Internal if says("failed to decode Protobuf message") => Some(Rejection::new(
            ErrorReason::RequestMalformed,
            "the message is not of the rpc's request type; use the contract of this server's reflection",
        )),
        Code::Unimplemented if status.message().is_empty() => Some(unknown(rpc)),
        _ => None,
    }
}
