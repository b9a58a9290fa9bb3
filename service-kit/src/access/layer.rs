use std::sync::Arc;

use countersign_api::error::v1::ErrorReason;
use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use tonic::body::Body;

use super::{Access, Denied, Principal, rights};
use crate::{
    grpc::{Inner, Middleware, Next},
    rejection::Rejection,
};

/// Lets a call through only with a valid token and the right to its rpc, and leaves the `Arc<Principal>` in the request's
/// extensions. Health and reflection pass without.
#[derive(Debug, Clone)]
pub(crate) struct AccessLayer {
    access: Arc<Access>,
}

impl AccessLayer {
    /// Makes the layer over a directory of tokens.
    pub(crate) fn new(access: Arc<Access>) -> Self {
        Self { access }
    }
}

impl Middleware for AccessLayer {
    async fn answer(self, mut request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        let rpc = request.uri().path();
        if !rights::is_open(rpc) {
            match admit(&self.access, rpc, request.headers()).await {
                Ok(principal) => {
                    tracing::Span::current().record("principal", principal.id().as_str());
                    request.extensions_mut().insert(principal);
                }
                Err(rejection) => return rejection.into_status().into_http(),
            }
        }
        next.run(request).await
    }
}

async fn admit(access: &Access, rpc: &str, headers: &HeaderMap) -> Result<Arc<Principal>, Rejection> {
    let token = bearer_token(headers).ok_or_else(|| {
        Rejection::new(
            ErrorReason::TokenInvalid,
            "the call carries no bearer token; send metadata `authorization: Bearer <token>`",
        )
    })?;
    let principal = access.resolve(token).await.map_err(refuse)?;
    match rights::of(rpc) {
        Some(right) if right.admits(&principal) => Ok(principal),
        Some(_) => Err(Rejection::new(
            ErrorReason::AccessDenied,
            format!("`{}` may not call `{rpc}`; use a token whose kind and roles allow it", principal.id()),
        )
        .with("rpc", rpc)
        .with("principal", principal.id().as_str())),
        None => Err(Rejection::new(
            ErrorReason::AccessDenied,
            format!("nobody may call `{rpc}`; ask the server's reflection for the rpcs that it has"),
        )
        .with("rpc", rpc)),
    }
}

/// Takes the token of the one `authorization` header; the scheme's case does not matter (RFC 9110).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = values.next()?.to_str().ok()?.split_once(' ')?;
    (values.next().is_none() && scheme.eq_ignore_ascii_case("bearer")).then(|| token.trim())
}

fn refuse(denied: Denied) -> Rejection {
    match denied {
        Denied::Invalid => Rejection::new(ErrorReason::TokenInvalid, denied.to_string()),
        Denied::Store(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a token can not be checked");
            Rejection::new(ErrorReason::StorageFailed, "the token can not be checked now; try again")
        }
    }
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
