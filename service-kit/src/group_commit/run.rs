use std::{future::Future, pin::pin, sync::Arc, time::Instant};

use tokio::sync::{mpsc, oneshot};
use tracing::Instrument;

use super::{meters::Meters, state::State};

/// Commits batches of jobs to one store; the only one that writes to it.
pub trait CommitBatch: Send + 'static {
    /// What a caller wants written.
    type Job: Send + 'static;
    /// What a caller learns, its refusals included.
    type Answer: Send + 'static;

    /// Commits the batch, which is never empty and in the order of submission, and answers each job after the commit.
    ///
    /// A job that is refused by a rule is answered with that refusal and is no failure of the writer.
    ///
    /// # Errors
    /// [`WriterFailed`] when the store is in doubt: the loop ends, unanswered jobs learn
    /// [`SubmitError::Failed`](super::SubmitError::Failed), and every later one is refused.
    fn commit(
        &mut self,
        batch: Vec<Pending<Self::Job, Self::Answer>>,
    ) -> impl Future<Output = Result<(), WriterFailed>> + Send;
}

/// One job of a batch and the way back to its caller.
#[derive(Debug)]
pub struct Pending<J, A> {
    /// What to write.
    pub job: J,
    /// Where the answer goes after the commit.
    pub reply: Reply<A>,
}

/// The way back to one caller.
#[derive(Debug)]
pub struct Reply<A>(oneshot::Sender<A>);

impl<A> Reply<A> {
    pub(super) fn new(answer: oneshot::Sender<A>) -> Self {
        Self(answer)
    }

    /// Answers the caller; a caller that has gone away meanwhile is no error.
    pub fn send(self, answer: A) {
        let _ = self.0.send(answer);
    }
}

/// The store is in doubt and must not be written to any more; carries the words for the log.
#[derive(Debug, thiserror::Error)]
#[error("the store can not be written: {reason}")]
pub struct WriterFailed {
    /// What went wrong, without payloads.
    pub reason: String,
}

/// The loop of one writer.
pub(super) struct Loop<H: CommitBatch> {
    pub(super) name: &'static str,
    pub(super) jobs: mpsc::Receiver<Pending<H::Job, H::Answer>>,
    pub(super) handler: H,
    pub(super) batch_max: usize,
    pub(super) state: Arc<State>,
    pub(super) meters: Meters,
}

impl<H: CommitBatch> Loop<H> {
    /// Runs until closed and empty, or until a commit fails.
    pub(super) async fn run(mut self, closing: impl Future<Output = ()> + Send) {
        // A panic in the handler passes here too: callers then see a failed writer, not a closed one.
        let _guard = FailUnlessClosed(Arc::clone(&self.state));
        let mut closing = pin!(closing);
        loop {
            let mut batch = Vec::new();
            tokio::select! {
                // Closing first: no new job is taken, those that wait are still committed.
                biased;
                () = &mut closing, if !self.jobs.is_closed() => {
                    self.state.close();
                    self.jobs.close();
                    continue;
                }
                taken = self.jobs.recv_many(&mut batch, self.batch_max) => if taken == 0 { break },
            }
            if let Err(failed) = self.commit(batch).await {
                tracing::error!(writer = self.name, error = %failed, "a writer stopped");
                return;
            }
        }
        self.state.close();
    }

    async fn commit(&mut self, batch: Vec<Pending<H::Job, H::Answer>>) -> Result<(), WriterFailed> {
        let jobs = batch.len();
        let started = Instant::now();
        self.meters.queue_depth.dec_by(i64::try_from(jobs).unwrap_or(i64::MAX));
        let span = tracing::info_span!("commit", writer = self.name, jobs);
        let committed = self.handler.commit(batch).instrument(span).await;
        self.meters.commit_seconds.observe(started.elapsed().as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a batch is far smaller than 2^52 jobs")]
        self.meters.batch_jobs.observe(jobs as f64);
        committed
    }
}

struct FailUnlessClosed(Arc<State>);

impl Drop for FailUnlessClosed {
    fn drop(&mut self) {
        self.0.fail();
    }
}
