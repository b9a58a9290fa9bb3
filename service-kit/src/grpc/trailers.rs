use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Frame, SizeHint};
use tonic::{Code, Status, body::Body};
use tracing::Span;

/// The header or trailer that ends every answer.
pub(super) const GRPC_STATUS: &str = "grpc-status";

/// Lets `end` see, and change, the headers or trailers that carry the answer's status.
///
/// A refusal before the first message has its status in the headers and no body; every other answer has it in the
/// trailers. `end` is dropped with the body: what it holds lives exactly as long as the answer. The body is produced
/// within `span`.
pub(super) fn on_end<F>(response: Response<Body>, span: Span, mut end: F) -> Response<Body>
where
    F: FnMut(&mut HeaderMap) + Send + Unpin + 'static,
{
    let (mut parts, body) = response.into_parts();
    if parts.headers.contains_key(GRPC_STATUS) {
        end(&mut parts.headers);
        return Response::from_parts(parts, body);
    }
    Response::from_parts(parts, Body::new(Ending { body, span, end }))
}

/// Reads the code out of headers or trailers; UNKNOWN when there is none, as clients do.
pub(super) fn code_in(headers: &HeaderMap) -> Code {
    headers.get(GRPC_STATUS).map_or(Code::Unknown, |value| Code::from_bytes(value.as_bytes()))
}

struct Ending<F> {
    body: Body,
    span: Span,
    end: F,
}

impl<F> http_body::Body for Ending<F>
where
    F: FnMut(&mut HeaderMap) + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let _entered = this.span.enter();
        let mut frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        if let Some(trailers) = frame.as_mut().and_then(|frame| frame.as_mut().ok()).and_then(Frame::trailers_mut) {
            (this.end)(trailers);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
