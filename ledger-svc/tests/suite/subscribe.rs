use countersign_api::ledger::v1::{SubscribeEntriesRequest, SubscribeEntriesResponse};
use futures::future::join_all;
use tonic::{Code, Streaming};

use crate::bench::{Bench, Files, PARENT, append, content, entry, reason};

crate::bench::on_both! {
    subscribers_see_every_entry_once_and_in_order_while_others_append,
    a_subscriber_far_behind_catches_up_chunk_by_chunk,
    a_subscription_to_a_log_nobody_wrote_to_waits_for_its_first_entry,
    a_drain_ends_a_subscription,
}

async fn subscribe(bench: &Bench, start_index: i64) -> Streaming<SubscribeEntriesResponse> {
    let request =
        SubscribeEntriesRequest { parent: PARENT.to_owned(), start_index, ..SubscribeEntriesRequest::default() };
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

async fn subscribers_see_every_entry_once_and_in_order_while_others_append(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 10, 10).await;
    let mut subscriptions = Vec::new();
    for start_index in [0, 5, 10] {
        let mut stream = subscribe(&bench, start_index).await;
        subscriptions.push(async move {
            assert_eq!(indices_until(&mut stream, 409).await, (start_index..410).collect::<Vec<_>>());
        });
    }
    let appending = join_all((0..8).map(|writer| {
        let mut relay = bench.relay.clone();
        async move {
            for number in 0..50 {
                append(&mut relay, vec![entry(&format!("{writer}/{number}"), &content(number))])
                    .await
                    .expect("appended");
            }
        }
    }));
    futures::join!(join_all(subscriptions), appending);
}

async fn a_subscriber_far_behind_catches_up_chunk_by_chunk(files: Files) {
    let bench = files.serve().await;
    for commit in 0..3 {
        bench.fill(commit * 1_000, (commit + 1) * 1_000, 1_000).await;
    }
    let mut stream = subscribe(&bench, 1).await;
    assert_eq!(indices_until(&mut stream, 2_999).await, (1..3_000).collect::<Vec<_>>());
}

async fn a_subscription_to_a_log_nobody_wrote_to_waits_for_its_first_entry(files: Files) {
    let bench = files.serve().await;
    let mut stream = subscribe(&bench, 0).await;
    bench.append(vec![entry("a", "1")]).await.expect("appended");
    assert_eq!(indices_until(&mut stream, 0).await, [0]);
}

async fn a_drain_ends_a_subscription(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 1, 1).await;
    let mut stream = subscribe(&bench, 0).await;
    assert_eq!(indices_until(&mut stream, 0).await, [0]);
    bench.shutdown.begin();
    let ended = stream.message().await.expect_err("the server drains");
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
}
