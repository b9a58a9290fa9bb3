use std::{
    env,
    io::{self, IsTerminal},
    time::Duration,
};

use opentelemetry::{KeyValue, global, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, propagation::TraceContextPropagator, trace::SdkTracerProvider};

use super::subscriber::{Format, build};

/// The environment variable with the log filter, such as `info,ledger_svc=debug`.
pub const LOG_VARIABLE: &str = "COUNTERSIGN_LOG";

/// The environment variable with the address of an OTLP collector; traces are exported when it is set.
pub const ENDPOINT_VARIABLE: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";

const FILTER_DEFAULT: &str = "info";

/// How long the last traces may take to leave when the process ends.
const FLUSH_MAX: Duration = Duration::from_secs(5);

/// What the telemetry of a process is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The name of the process in traces, such as `countersign`.
    pub service: &'static str,
    /// Which log lines are written, in the syntax of `tracing`'s `EnvFilter`.
    pub filter: String,
    /// Where traces are exported to, such as `http://127.0.0.1:4317`; none: nowhere. The other `OTEL_EXPORTER_OTLP_*`
    /// variables of the standard are read by the exporter itself.
    pub endpoint: Option<String>,
}

/// Why telemetry can not be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log filter does not parse.
    #[error("`{filter}` is not a log filter; write for example `{LOG_VARIABLE}=info,ledger_svc=debug`")]
    Filter {
        /// The filter.
        filter: String,
        /// Where it goes wrong.
        source: tracing_subscriber::filter::ParseError,
    },
    /// The exporter of traces can not be built.
    #[error("traces can not be exported; check `{ENDPOINT_VARIABLE}`")]
    Exporter(#[from] ExporterBuildError),
    /// The process has its telemetry already.
    #[error("telemetry is already set up; set it up once per process")]
    Again(#[from] tracing::subscriber::SetGlobalDefaultError),
}

/// Keeps telemetry going; sends what is left when it is dropped, at most five seconds long.
#[derive(Debug)]
#[must_use = "the last traces are lost unless this lives as long as the process"]
pub struct Guard {
    tracers: SdkTracerProvider,
}

impl Config {
    /// Reads the configuration from the environment.
    pub fn from_env(service: &'static str) -> Self {
        Self {
            service,
            filter: env::var(LOG_VARIABLE).unwrap_or_else(|_| FILTER_DEFAULT.to_owned()),
            endpoint: env::var(ENDPOINT_VARIABLE).ok().filter(|endpoint| !endpoint.is_empty()),
        }
    }
}

/// Sets up logs on stderr, traces, and the W3C propagator for the whole process.
///
/// Logs are readable lines on a terminal and JSON objects otherwise. Spans get trace ids whether they are exported or not,
/// so that `traceparent` passes through and stands in the record. To be called inside the runtime, which carries the export.
///
/// # Errors
/// See [`Error`].
pub fn init(config: &Config) -> Result<Guard, Error> {
    let mut tracers = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_attribute(KeyValue::new("service.name", config.service)).build());
    if let Some(endpoint) = &config.endpoint {
        tracers = tracers.with_batch_exporter(SpanExporter::builder().with_tonic().with_endpoint(endpoint).build()?);
    }
    let tracers = tracers.build();

    let format = if io::stderr().is_terminal() { Format::Readable } else { Format::Json };
    let subscriber = build(format, &config.filter, tracers.tracer(config.service), io::stderr)?;
    tracing::subscriber::set_global_default(subscriber)?;
    global::set_text_map_propagator(TraceContextPropagator::new());
    global::set_tracer_provider(tracers.clone());
    Ok(Guard { tracers })
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Err(error) = self.tracers.shutdown_with_timeout(FLUSH_MAX) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the last traces were not sent");
        }
    }
}
