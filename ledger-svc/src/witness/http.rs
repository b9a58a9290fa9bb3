use std::{future::Future, io, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use ledger_format::add_checkpoint::BODY_MAX_BYTES;
use tokio::net::TcpListener;

use super::{Verdict, Witness};

/// How long a sender may take for its request.
const SENT_WITHIN: Duration = Duration::from_secs(10);

/// Answers `POST /add-checkpoint` until `ending`.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(
    listener: TcpListener,
    witness: Arc<Witness>,
    ending: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let routes = Router::new().route("/add-checkpoint", post(answer)).with_state(witness);
    axum::serve(listener, routes).with_graceful_shutdown(ending).await
}

async fn answer(State(witness): State<Arc<Witness>>, body: Body) -> Response {
    let body = match tokio::time::timeout(SENT_WITHIN, to_bytes(body, BODY_MAX_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return (StatusCode::BAD_REQUEST, "the request is too long, or ended early\n").into_response(),
        Err(_) => return (StatusCode::REQUEST_TIMEOUT, "the request did not come in time\n").into_response(),
    };
    let verdict = witness.judge(&body).await;
    match verdict {
        Ok(Verdict::Cosigned(line)) => format!("{line}\n").into_response(),
        Ok(Verdict::Malformed(what)) => (StatusCode::BAD_REQUEST, format!("{what}\n")).into_response(),
        Ok(Verdict::Untrusted) => {
            (StatusCode::FORBIDDEN, "no signature by a key that is trusted for this log\n").into_response()
        }
        Ok(Verdict::UnknownLog) => (StatusCode::NOT_FOUND, "this log is not witnessed here\n").into_response(),
        Ok(Verdict::Conflict { size }) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, "text/x.tlog.size")], format!("{size}\n")).into_response()
        }
        Ok(Verdict::Inconsistent(what)) => (StatusCode::UNPROCESSABLE_ENTITY, format!("{what}\n")).into_response(),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the witness can not remember, so it does not cosign"
            );
            (StatusCode::INTERNAL_SERVER_ERROR, "the witness can not cosign now\n").into_response()
        }
    }
}
