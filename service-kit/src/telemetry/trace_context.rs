//! W3C trace context (`traceparent`) in and out of the current span.

use std::collections::HashMap;

use opentelemetry::{Value, propagation::TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The name of the header and metadata key.
pub const HEADER: &str = "traceparent";

/// Returns the `traceparent` of the current span; none outside a traced span.
pub fn current() -> Option<String> {
    of(&Span::current())
}

/// Returns the `traceparent` of a span; none when it is not traced.
pub fn of(span: &Span) -> Option<String> {
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&span.context(), &mut carrier);
    carrier.remove(HEADER)
}

/// Makes the span a child of the one that `traceparent` names; a text that is none is ignored.
///
/// To be called before the span is entered for the first time.
pub fn set_parent(span: &Span, traceparent: &str) {
    let carrier = HashMap::from([(HEADER.to_owned(), traceparent.to_owned())]);
    let context = TraceContextPropagator::new().extract(&carrier);
    // Refused only for a span that is filtered out or has begun: its children then start a trace of their own.
    let _ = span.set_parent(context);
}

/// Adds to the span as it is traced, and not to log lines within it, for which each field is written anew.
pub fn note(span: &Span, key: &'static str, value: impl Into<Value>) {
    span.set_attribute(key, value);
}

/// Returns the trace id, 32 hex digits, of a `traceparent`.
pub fn trace_id(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    (id.len() == 32).then_some(id)
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    #[test]
    fn a_trace_goes_through_a_span() {
        let provider = SdkTracerProvider::builder().build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            let carried = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
            let span = tracing::info_span!("rpc");
            set_parent(&span, carried);
            let given = span.in_scope(current).expect("a traced span");
            assert_eq!(trace_id(&given), trace_id(carried));
            assert_ne!(given, carried, "the span has an id of its own");

            let own = tracing::info_span!("rpc");
            set_parent(&own, "not a traceparent");
            let own = of(&own).expect("a traced span");
            assert_ne!(trace_id(&own), trace_id(carried));
        });
    }

    #[test]
    fn without_a_tracer_there_is_no_context() {
        assert_eq!(current(), None);
        assert_eq!(trace_id("00-short-b7ad6b7169203331-01"), None);
    }
}
