use std::time::Duration;

use countersign_api::error::v1::ErrorReason;
use http::{Request, Response};
use tokio::time::{Instant, sleep_until, timeout_at};
use tonic::{Status, body::Body};

use super::{Inner, Middleware, Next, UNARY_DEADLINE_MAX, end_response};
use crate::{access::Rpc, rejection::Rejection};

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
        let is_unary = Rpc::at(request.uri().path()).is_some_and(Rpc::is_unary);
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
            Ok(response) if is_unary => response,
            Ok(response) => end_response(response, sleep_until(deadline), exceeded),
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
}
