use std::sync::Arc;

use countersign_api::error::v1::ErrorReason;
use http::{Request, Response};
use tokio::sync::Semaphore;
use tonic::body::Body;
use tracing::Span;

use super::{
    Inner, Middleware, Next,
    limits::{CALLS_MAX, RETRY_AFTER},
    trailers::on_end,
};
use crate::{access::is_open, rejection::Rejection};

/// Bounds the calls that are at work at a time, from their request to the end of their answer.
///
/// A call above the bound is refused at once instead of waiting in memory. Health stays reachable.
#[derive(Debug, Clone)]
pub(super) struct Admission {
    places: Arc<Semaphore>,
    calls_max: usize,
}

impl Admission {
    pub(super) fn new(calls_max: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(calls_max)), calls_max }
    }
}

impl Default for Admission {
    fn default() -> Self {
        Self::new(CALLS_MAX)
    }
}

impl Middleware for Admission {
    async fn answer(self, request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        if is_open(request.uri().path()) {
            return next.run(request).await;
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            let message = format!("the server works on {} calls, the most it takes; try again", self.calls_max);
            return Rejection::new(ErrorReason::QueueFull, message).retry_after(RETRY_AFTER).into_status().into_http();
        };
        let response = next.run(request).await;
        on_end(response, Span::none(), move |_| {
            // Held until the answer's body is dropped, not only until its headers are sent.
            let _ = &place;
        })
    }
}
