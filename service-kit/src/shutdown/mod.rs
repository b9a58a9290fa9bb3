//! How a process ends: stop taking work, finish what was taken, then stop the writers that it needed.

mod signals;
mod tasks;

use std::{
    future::Future,
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use tasks::TaskGroup;

/// How long a drain may take before the process ends anyway.
pub const DRAIN_MAX: Duration = Duration::from_secs(20);

/// Starts every task of the process and ends them in order; clones share one state.
///
/// The order of an end: [`Shutdown::begin`] makes [`Shutdown::draining`] ready, so listeners stop accepting and
/// background work stops. [`Shutdown::drain`] waits for the tasks started with [`Shutdown::spawn`]; only when nobody is
/// left who could hand in work does it make [`Shutdown::closing`] ready and waits for those that served them, started
/// with [`Shutdown::spawn_until_closing`]. Example: a call that was accepted before SIGTERM submits its job after it; its writer is
/// still there, so it is committed and answered.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    draining: CancellationToken,
    closing: CancellationToken,
    failed: CancellationToken,
    tasks: TaskGroup,
    served: TaskGroup,
}

/// The names of the tasks that were still running when the drain's time was over, sorted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the drain ended before these tasks did: `{}`", .0.join("`, `"))]
pub struct Unfinished(pub Vec<&'static str>);

impl Shutdown {
    /// Makes the shutdown of a process that has not begun to end.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts a task that ends by itself once the drain has begun.
    ///
    /// A panic in it is logged under `name`; the handle, which may be dropped, gives its result.
    pub fn spawn<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.tasks.spawn(name, future)
    }

    /// Starts a task without which the process must not go on: when it panics or ends early, the drain begins.
    pub fn spawn_vital<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        let begin_on_drop = BeginOnDrop(self.clone(), name);
        self.tasks.spawn(name, async move {
            let _guard = begin_on_drop;
            future.await
        })
    }

    /// Starts a task that others need to the end, such as a writer: it lives through the drain and ends once
    /// [`Shutdown::closing`] is ready.
    pub fn spawn_until_closing<F>(&self, name: &'static str, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send + 'static> + Send + 'static,
    {
        self.served.spawn(name, future)
    }

    /// Begins the drain. Beginning again changes nothing.
    pub fn begin(&self) {
        self.draining.cancel();
    }

    /// Tells whether the drain has begun.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Tells whether the drain began because a vital task ended early, so that the process should not end as if all were well.
    pub fn has_failed(&self) -> bool {
        self.failed.is_cancelled()
    }

    /// Returns a future that is ready once the drain has begun.
    pub fn draining(&self) -> impl Future<Output = ()> + Send + 'static {
        self.draining.clone().cancelled_owned()
    }

    /// Returns a future that is ready once nobody is left who could hand work to a writer.
    pub fn closing(&self) -> impl Future<Output = ()> + Send + 'static {
        self.closing.clone().cancelled_owned()
    }

    /// Begins the drain when SIGTERM or SIGINT arrives.
    ///
    /// # Errors
    /// When the operating system refuses to watch a signal.
    pub fn begin_on_signals(&self) -> std::io::Result<()> {
        signals::listen(self)
    }

    /// Begins the drain if it has not begun, and waits at most `within` for the tasks to end, those that served them last.
    ///
    /// # Errors
    /// [`Unfinished`] with the names of the tasks that would not end.
    pub async fn drain(&self, within: Duration) -> Result<(), Unfinished> {
        let started = Instant::now();
        self.begin();
        let tasks = self.tasks.wait(within).await;
        self.closing.cancel();
        let served = self.served.wait(within.saturating_sub(started.elapsed())).await;
        let mut names: Vec<_> = tasks.into_iter().chain(served).collect();
        names.sort_unstable();
        if names.is_empty() { Ok(()) } else { Err(Unfinished(names)) }
    }
}

struct BeginOnDrop(Shutdown, &'static str);

impl Drop for BeginOnDrop {
    fn drop(&mut self) {
        if !self.0.is_draining() {
            tracing::error!(task = self.1, "a vital task ended; the process drains");
            self.0.failed.cancel();
            self.0.begin();
        }
    }
}

#[cfg(test)]
mod tests;
