//! The process's one metrics registry, shared by everybody who counts something.

use std::{
    any::Any,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use prometheus_client::{
    encoding::text,
    metrics::histogram::{Histogram, exponential_buckets},
    registry::{Metric, Registry},
};

/// The content type of [`Metrics::to_text`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// A handle on the registry; clones share it. Every name gets the prefix `countersign_`.
#[derive(Debug, Clone)]
pub struct Metrics {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug)]
struct Inner {
    registry: Registry,
    by_name: BTreeMap<String, Box<dyn Any + Send + Sync>>,
}

impl Metrics {
    /// Makes an empty registry.
    pub fn new() -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                registry: Registry::with_prefix("countersign"),
                by_name: BTreeMap::new(),
            })),
        }
    }

    /// Registers a metric or a family and returns it, ready to count; a name registered before gives the metric of then.
    ///
    /// `name` goes without prefix and without `_total`; `help` without a final dot.
    ///
    /// # Panics
    /// When the name was registered before with another type.
    #[must_use]
    pub fn register<M: Metric + Clone>(&self, name: &str, help: &str, metric: M) -> M {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = inner.by_name.get(name) {
            return before
                .downcast_ref::<M>()
                .unwrap_or_else(|| panic!("metric `{name}` is registered once as one type"))
                .clone();
        }
        inner.registry.register(name, help, metric.clone());
        inner.by_name.insert(name.to_owned(), Box::new(metric.clone()));
        metric
    }

    /// Returns all metrics in the `OpenMetrics` text format, which Prometheus scrapes.
    ///
    /// # Errors
    /// When a collector refuses to write its numbers.
    pub fn to_text(&self) -> Result<String, std::fmt::Error> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        text::encode(&mut text, &inner.registry)?;
        Ok(text)
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

/// Makes a histogram of seconds: 17 buckets from 0.1 ms, each twice the one before, up to 6.5 s.
pub fn seconds_histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.000_1, 2.0, 17))
}

/// Makes a histogram of counts: 14 buckets from 1, each twice the one before, up to 8,192.
pub fn count_histogram() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 14))
}

#[cfg(test)]
mod tests {
    use prometheus_client::metrics::counter::Counter;

    use super::*;

    #[test]
    fn a_registered_counter_shows_in_the_text_under_the_prefix() {
        let metrics = Metrics::new();
        let counter = metrics.register("entries", "Entries appended", Counter::<u64>::default());
        counter.inc_by(3);
        let text = metrics.to_text().expect("text");
        assert!(text.contains("countersign_entries_total 3\n"), "{text}");
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[test]
    fn a_name_registered_again_gives_the_same_metric() {
        let metrics = Metrics::new();
        let first = metrics.register("entries", "Entries appended", Counter::<u64>::default());
        let again = metrics.register("entries", "Entries appended", Counter::<u64>::default());
        first.inc();
        again.inc();
        let text = metrics.to_text().expect("text");
        assert!(text.contains("countersign_entries_total 2\n"), "{text}");
        assert_eq!(text.matches("# HELP countersign_entries").count(), 1);
    }
}
