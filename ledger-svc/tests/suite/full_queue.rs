use countersign_api::ledger::v1::{AppendStreamRequest, NewEntry, append_stream_response::Result as Outcome};
use futures::{StreamExt, stream, stream::FuturesUnordered};
use ledger_svc::{LedgerConfig, QueueLimits, limits};
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tonic::Code;
use tonic_types::StatusExt;

use crate::bench::{Bench, Files, PARENT, append, entry, read_all, reason};

/// Holds the disk back: nothing is committed until it is let go.
async fn hold_the_disk(files: &Files) -> SqliteConnection {
    let mut holder = SqliteConnectOptions::new().filename(files.ledger()).connect().await.expect("it opens");
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut holder).await.expect("nobody writes");
    holder
}

async fn let_go(mut holder: SqliteConnection) {
    sqlx::raw_sql("ROLLBACK").execute(&mut holder).await.expect("let go");
    holder.close().await.expect("it closes");
}

/// Sends batches at once while the disk is held; lets it go after `refusals_least` refusals; returns refused and appended.
async fn flood(files: &Files, bench: &Bench, batches: Vec<Vec<NewEntry>>, refusals_least: usize) -> (usize, usize) {
    let mut holder = Some(hold_the_disk(files).await);
    let mut calls: FuturesUnordered<_> = batches
        .into_iter()
        .map(|batch| {
            let mut relay = bench.relay.clone();
            async move { append(&mut relay, batch).await }
        })
        .collect();
    let (mut refused, mut appended) = (0, 0);
    while let Some(answer) = calls.next().await {
        match answer {
            Ok(_) => appended += 1,
            Err(status) => {
                assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "QUEUE_FULL"));
                let retry = status.get_details_retry_info().expect("a RetryInfo");
                assert!(retry.retry_delay.is_some_and(|delay| !delay.is_zero()));
                refused += 1;
            }
        }
        if refused >= refusals_least
            && let Some(holder) = holder.take()
        {
            let_go(holder).await;
        }
    }
    (refused, appended)
}

fn config(files: &Files, queue: QueueLimits) -> LedgerConfig {
    LedgerConfig { queue, ..files.config() }
}

#[tokio::test]
async fn a_queue_full_of_jobs_refuses_at_once_and_says_when_to_come_back() {
    let files = Files::new();
    let queue = QueueLimits { jobs_max: 2, commit_jobs_max: 1, ..QueueLimits::default() };
    let bench = files.serve_with(config(&files, queue)).await;
    let batches = (0..8).map(|number| vec![entry(&format!("k/{number}"), "said")]).collect();
    // One job is at the disk and two wait, or, if the first was not taken yet when the others came, two wait.
    let (refused, appended) = flood(&files, &bench, batches, 5).await;
    assert_eq!(refused + appended, 8);
    assert!(refused >= 5, "{refused}");
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), appended);
}

#[tokio::test]
async fn a_queue_full_of_bytes_refuses_as_well() {
    let files = Files::new();
    let queue = QueueLimits { bytes_max: 0, ..QueueLimits::default() };
    let bench = files.serve_with(config(&files, queue)).await;
    let megabytes = |number: usize| {
        let large = |part| NewEntry { content: vec![1; 256 * 1024], ..entry(&format!("{number}/{part}"), "") };
        (0..16).map(large).collect()
    };
    // Each batch is a little over a quarter of the least room there is: three fit.
    assert_eq!(limits::QUEUE_LEAST_BYTES, 4 * 16 * 256 * 1024);
    let (refused, appended) = flood(&files, &bench, (0..6).map(megabytes).collect(), 3).await;
    assert_eq!((refused, appended), (3, 3));
}

#[tokio::test]
async fn a_stream_waits_where_a_batch_is_refused() {
    let files = Files::new();
    let queue = QueueLimits { jobs_max: 2, commit_jobs_max: 1, ..QueueLimits::default() };
    let bench = files.serve_with(config(&files, queue)).await;
    let holder = hold_the_disk(&files).await;
    let item = |number| {
        let entry = entry(&format!("k/{number}"), "said");
        AppendStreamRequest { parent: PARENT.to_owned(), entry: Some(entry) }
    };
    let mut answers =
        bench.relay.clone().append_stream(stream::iter((0..20).map(item))).await.expect("open").into_inner();
    let_go(holder).await;
    for number in 0..20 {
        let answer = answers.message().await.expect("an answer").expect("the stream goes on");
        assert!(matches!(answer.result, Some(Outcome::Receipt(receipt)) if receipt.index == number));
    }
}
