use opentelemetry_sdk::trace::SdkTracer;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::LevelFilter,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
};

use super::Error;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// For people at a terminal.
    Readable,
    /// One JSON object a line, for machines.
    Json,
}

/// Builds the subscriber: logs by the filter, spans from INFO up whatever the filter says, since the record keeps their ids.
pub(super) fn build<W>(
    format: Format,
    filter: &str,
    tracer: SdkTracer,
    writer: W,
) -> Result<impl Subscriber + Send + Sync, Error>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter).map_err(|source| Error::Filter { filter: filter.to_owned(), source })?;
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Readable => fmt::layer().with_writer(writer).with_target(false).boxed(),
        Format::Json => fmt::layer()
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .with_writer(writer)
            .boxed(),
    };
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(LevelFilter::INFO);
    Ok(tracing_subscriber::registry().with(lines.with_filter(filter)).with(spans))
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use opentelemetry::trace::TracerProvider;
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;
    use crate::telemetry::trace_context;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("one writer").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn captured(format: Format, filter: &str, act: impl FnOnce()) -> String {
        let lines = Captured::default();
        let writer = lines.clone();
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let subscriber = build(format, filter, tracer, move || writer.clone()).expect("a subscriber");
        tracing::subscriber::with_default(subscriber, act);
        let bytes = lines.0.lock().expect("no writer left").clone();
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn a_json_line_reads_alone_with_the_fields_of_its_span() {
        let text = captured(Format::Json, "info", || {
            let span = tracing::info_span!("rpc", rpc = "Svc/Get");
            let _entered = span.enter();
            tracing::info!(candidate = "workspaces/demo/candidates/1", "approved");
            tracing::debug!("not asked for");
        });
        let line: serde_json::Value = serde_json::from_str(text.trim_end()).expect("one JSON object");
        assert_eq!(line["message"], "approved");
        assert_eq!(line["candidate"], "workspaces/demo/candidates/1");
        assert_eq!(line["span"]["rpc"], "Svc/Get");
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_strict_filter_silences_lines_but_no_trace_ids() {
        let mut traceparent = None;
        let text = captured(Format::Readable, "off", || {
            let span = tracing::info_span!("rpc");
            traceparent = span.in_scope(trace_context::current);
            tracing::error!("not asked for");
        });
        assert_eq!(text, "");
        assert!(traceparent.is_some());
    }

    #[test]
    fn a_filter_that_does_not_parse_is_named() {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let error = build(Format::Json, "a=b=c", tracer, io::stderr).err().expect("no filter");
        assert!(error.to_string().starts_with("`a=b=c` is not a log filter"), "{error}");
    }
}
