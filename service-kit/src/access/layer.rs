use std::sync::Arc;

use countersign_api::error::v1::ErrorReason;
use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use tonic::body::Body;

use super::{Access, Admitted, Gate, Rpc, hold::run_while_valid, is_open, validity::Grant};
use crate::{
    grpc::{Inner, Middleware, Next, unknown},
    rejection::Rejection,
};

/// Lets a call through only with a valid token and the right to its rpc, for as long as the token is valid, and leaves the
/// `Arc<Principal>` in the request's extensions. Health and reflection pass without.
#[derive(Debug, Clone)]
pub(crate) struct AccessLayer {
    access: Arc<Access>,
    gate: Arc<Gate>,
}

impl AccessLayer {
    /// Makes the layer over a directory of tokens and the gate behind it.
    pub(crate) fn new(access: Arc<Access>, gate: Gate) -> Self {
        Self { access, gate: Arc::new(gate) }
    }
}

impl Middleware for AccessLayer {
    async fn answer(self, mut request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        let rpc = request.uri().path();
        if is_open(rpc) {
            return next.run(request).await;
        }
        let (grant, admitted) = match self.let_in(rpc, request.headers()).await {
            Ok(let_in) => let_in,
            Err(rejection) => return rejection.into_status().into_http(),
        };
        tracing::Span::current().record("principal", grant.principal.id().as_str());
        request.extensions_mut().insert(grant.principal);
        request.extensions_mut().insert(admitted);
        run_while_valid(grant.validity, request, next).await
    }
}

impl AccessLayer {
    async fn let_in(&self, path: &str, headers: &HeaderMap) -> Result<(Grant, Admitted), Rejection> {
        // Before the token: a caller with the wrong path needs another path, not another token.
        let rpc = Rpc::at(path).ok_or_else(|| unknown(path))?;
        let token = bearer_token(headers).ok_or_else(|| {
            Rejection::new(
                ErrorReason::TokenInvalid,
                "the call carries no bearer token; send metadata `authorization: Bearer <token>`",
            )
        })?;
        let grant = self.access.resolve(token).await?;
        let admitted = self.gate.admit(&grant.principal, rpc)?;
        Ok((grant, admitted))
    }
}

/// Takes the token of the one `authorization` header; the scheme's case does not matter (RFC 9110).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_bearer_header_is_taken_and_nothing_else() {
        let headers = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_static(value));
            }
            headers
        };
        assert_eq!(bearer_token(&headers(&["Bearer abc"])), Some("abc"));
        assert_eq!(bearer_token(&headers(&["bearer abc"])), Some("abc"));
        assert_eq!(bearer_token(&headers(&[])), None);
        assert_eq!(bearer_token(&headers(&["Basic abc"])), None);
        assert_eq!(bearer_token(&headers(&["Bearerabc"])), None);
        assert_eq!(bearer_token(&headers(&["Bearer abc", "Bearer def"])), None);
    }
}
