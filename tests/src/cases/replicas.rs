//! Three processes over one PostgreSQL, each with candidates and ledger, at work for everybody; one of them is killed with `kill -9` every
//! second and started again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::stream::{FuturesUnordered, StreamExt as _};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::MissedTickBehavior;

use system_tests::harness::office::Office;
use system_tests::harness::{Databases, Installation, Replicas, Seed};

const PROCESSES: usize = 3;

/// Kills in the suite; `COUNTERSIGN_KILLS` asks for another number.
const KILLS: usize = 15;

const KILL_EVERY: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_three_killed_every_second_loses_nothing_and_nobody_does_anything_twice() {
    let kills = std::env::var("COUNTERSIGN_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number"));
    let databases = Databases::new();
    let replicas = Replicas::over(&databases, PROCESSES).await;
    let seed = Seed::printed();
    let began = Instant::now();
    let mut killing_secs = 0.0;
    let outcome = Office::work_during(&replicas, async {
        let mut seconds = tokio::time::interval(KILL_EVERY);
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut starting = FuturesUnordered::new();
        let mut killed = 0;
        while killed < kills {
            tokio::select! {
                Some(()) = starting.next() => {}
                // However long starts take: the last one that lives is left alone.
                _ = seconds.tick(), if starting.len() + 1 < PROCESSES => {
                    let living: Vec<usize> = replicas.living_ones().collect();
                    let which = living[usize::try_from(seed.below(living.len() as u64)).expect("small")];
                    replicas.kill(which);
                    starting.push(replicas.start_again(which));
                    killed += 1;
                    if killed % 60 == 0 {
                        println!("{killed} kills");
                    }
                }
            }
        }
        killing_secs = began.elapsed().as_secs_f64();
        starting.collect::<()>().await;
    });
    let outcome = Box::pin(outcome).await;
    let counts = outcome.check();
    let performed = performed_once(&replicas).await;
    println!(
        "{PROCESSES} processes, {kills} kills in {killing_secs:.0} s: {counts}; the processes' own executors performed {performed} actions, none twice"
    );
    assert!(outcome.counts.lost > 0 && outcome.counts.streams > 0, "kills met somebody at work");
}

/// Asserts that no action was performed by two of the processes; counts those that were.
async fn performed_once(replicas: &Replicas) -> usize {
    let mut performed = BTreeMap::new();
    for (process, installation) in replicas.installations().enumerate() {
        for key in calls(installation).await {
            let before = performed.insert(key.clone(), process);
            assert_eq!(before, None, "`{key}` was performed by process {process}, too");
        }
    }
    performed.len()
}

/// Reads what was performed on the sandbox of a data folder.
async fn calls(installation: &Installation) -> Vec<String> {
    let file = installation.data_dir().join("sandbox.db");
    let mut sandbox = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.expect("it opens");
    let calls = sqlx::query_scalar("SELECT idempotency_key FROM calls").fetch_all(&mut sandbox).await;
    sandbox.close().await.expect("it closes");
    calls.expect("it reads")
}
