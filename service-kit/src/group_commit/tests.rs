use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::join_all, poll};
use tokio::sync::{Semaphore, mpsc};

use super::*;
use crate::{
    metrics::Metrics,
    shutdown::{DRAIN_MAX, Shutdown},
};

/// A store whose commits wait for a permit; it answers each job with the number of its commit.
struct Gated {
    gate: Arc<Semaphore>,
    batches: mpsc::UnboundedSender<Vec<u32>>,
    commits: usize,
    /// The commit that fails, counted from 1.
    fails_at: Option<usize>,
}

impl CommitBatch for Gated {
    type Job = u32;
    type Answer = usize;

    async fn commit(&mut self, batch: Vec<Pending<u32, usize>>) -> Result<(), WriterFailed> {
        let jobs = batch.iter().map(|pending| pending.job).collect();
        self.batches.send(jobs).expect("the test listens");
        self.gate.acquire().await.expect("the gate is open").forget();
        self.commits += 1;
        if self.fails_at == Some(self.commits) {
            return Err(WriterFailed { reason: "disk full".to_owned() });
        }
        for pending in batch {
            pending.reply.send(self.commits);
        }
        Ok(())
    }
}

struct Bench {
    writer: Writer<u32, usize>,
    gate: Arc<Semaphore>,
    batches: mpsc::UnboundedReceiver<Vec<u32>>,
    metrics: Metrics,
    shutdown: Shutdown,
}

fn bench(queue_max: usize, batch_max: usize, fails_at: Option<usize>) -> Bench {
    let gate = Arc::new(Semaphore::new(0));
    let (sender, batches) = mpsc::unbounded_channel();
    let metrics = Metrics::new();
    let shutdown = Shutdown::new();
    let writer = Writer::start(
        "test",
        Limits { queue_max, batch_max },
        Gated { gate: Arc::clone(&gate), batches: sender, commits: 0, fails_at },
        &metrics,
        &shutdown,
    );
    Bench { writer, gate, batches, metrics, shutdown }
}

#[tokio::test]
async fn what_waits_while_a_commit_runs_shares_the_next_one() {
    let mut bench = bench(16, 8, None);
    let first = bench.writer.enqueue(1).await.expect("room");
    assert_eq!(bench.batches.recv().await, Some(vec![1]));

    let mut waiting = Vec::new();
    for job in 2..=6 {
        waiting.push(bench.writer.enqueue(job).await.expect("room"));
    }
    bench.gate.add_permits(2);

    assert_eq!(first.await, Ok(1));
    assert_eq!(join_all(waiting).await, vec![Ok(2); 5]);
    assert_eq!(bench.batches.recv().await, Some(vec![2, 3, 4, 5, 6]));
}

#[tokio::test]
async fn a_batch_never_exceeds_its_bound() {
    let mut bench = bench(16, 3, None);
    let mut tickets = vec![bench.writer.enqueue(0).await.expect("room")];
    assert_eq!(bench.batches.recv().await, Some(vec![0]));
    for job in 1..=7 {
        tickets.push(bench.writer.enqueue(job).await.expect("room"));
    }
    bench.gate.add_permits(8);
    assert!(join_all(tickets).await.iter().all(Result::is_ok));
    assert_eq!(bench.batches.recv().await, Some(vec![1, 2, 3]));
    assert_eq!(bench.batches.recv().await, Some(vec![4, 5, 6]));
    assert_eq!(bench.batches.recv().await, Some(vec![7]));
}

#[tokio::test]
async fn a_full_queue_refuses_at_once_or_pushes_back() {
    let mut bench = bench(2, 8, None);
    let running = bench.writer.enqueue(0).await.expect("room");
    assert_eq!(bench.batches.recv().await, Some(vec![0]));
    let queued =
        [bench.writer.try_enqueue(1).expect("room for one"), bench.writer.try_enqueue(2).expect("room for two")];

    let refused = bench.writer.try_submit(3).await;
    assert!(matches!(refused, Err(SubmitError::Full { .. })), "{refused:?}");
    let mut pushed_back = Box::pin(bench.writer.enqueue(4));
    assert!(poll!(&mut pushed_back).is_pending());
    let text = bench.metrics.to_text().expect("text");
    assert!(text.contains("countersign_writer_queue_depth{writer=\"test\"} 2\n"), "{text}");

    bench.gate.add_permits(3);
    assert_eq!(running.await, Ok(1));
    assert_eq!(join_all(queued).await, vec![Ok(2); 2]);
    assert_eq!(pushed_back.await.expect("room again").await, Ok(3));
}

#[tokio::test]
async fn after_a_failed_commit_every_write_is_refused() {
    let mut bench = bench(8, 8, Some(2));
    bench.gate.add_permits(1);
    assert_eq!(bench.writer.submit(1).await, Ok(1));
    assert_eq!(bench.batches.recv().await, Some(vec![1]));

    let in_doubt = bench.writer.enqueue(2).await.expect("room");
    assert_eq!(bench.batches.recv().await, Some(vec![2]));
    let behind = bench.writer.enqueue(3).await.expect("room");
    bench.gate.add_permits(8);

    assert_eq!(in_doubt.await, Err(SubmitError::Failed));
    assert_eq!(behind.await, Err(SubmitError::Failed));
    assert_eq!(bench.writer.submit(4).await, Err(SubmitError::Failed));
    assert_eq!(bench.writer.try_submit(5).await, Err(SubmitError::Failed));
    assert!(bench.writer.has_failed());
}

#[tokio::test]
async fn a_closing_writer_commits_what_it_took_and_takes_no_more() {
    let mut bench = bench(8, 8, None);
    let running = bench.writer.enqueue(1).await.expect("room");
    assert_eq!(bench.batches.recv().await, Some(vec![1]));
    let queued = bench.writer.enqueue(2).await.expect("room");

    let mut drain = Box::pin(bench.shutdown.drain(DRAIN_MAX));
    assert!(poll!(&mut drain).is_pending());
    bench.gate.add_permits(2);
    drain.await.expect("the writer ends");

    assert_eq!(running.now_or_never(), Some(Ok(1)));
    assert_eq!(queued.now_or_never(), Some(Ok(2)));
    assert_eq!(bench.writer.submit(3).await, Err(SubmitError::ShuttingDown));
    assert!(!bench.writer.has_failed());
}

#[tokio::test]
async fn a_panicking_handler_leaves_a_failed_writer() {
    struct Panics;
    impl CommitBatch for Panics {
        type Job = u32;
        type Answer = ();
        async fn commit(&mut self, _: Vec<Pending<u32, ()>>) -> Result<(), WriterFailed> {
            panic!("broken on purpose")
        }
    }
    let shutdown = Shutdown::new();
    let writer = Writer::start("test", Limits::default(), Panics, &Metrics::new(), &shutdown);
    assert_eq!(writer.submit(1).await, Err(SubmitError::Failed));
    shutdown.drain(DRAIN_MAX).await.expect("the writer is gone");
    assert!(writer.has_failed());
    assert_eq!(writer.submit(2).await, Err(SubmitError::Failed));
}

#[tokio::test]
async fn a_caller_that_goes_away_does_not_hold_up_the_others() {
    static COMMITTED: AtomicUsize = AtomicUsize::new(0);
    struct Counts;
    impl CommitBatch for Counts {
        type Job = ();
        type Answer = usize;
        async fn commit(&mut self, batch: Vec<Pending<(), usize>>) -> Result<(), WriterFailed> {
            for pending in batch {
                pending.reply.send(COMMITTED.fetch_add(1, Ordering::Relaxed) + 1);
            }
            Ok(())
        }
    }
    let shutdown = Shutdown::new();
    let writer = Writer::start("test", Limits::default(), Counts, &Metrics::new(), &shutdown);
    drop(writer.enqueue(()).await.expect("room"));
    let answer =
        tokio::time::timeout(Duration::from_secs(5), writer.submit(())).await.expect("the second caller is answered");
    assert_eq!(answer, Ok(2));
}
