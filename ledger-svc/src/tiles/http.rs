use axum::{
    Router,
    extract::State,
    http::{
        Method, StatusCode, Uri,
        header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use super::{
    path::Asked,
    resource::{Resource, TileSource},
};

/// A tile never changes: neither does what a cache has of it.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// The next checkpoint is a second away.
const FOR_A_MOMENT: &str = "no-cache";

/// Makes the routes of tiles and checkpoints.
pub(crate) fn routes(source: TileSource) -> Router {
    Router::new().fallback(answer).with_state(source)
}

async fn answer(State(source): State<TileSource>, method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response();
    }
    let Some(asked) = Asked::parse(uri.path()).filter(|_| uri.query().is_none()) else { return not_found() };
    match source.read(&asked).await {
        Ok(Some(Resource::Checkpoint(note))) => {
            let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (CACHE_CONTROL, FOR_A_MOMENT)];
            (headers, note).into_response()
        }
        Ok(Some(Resource::Immutable(bytes))) => {
            ([(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, FOR_EVER)], bytes).into_response()
        }
        Ok(None) => not_found(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, path = uri.path(), "a tile can not be read");
            (StatusCode::SERVICE_UNAVAILABLE, [(CACHE_CONTROL, "no-store")], "the ledger can not be read now\n")
                .into_response()
        }
    }
}

fn not_found() -> Response {
    // What is not there yet may be there in a second.
    (StatusCode::NOT_FOUND, [(CACHE_CONTROL, "no-store")], "no checkpoint, tile or bundle is here\n").into_response()
}
