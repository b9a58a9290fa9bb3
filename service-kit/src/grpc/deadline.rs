use std::{
    collections::HashSet,
    pin::Pin,
    sync::LazyLock,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use countersign_api::error::v1::ErrorReason;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use prost::Message;
use prost_types::FileDescriptorSet;
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tonic::{Status, body::Body};

use super::{Inner, Middleware, Next, UNARY_DEADLINE_MAX, trailers::GRPC_STATUS};
use crate::rejection::Rejection;

/// The moment after which the caller no longer waits; in the extensions of a request that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(pub Instant);

/// Ends calls at their deadline with `DEADLINE_EXCEEDED`: the answer that does not come, and the stream that goes on.
///
/// The deadline is the caller's `grpc-timeout`; a unary call without one gets [`UNARY_DEADLINE_MAX`]. What the handler had
/// handed to a writer is still committed: a caller who sends again under the same request id learns its answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct EndAtDeadline;

impl Middleware for EndAtDeadline {
    async fn answer(self, mut request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        static UNARY: LazyLock<HashSet<String>> = LazyLock::new(unary_rpcs);
        let is_unary = UNARY.contains(request.uri().path());
        let asked = request.headers().get("grpc-timeout").and_then(|value| read_timeout(value.to_str().ok()?));
        let allowed = if is_unary {
            Some(asked.map_or(UNARY_DEADLINE_MAX, |asked| asked.min(UNARY_DEADLINE_MAX)))
        } else {
            asked
        };
        let Some(allowed) = allowed else {
            return next.run(request).await;
        };

        let deadline = Instant::now() + allowed;
        request.extensions_mut().insert(Deadline(deadline));
        match timeout_at(deadline, next.run(request)).await {
            // What is left to send of a unary answer is there already; it is not lost to a deadline that lapses meanwhile.
            Ok(response) if is_unary || response.headers().contains_key(GRPC_STATUS) => response,
            Ok(response) => response
                .map(|body| Body::new(Bounded { body, deadline: Box::pin(sleep_until(deadline)), has_ended: false })),
            Err(_) => exceeded().into_http(),
        }
    }
}

fn exceeded() -> Status {
    Rejection::new(
        ErrorReason::DeadlineExceeded,
        "the call took longer than its deadline; send it again with the same request id and more time",
    )
    .into_status()
}

fn unary_rpcs() -> HashSet<String> {
    let files = FileDescriptorSet::decode(countersign_api::FILE_DESCRIPTOR_SET)
        .expect("the contract's descriptors were written by its own build");
    let mut rpcs = HashSet::new();
    for file in &files.file {
        for service in &file.service {
            for method in &service.method {
                if !method.client_streaming() && !method.server_streaming() {
                    rpcs.insert(format!("/{}.{}/{}", file.package(), service.name(), method.name()));
                }
            }
        }
    }
    rpcs
}

/// Reads a `grpc-timeout`: at most eight digits and a unit (gRPC over HTTP/2). A text that is none sets no deadline.
fn read_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(value * 3_600)),
        "M" => Some(Duration::from_secs(value * 60)),
        "S" => Some(Duration::from_secs(value)),
        "m" => Some(Duration::from_millis(value)),
        "u" => Some(Duration::from_micros(value)),
        "n" => Some(Duration::from_nanos(value)),
        _ => None,
    }
}

/// A stream of answers that ends at its deadline, whatever is left of it.
struct Bounded {
    body: Body,
    deadline: Pin<Box<Sleep>>,
    has_ended: bool,
}

impl http_body::Body for Bounded {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        if this.has_ended {
            return Poll::Ready(None);
        }
        if this.deadline.as_mut().poll(context).is_pending() {
            return Pin::new(&mut this.body).poll_frame(context);
        }
        this.has_ended = true;
        this.body = Body::empty();
        let mut trailers = HeaderMap::new();
        exceeded().add_header(&mut trailers).expect("a status of ours is made of header characters");
        Poll::Ready(Some(Ok(Frame::trailers(trailers))))
    }

    fn is_end_stream(&self) -> bool {
        self.has_ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeout_is_read_in_every_unit_and_nothing_else_is() {
        assert_eq!(read_timeout("2H"), Some(Duration::from_hours(2)));
        assert_eq!(read_timeout("2M"), Some(Duration::from_mins(2)));
        assert_eq!(read_timeout("2S"), Some(Duration::from_secs(2)));
        assert_eq!(read_timeout("2m"), Some(Duration::from_millis(2)));
        assert_eq!(read_timeout("2u"), Some(Duration::from_micros(2)));
        assert_eq!(read_timeout("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for bad in ["", "S", "2", "2s", "+2S", "-2S", "2 S", "100000000n", "2\u{b5}"] {
            assert_eq!(read_timeout(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn streams_are_told_from_unary_rpcs_by_the_contract() {
        let unary = unary_rpcs();
        assert!(unary.contains("/countersign.access.v1.TokenService/CreateToken"));
        assert!(!unary.contains("/countersign.candidate.v1.ProposalService/StreamProposals"));
        assert!(!unary.contains("/countersign.candidate.v1.ExecutionService/ClaimExecutions"));
    }
}
