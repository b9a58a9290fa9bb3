//! Several processes over one database: each with a fence of its own, as on machines of their own.

use std::collections::{BTreeMap, BTreeSet};

use countersign_api::ledger::v1::{
    GetCheckpointRequest, GetEntryRequest, Receipt, SubscribeEntriesRequest, SubscribeEntriesResponse,
};
use futures::future::join_all;
use tonic::Streaming;

use crate::bench::{Bench, Files, PARENT, append, content, entry, read_all, reason};

const REPLICAS: usize = 3;
const CALLERS: usize = 8;
const EACH: usize = 20;

async fn replicas(files: &Files) -> Vec<Bench> {
    let mut replicas = Vec::with_capacity(REPLICAS);
    for replica in 0..REPLICAS {
        replicas.push(files.serve_with(files.of_another_machine(&replica.to_string())).await);
    }
    replicas
}

async fn drain(replicas: Vec<Bench>) {
    for replica in replicas {
        replica.drain().await;
    }
}

async fn subscribe(bench: &Bench) -> Streaming<SubscribeEntriesResponse> {
    let request = SubscribeEntriesRequest { parent: PARENT.to_owned(), ..SubscribeEntriesRequest::default() };
    bench.relay.clone().subscribe_entries(request).await.expect("a stream").into_inner()
}

async fn indices_until(stream: &mut Streaming<SubscribeEntriesResponse>, last: i64) -> Vec<i64> {
    let mut indices = Vec::new();
    while indices.last() != Some(&last) {
        let chunk = stream.message().await.expect("a chunk").expect("it goes on");
        indices.extend(chunk.entries.iter().map(|entry| entry.index));
    }
    indices
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_of_all_replicas_share_one_dense_log_and_subscribers_of_any_see_it_whole() {
    let files = Files::on_postgres();
    let replicas = replicas(&files).await;
    let mut streams = Vec::new();
    for replica in &replicas {
        streams.push(subscribe(replica).await);
    }
    let calls = (0..CALLERS).map(|caller| {
        let mut relay = replicas[caller % REPLICAS].relay.clone();
        replicas[0].shutdown.spawn("caller", async move {
            let mut told: Vec<(String, Receipt)> = Vec::new();
            for number in 0..EACH {
                // Callers of different replicas send the same keys: one entry, equal receipts.
                let keys = [format!("shared/{number}"), format!("own/{caller}/{number}")];
                let batch = keys.iter().map(|key| entry(key, &content(number as u64))).collect();
                let receipts = append(&mut relay, batch).await.expect("appended, wherever it was sent");
                told.extend(keys.into_iter().zip(receipts));
            }
            told
        })
    });
    let mut told = BTreeMap::new();
    let mut new = 0;
    for call in join_all(calls).await {
        for (key, receipt) in call.expect("it ran") {
            new += usize::from(!receipt.replayed);
            let place = (receipt.index, receipt.leaf_hash);
            assert_eq!(told.entry(key).or_insert_with(|| place.clone()), &place, "L-5: one key, one receipt");
        }
    }
    let expected = EACH + CALLERS * EACH;
    assert_eq!((told.len(), new), (expected, expected));
    let last = i64::try_from(expected).expect("small") - 1;
    for stream in &mut streams {
        assert_eq!(indices_until(stream, last).await, (0..=last).collect::<Vec<_>>(), "L-1: no watcher skips an index");
    }

    let roots: BTreeSet<Vec<u8>> = join_all(replicas.iter().map(|replica| replica.checkpoint(last + 1)))
        .await
        .into_iter()
        .map(|checkpoint| checkpoint.root)
        .collect();
    assert_eq!(roots.len(), 1, "L-2: one root, whoever signed it");
    drop(streams);
    drain(replicas).await;
    for replica in 0..REPLICAS {
        let fence = files.of_another_machine(&replica.to_string()).fence_path;
        let verified = files.verify_against(&fence).await.expect("whole, whoever's memory it is held against");
        assert_eq!((verified[0].size, verified[0].unsigned_entries()), (expected as u64, 0));
    }
}

#[tokio::test]
async fn what_one_replica_answered_every_other_knows_at_once() {
    let files = Files::on_postgres();
    let replicas = replicas(&files).await;
    for number in 0..20 {
        let writer = &replicas[number % REPLICAS];
        let receipt = writer.append(vec![entry(&format!("k/{number}"), "said")]).await.expect("appended").remove(0);
        for replica in &replicas {
            let request = GetEntryRequest { parent: PARENT.to_owned(), index: receipt.index };
            let read = replica.relay.clone().get_entry(request).await.expect("known at once").into_inner();
            assert_eq!(read.entry.expect("an entry").leaf_hash, receipt.leaf_hash);
            assert_eq!(read_all(&mut replica.relay.clone()).await.len(), number + 1);
        }
    }
    drain(replicas).await;
}

#[tokio::test]
async fn a_checkpoint_is_never_older_on_another_replica() {
    let files = Files::on_postgres();
    let replicas = replicas(&files).await;
    let mut least = 0;
    for number in 0..12_u64 {
        let signed = replicas[0].fill(number, number + 1, 1).await;
        assert!(signed.size >= least);
        least = signed.size;
        for replica in &replicas {
            let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 0 };
            let read = replica.relay.clone().get_checkpoint(request).await.expect("a checkpoint").into_inner();
            assert!(
                read.checkpoint.expect("it is set").size >= least,
                "who remembers a size is never shown a smaller one"
            );
        }
    }
    drain(replicas).await;
}

#[tokio::test]
async fn what_a_replica_left_unsigned_another_signs() {
    let files = Files::on_postgres();
    let gone = files.serve_unsigned(files.of_another_machine("gone")).await;
    gone.append(vec![entry("k", "said")]).await.expect("appended");
    let other = files.serve_with(files.of_another_machine("other")).await;
    assert_eq!(other.checkpoint(1).await.size, 1, "left before it came");
    gone.append(vec![entry("k/2", "said")]).await.expect("appended");
    assert_eq!(other.checkpoint(2).await.size, 2, "left while it was there");
    gone.drain().await;
    other.drain().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_checkpoint_is_covered_once_and_proved_by_every_replica() {
    let files = Files::on_postgres();
    let here = files.serve_covering(files.of_another_machine("here")).await;
    let there = files.serve_covering(files.of_another_machine("there")).await;
    here.fill(0, 3, 3).await;
    let mut places = BTreeSet::new();
    for bench in [&here, &there] {
        let covered = bench.covered(PARENT, 3).await;
        assert_eq!(covered.covered_size, 3);
        places.insert(covered.proof.expect("it is set").index);
    }
    assert_eq!(places.len(), 1, "one checkpoint, one entry, whoever covers it");
    here.drain().await;
    there.drain().await;
    let verified = files.verify_against(&files.path("here-fence.db")).await.expect("whole");
    assert_eq!(verified.len(), 2, "the log and the log of logs");
}

#[tokio::test]
async fn an_older_database_is_refused_by_whoever_saw_the_newer_one_signed_by_another() {
    let files = Files::on_postgres();
    let (writer, watcher) = (files.of_another_machine("writer"), files.of_another_machine("watcher"));
    let bench = files.serve_with(writer).await;
    bench.fill(0, 5, 5).await;
    bench.drain().await;
    let older = files.database().copy();

    let (bench, beside) = (files.serve().await, files.serve_with(watcher).await);
    bench.fill(5, 9, 2).await;
    beside.checkpoint(9).await;
    bench.drain().await;
    beside.drain().await;

    let mut config = files.of_another_machine("watcher");
    config.place = crate::bench::databases(older.url(), files.key_database().url());
    let bench = files.serve_with(config).await;
    let refused = bench.append(vec![entry("fork", "said")]).await.expect_err("it is an older copy");
    assert_eq!(reason(&refused), "LOG_BEHIND_FENCE");
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 5, "reads go on");
    bench.drain().await;
}

#[tokio::test]
async fn a_database_that_loses_entries_under_a_running_process_halts_it() {
    let files = Files::on_postgres();
    let bench = files.serve().await;
    bench.fill(0, 5, 5).await;
    files.database().execute(
        "SET search_path = countersign_ledger; SET session_replication_role = replica; \
         DELETE FROM entries WHERE entry_index >= 3; DELETE FROM checkpoints; UPDATE heads SET size = 3, signed_size = 0",
    );
    let refused = bench.append(vec![entry("fork", "said")]).await.expect_err("it went back");
    assert_eq!(reason(&refused), "LOG_BEHIND_FENCE");
    bench.drain().await;
}
