use std::{
    convert::Infallible,
    future::Future,
    task::{Context, Poll},
};

use futures::future::BoxFuture;
use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

/// What every part of the server's stack looks like from outside.
pub(crate) trait Inner:
    Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

impl<S> Inner for S where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

/// One layer of the stack, written as one function from request to answer.
pub(crate) trait Middleware: Clone + Send + Sync + 'static {
    /// Answers the call, by itself or by running what is inside.
    fn answer(self, request: Request<Body>, next: Next<impl Inner>) -> impl Future<Output = Response<Body>> + Send;
}

/// The part of the stack inside a layer.
pub(crate) struct Next<S>(pub(crate) S);

impl<S: Inner> Next<S> {
    /// Runs it.
    pub(crate) async fn run(mut self, request: Request<Body>) -> Response<Body> {
        match self.0.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Makes a tower layer of a [`Middleware`].
#[derive(Debug, Clone)]
pub(super) struct Around<M>(pub(super) M);

impl<M: Clone, S> Layer<S> for Around<M> {
    type Service = AroundService<M, S>;

    fn layer(&self, inner: S) -> AroundService<M, S> {
        AroundService { middleware: self.0.clone(), inner }
    }
}

#[derive(Debug, Clone)]
pub(super) struct AroundService<M, S> {
    middleware: M,
    inner: S,
}

impl<M: Middleware, S: Inner> Service<Request<Body>> for AroundService<M, S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The instance that was polled ready takes the call, its clone waits for the next one.
        let waiting = self.inner.clone();
        let ready = std::mem::replace(&mut self.inner, waiting);
        let middleware = self.middleware.clone();
        Box::pin(async move { Ok(middleware.answer(request, Next(ready)).await) })
    }
}
