use countersign_api::ledger::v1::{
    GetEntryByKeyRequest, GetEntryRequest, NewEntry, ReadEntriesRequest, SubscribeEntriesRequest,
};
use tonic::Code;

use crate::bench::{Bench, Files, PARENT, entry, reason};

crate::bench::on_both! {
    a_range_is_read_in_order_and_to_its_limit,
    large_contents_come_in_chunks_that_stay_small,
    what_is_beyond_the_log_is_out_of_range,
}

/// What one chunk of a read stream may hold at most.
const CHUNK_MAX_BYTES: usize = 1024 * 1024;

async fn read(bench: &Bench, start_index: i64, limit: i64) -> Vec<i64> {
    let request = ReadEntriesRequest { parent: PARENT.to_owned(), start_index, limit, ..ReadEntriesRequest::default() };
    let mut stream = bench.relay.clone().read_entries(request).await.expect("a stream").into_inner();
    let mut indices = Vec::new();
    while let Some(chunk) = stream.message().await.expect("a chunk") {
        let bytes: usize = chunk.entries.iter().map(|entry| entry.leaf.len() + entry.content.len()).sum();
        assert!(bytes <= CHUNK_MAX_BYTES, "{bytes}");
        indices.extend(chunk.entries.iter().map(|entry| entry.index));
    }
    indices
}

async fn a_range_is_read_in_order_and_to_its_limit(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 300, 100).await;
    assert_eq!(read(&bench, 0, 0).await, (0..300).collect::<Vec<_>>());
    assert_eq!(read(&bench, 250, 10).await, (250..260).collect::<Vec<_>>());
    assert_eq!(read(&bench, 250, 1_000).await, (250..300).collect::<Vec<_>>());
    assert_eq!(read(&bench, 300, 0).await, Vec::<i64>::new());
}

async fn large_contents_come_in_chunks_that_stay_small(files: Files) {
    let bench = files.serve().await;
    for number in 0..12 {
        let large = NewEntry { content: vec![number; 256 * 1024], ..entry(&format!("k/{number}"), "") };
        bench.append(vec![large]).await.expect("appended");
    }
    assert_eq!(read(&bench, 0, 0).await, (0..12).collect::<Vec<_>>());
}

async fn what_is_beyond_the_log_is_out_of_range(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    let mut relay = bench.relay.clone();
    let parent = || PARENT.to_owned();
    let refused = [
        relay.get_entry(GetEntryRequest { parent: parent(), index: 3 }).await.expect_err("beyond"),
        relay
            .read_entries(ReadEntriesRequest {
                parent: parent(),
                start_index: 4,
                limit: 0,
                ..ReadEntriesRequest::default()
            })
            .await
            .expect_err("beyond"),
        relay
            .subscribe_entries(SubscribeEntriesRequest {
                parent: parent(),
                start_index: 4,
                ..SubscribeEntriesRequest::default()
            })
            .await
            .expect_err("beyond"),
    ];
    for refused in refused {
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::OutOfRange, "LOG_RANGE_INVALID"));
    }
    let refused = relay.get_entry(GetEntryRequest { parent: parent(), index: -1 }).await.expect_err("negative");
    assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    let request = GetEntryByKeyRequest { parent: parent(), idempotency_key: "unknown".to_owned() };
    let refused = relay.get_entry_by_key(request).await.expect_err("unknown");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}
