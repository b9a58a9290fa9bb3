use std::{
    collections::BTreeMap,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Tasks that end together, counted by name; clones share one group.
#[derive(Debug, Clone, Default)]
pub(super) struct TaskGroup {
    tracker: TaskTracker,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl TaskGroup {
    pub(super) fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let counted = Counted::new(name, Arc::clone(&self.running));
        self.tracker.spawn(async move {
            let _counted = counted;
            match AssertUnwindSafe(future).catch_unwind().await {
                Ok(output) => output,
                Err(panic) => {
                    tracing::error!(task = name, "a task panicked");
                    std::panic::resume_unwind(panic)
                }
            }
        })
    }

    /// Waits at most `within` for all tasks to end; returns the names of those that did not.
    pub(super) async fn wait(&self, within: Duration) -> Vec<&'static str> {
        self.tracker.close();
        match tokio::time::timeout(within, self.tracker.wait()).await {
            Ok(()) => Vec::new(),
            Err(_) => self.running.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect(),
        }
    }
}

struct Counted {
    name: &'static str,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Counted {
    fn new(name: &'static str, running: Arc<Mutex<BTreeMap<&'static str, usize>>>) -> Self {
        *running.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        Self { name, running }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}
