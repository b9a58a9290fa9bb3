use tokio::sync::oneshot;

use super::*;

#[tokio::test]
async fn a_drain_waits_for_tasks_first_and_for_those_that_served_them_last() {
    let shutdown = Shutdown::new();
    let (job, mut inbox) = oneshot::channel::<u32>();
    let draining = shutdown.draining();
    shutdown.spawn("caller", async move {
        draining.await;
        // Everybody else gets a turn before the work that began before the drain is handed in.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        job.send(7).expect("the writer is still there");
    });
    let closing = shutdown.closing();
    let writer = shutdown.spawn_until_closing("writer", async move {
        closing.await;
        inbox.try_recv().expect("whoever had work handed it in before the writer closed")
    });

    shutdown.drain(DRAIN_MAX).await.expect("all tasks end");
    assert_eq!(writer.await.expect("the writer ended"), 7);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_does_not_end_is_named() {
    let shutdown = Shutdown::new();
    shutdown.spawn("stuck", std::future::pending::<()>());
    shutdown.spawn("fine", shutdown.draining());
    shutdown.spawn_until_closing("slow-writer", std::future::pending::<()>());

    let unfinished = shutdown.drain(Duration::from_secs(1)).await.expect_err("two tasks never end");
    assert_eq!(unfinished, Unfinished(vec!["slow-writer", "stuck"]));
    assert_eq!(unfinished.to_string(), "the drain ended before these tasks did: `slow-writer`, `stuck`");
}

#[tokio::test]
async fn a_panic_in_a_task_leaves_the_process_running() {
    let shutdown = Shutdown::new();
    let task = shutdown.spawn("fragile", async { panic!("broken on purpose") });
    assert!(task.await.expect_err("it panicked").is_panic());
    assert!(!shutdown.is_draining());
}

#[tokio::test]
async fn a_panic_in_a_vital_task_begins_the_drain() {
    let shutdown = Shutdown::new();
    let task = shutdown.spawn_vital("heart", async { panic!("broken on purpose") });
    assert!(task.await.expect_err("it panicked").is_panic());
    shutdown.draining().await;
}

#[tokio::test]
async fn a_vital_task_that_ends_early_begins_the_drain() {
    let shutdown = Shutdown::new();
    shutdown.spawn_vital("heart", async {}).await.expect("it ended");
    shutdown.draining().await;
    assert!(shutdown.has_failed());
}

#[tokio::test]
async fn a_vital_task_that_ends_with_the_drain_is_no_failure() {
    let shutdown = Shutdown::new();
    let heart = shutdown.spawn_vital("heart", shutdown.draining());
    shutdown.begin();
    heart.await.expect("it ended");
    assert!(!shutdown.has_failed());
}
