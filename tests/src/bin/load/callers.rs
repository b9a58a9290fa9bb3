//! Callers that call at once, each again as soon as it is answered.

use std::future::Future;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::latency::Latencies;

/// Somebody who calls a server.
pub trait Caller: Send + 'static {
    /// Calls once and returns how many items were answered.
    fn call(&mut self) -> impl Future<Output = anyhow::Result<usize>> + Send;
}

/// What all callers of one cell did together.
#[derive(Debug, Default)]
pub struct Done {
    /// Items answered.
    pub items: usize,
    /// How long it took.
    pub secs: f64,
    /// Time of each call.
    pub latencies: Latencies,
}

impl Done {
    /// Adds what was done in another turn.
    pub fn add(&mut self, other: Self) {
        self.items += other.items;
        self.secs += other.secs;
        self.latencies.merge(other.latencies);
    }

    /// Returns items a second.
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 items")]
    pub fn per_second(&self) -> f64 {
        self.items as f64 / self.secs
    }
}

/// Has everybody call for as long as told. A fifth of that time goes before it and counts for nothing: connections, caches and
/// prepared statements are warm when the cell begins.
///
/// # Errors
/// What the first caller that was refused got to hear.
pub async fn call_for<C: Caller>(callers: Vec<C>, cell: Duration) -> anyhow::Result<Done> {
    let begin = Instant::now() + cell / 5;
    let end = begin + cell;
    let mut tasks = JoinSet::new();
    for mut caller in callers {
        tasks.spawn(async move {
            let mut done = Done::default();
            loop {
                let started = Instant::now();
                if started >= end {
                    return anyhow::Ok(done);
                }
                let items = caller.call().await?;
                let answered = Instant::now();
                // What is answered within the cell counts, as long calls at its two ends make up for one another.
                if (begin..end).contains(&answered) {
                    done.items += items;
                    done.latencies.note(answered - started);
                }
            }
        });
    }
    let mut all = Done { secs: cell.as_secs_f64(), ..Done::default() };
    while let Some(done) = tasks.join_next().await {
        let done = done??;
        all.items += done.items;
        all.latencies.merge(done.latencies);
    }
    Ok(all)
}
