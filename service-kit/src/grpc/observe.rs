use std::{sync::Arc, time::Instant};

use http::{Request, Response};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
};
use tonic::{Code, body::Body};
use tracing::{Instrument, Span, field::Empty};

use super::{
    Inner, Middleware, Next,
    trailers::{code_in, on_end},
};
use crate::{
    access::{Rpc, is_open},
    metrics::{Metrics, seconds_histogram},
    telemetry::trace_context,
};

/// Gives every call a span in its caller's trace, counts it, and logs how it ended.
#[derive(Debug, Clone)]
pub(super) struct Observe {
    meters: Arc<Meters>,
}

impl Observe {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self { meters: Arc::new(Meters::new(metrics)) }
    }
}

impl Middleware for Observe {
    async fn answer(self, request: Request<Body>, next: Next<impl Inner>) -> Response<Body> {
        let rpc = name_of(request.uri().path());
        let span = span_of(rpc, &request);
        let mut call = Call::begin(self.meters, rpc, span.clone());
        let response = next.run(request).instrument(span.clone()).await;
        on_end(response, span, move |headers| call.end_with(code_in(headers)))
    }
}

/// Returns the name of an rpc of ours, so that a caller can not invent labels.
fn name_of(path: &str) -> &'static str {
    match Rpc::at(path) {
        Some(rpc) => rpc.name(),
        None if is_open(path) => "health or reflection",
        None => "unknown",
    }
}

fn span_of(rpc: &'static str, request: &Request<Body>) -> Span {
    let span =
        tracing::info_span!("rpc", otel.name = rpc, otel.kind = "server", rpc, principal = Empty, trace_id = Empty);
    if let Some(traceparent) = request.headers().get(trace_context::HEADER).and_then(|value| value.to_str().ok()) {
        trace_context::set_parent(&span, traceparent);
    }
    if let Some(traceparent) = trace_context::of(&span) {
        span.record("trace_id", trace_context::trace_id(&traceparent));
    }
    span
}

/// One call at work; noted when it is dropped, which is when its answer has been sent or its caller has gone.
struct Call {
    rpc: &'static str,
    /// CANCELLED until the answer says otherwise: a caller who goes away leaves it at that.
    code: Code,
    began_at: Instant,
    span: Span,
    meters: Arc<Meters>,
}

impl Call {
    fn begin(meters: Arc<Meters>, rpc: &'static str, span: Span) -> Self {
        meters.in_flight.inc();
        Self { rpc, code: Code::Cancelled, began_at: Instant::now(), span, meters }
    }

    fn end_with(&mut self, code: Code) {
        self.code = code;
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let (rpc, code) = (self.rpc, name_of_code(self.code));
        self.meters.in_flight.dec();
        self.meters.calls.get_or_create(&CallLabels { rpc, code }).inc();
        self.meters.seconds.get_or_create(&RpcLabel { rpc }).observe(self.began_at.elapsed().as_secs_f64());
        let _entered = self.span.enter();
        trace_context::note(&self.span, "code", code);
        match self.code {
            Code::Ok | Code::Cancelled => tracing::debug!(rpc, code, "answered"),
            Code::Internal | Code::Unknown | Code::DataLoss => tracing::error!(rpc, code, "answered"),
            _ => tracing::info!(rpc, code, "refused"),
        }
    }
}

fn name_of_code(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabels {
    rpc: &'static str,
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RpcLabel {
    rpc: &'static str,
}

#[derive(Debug)]
struct Meters {
    calls: Family<CallLabels, Counter>,
    seconds: Family<RpcLabel, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
}

impl Meters {
    fn new(metrics: &Metrics) -> Self {
        let seconds: Family<_, _, fn() -> Histogram> = Family::new_with_constructor(seconds_histogram);
        Self {
            calls: metrics.register("rpcs", "Calls answered, by rpc and code", Family::default()),
            seconds: metrics.register("rpc_seconds", "Time from request to the end of the answer", seconds),
            in_flight: metrics.register("rpcs_in_flight", "Calls at work", Gauge::default()),
        }
    }
}
