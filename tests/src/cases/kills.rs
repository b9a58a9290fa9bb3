//! `kill -9` at random moments of the whole system at work: proposers, a reviewer, an executor and a recorder lose nothing that they
//! were told, and nothing happens twice.

use system_tests::harness::office::Office;
use system_tests::harness::{Replicas, Seed};

/// Kills in the suite; `COUNTERSIGN_KILLS` asks for another number.
const KILLS: usize = 12;

/// The latest moment of a kill, after the process is there.
const KILL_MAX_MS: u64 = 300;

/// Kills between two verifications of the files as they were left.
const VERIFY_EVERY: usize = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_keeps_what_was_answered_and_does_nothing_twice() {
    let kills = std::env::var("COUNTERSIGN_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"));
    let seed = Seed::printed();
    let replicas = Replicas::over_files().await;
    let outcome = Office::work_during(&replicas, async {
        for kill in 1..=kills {
            seed.moment_below_ms(KILL_MAX_MS).await;
            replicas.kill(0);
            if kill % VERIFY_EVERY == 0 {
                replicas.installations().for_each(|it| it.run(&["ledger", "verify"]).expect(0, &[]));
            }
            if kill % 100 == 0 {
                println!("{kill} kills");
            }
            replicas.start_again(0).await;
        }
    });
    let counts = Box::pin(outcome).await.check();
    println!("{kills} kills: {counts}");
}
