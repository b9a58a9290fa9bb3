//! The admin port: metrics and health over plain HTTP, for machines of the same house.

use std::io;

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;

use crate::{
    health::Health,
    metrics::{self, Metrics},
    shutdown::Shutdown,
};

/// Serves `/metrics` and `/healthz` until the drain begins.
///
/// `/healthz` answers 200 while the process can do its work, and 503 with what is wrong otherwise.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve(listener: TcpListener, metrics: Metrics, health: Health, shutdown: Shutdown) -> io::Result<()> {
    let draining = shutdown.draining();
    axum::serve(listener, routes(metrics, health, shutdown)).with_graceful_shutdown(draining).await
}

/// Serves routes of somebody else until the drain begins.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve_routes(listener: TcpListener, routes: Router, shutdown: Shutdown) -> io::Result<()> {
    let draining = shutdown.draining();
    axum::serve(listener, routes).with_graceful_shutdown(draining).await
}

fn routes(metrics: Metrics, health: Health, shutdown: Shutdown) -> Router {
    Router::new()
        .route("/metrics", get(show_metrics))
        .with_state(metrics)
        .merge(Router::new().route("/healthz", get(show_health)).with_state((health, shutdown)))
}

async fn show_metrics(State(metrics): State<Metrics>) -> Response {
    match metrics.to_text() {
        Ok(text) => ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], text).into_response(),
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "a metric can not be written\n").into_response(),
    }
}

async fn show_health(State((health, shutdown)): State<(Health, Shutdown)>) -> Response {
    if shutdown.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n").into_response();
    }
    let faults: Vec<String> = health.faults().iter().map(|(part, reason)| format!("{part}: {reason}")).collect();
    if faults.is_empty() {
        "serving\n".into_response()
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, faults.join("\n") + "\n").into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request};
    use http_body_util::BodyExt;
    use prometheus_client::metrics::counter::Counter;
    use tower::ServiceExt;

    use super::*;

    async fn get(routes: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = routes.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }

    #[tokio::test]
    async fn metrics_and_health_are_shown() {
        let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
        metrics.register("entries", "Entries appended", Counter::<u64>::default()).inc();
        let routes = routes(metrics, health.clone(), shutdown.clone());

        let (status, text) = get(&routes, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(text.contains("countersign_entries_total 1\n"), "{text}");

        assert_eq!(get(&routes, "/healthz").await, (StatusCode::OK, "serving\n".to_owned()));
        health.report_fault("ledger", "the disk is full");
        let faulty = (StatusCode::SERVICE_UNAVAILABLE, "ledger: the disk is full\n".to_owned());
        assert_eq!(get(&routes, "/healthz").await, faulty);
        shutdown.begin();
        assert_eq!(get(&routes, "/healthz").await.1, "draining\n");
    }
}
