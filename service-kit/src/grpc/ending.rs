use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::{Status, body::Body};

use super::trailers::GRPC_STATUS;

/// Ends an answer with `refusal` once `end` is ready, whatever is left of it.
///
/// A refusal before the first message has been sent whole and stays as it is.
pub(crate) fn end_response(
    response: Response<Body>,
    end: impl Future<Output = ()> + Send + 'static,
    refusal: fn() -> Status,
) -> Response<Body> {
    if response.headers().contains_key(GRPC_STATUS) {
        return response;
    }
    let last = move || {
        let mut trailers = HeaderMap::new();
        refusal().add_header(&mut trailers).expect("a status of ours is made of header characters");
        Ok(Frame::trailers(trailers))
    };
    response.map(|body| Body::new(Ending { body: Some(body), end: Box::pin(end), last }))
}

/// Breaks a request off with `refusal` once `end` is ready: nothing that arrives later reaches the handler.
pub(crate) fn end_request(
    request: Request<Body>,
    end: impl Future<Output = ()> + Send + 'static,
    refusal: fn() -> Status,
) -> Request<Body> {
    request.map(|body| Body::new(Ending { body: Some(body), end: Box::pin(end), last: move || Err(refusal()) }))
}

/// A body that goes on until its end, and says something last.
struct Ending<E, L> {
    /// None once the end has come.
    body: Option<Body>,
    end: Pin<Box<E>>,
    last: L,
}

impl<E, L> http_body::Body for Ending<E, L>
where
    E: Future<Output = ()>,
    L: Fn() -> Result<Frame<Bytes>, Status> + Unpin,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        // Asked before the body: what waits in it when the end comes stays there.
        if this.end.as_mut().poll(context).is_pending() {
            return Pin::new(body).poll_frame(context);
        }
        this.body = None;
        Poll::Ready(Some((this.last)()))
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(http_body::Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
