//! What is wrong with a request is answered with a code, a reason, and words that name the thing, what is wrong with it, and the mend.

use std::time::Duration;

use countersign_api::ledger::v1::{
    GetCheckpointRequest, GetEntryByKeyRequest, GetEntryRequest, NewEntry, ProveConsistencyRequest,
    ProveInclusionRequest, ReadEntriesRequest, SubscribeEntriesRequest,
};
use ledger_format::Leaf;
use service_kit::clock::Clock;
use tonic::{Code, Status};

use crate::bench::{Bench, Files, PARENT, entry, read_all, reason};

crate::bench::on_both! {
    an_entry_too_large_is_named_with_its_size_and_the_limit,
    a_key_that_is_empty_or_too_long_is_named_with_its_bounds,
    a_key_with_other_content_is_named_with_both_hashes,
    a_proof_for_a_size_that_there_is_not_is_named_with_the_size_that_there_is,
    a_log_that_nobody_has_written_to_is_said_to_be_empty,
    a_clock_that_was_set_back_is_told_and_the_logs_times_are_not,
}

/// A workspace that nobody has written to.
const NOWHERE: &str = "workspaces/nowhere";

/// Asserts code, reason, and that the message has these words: the thing, what is wrong, and the mend.
fn assert_says(refused: &Status, code: Code, expected: &str, words: &[&str]) {
    assert_eq!((refused.code(), reason(refused).as_str()), (code, expected), "{refused:?}");
    for word in words {
        assert!(refused.message().contains(word), "`{word}` is not in `{}`", refused.message());
    }
}

async fn with_three_entries(files: &Files) -> Bench {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    bench
}

async fn refused(bench: &Bench, entry: NewEntry) -> Status {
    let refused = bench.append(vec![entry]).await.expect_err("bad input");
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 3, "nothing of it is kept");
    refused
}

async fn an_entry_too_large_is_named_with_its_size_and_the_limit(files: Files) {
    let bench = with_three_entries(&files).await;
    let large = NewEntry { content: vec![1; 262_145], ..entry("large", "") };
    let words = ["`entries[0].content`", "262145 bytes", "at most 262144"];
    assert_says(&refused(&bench, large).await, Code::InvalidArgument, "ITEM_TOO_LARGE", &words);
    // More than the transport takes in one message, though every entry by itself would be fine.
    let batch = (0..40).map(|number| NewEntry { content: vec![1; 262_144], ..entry(&format!("l/{number}"), "") });
    let refused = bench.append(batch.collect()).await.expect_err("bad input");
    assert_says(&refused, Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &["over 8388608 bytes", "smaller messages"]);
}

async fn a_key_that_is_empty_or_too_long_is_named_with_its_bounds(files: Files) {
    let bench = with_three_entries(&files).await;
    for (key, said) in [("", "0 bytes"), (&*"k".repeat(256), "256 bytes")] {
        let words = ["`entries[0].idempotency_key`", said, "give 1 to 255"];
        assert_says(&refused(&bench, entry(key, "said")).await, Code::InvalidArgument, "REQUEST_MALFORMED", &words);
    }
    let words = ["`entries[0].idempotency_key`", "control character", "leave it out"];
    assert_says(&refused(&bench, entry("a\nb", "said")).await, Code::InvalidArgument, "REQUEST_MALFORMED", &words);
    let words = ["`entries[0].content`", "is empty", "say what happened"];
    assert_says(&refused(&bench, entry("key", "")).await, Code::InvalidArgument, "REQUEST_MALFORMED", &words);
}

async fn a_key_with_other_content_is_named_with_both_hashes(files: Files) {
    let bench = with_three_entries(&files).await;
    let stands = hex::encode(&read_all(&mut bench.relay.clone()).await[1].leaf_hash);
    let words = ["`k/1`", "index `1`", &*stands, "under another key"];
    assert_says(&refused(&bench, entry("k/1", "other")).await, Code::AlreadyExists, "IDEMPOTENCY_KEY_REUSED", &words);
}

async fn a_proof_for_a_size_that_there_is_not_is_named_with_the_size_that_there_is(files: Files) {
    let bench = with_three_entries(&files).await;
    for (old_size, new_size, named) in [(4, 0, "old_size `4`"), (0, 9, "new_size `9`"), (3, 2, "old_size `3`")] {
        let request = ProveConsistencyRequest { parent: PARENT.to_owned(), old_size, new_size };
        let refused = bench.relay.clone().prove_consistency(request).await.expect_err("no such size");
        let words = [named, "entries of `workspaces/demo`", "ask within them"];
        assert_says(&refused, Code::OutOfRange, "LOG_RANGE_INVALID", &words);
    }
    let request = ProveConsistencyRequest { parent: PARENT.to_owned(), old_size: -1, new_size: 0 };
    let refused = bench.relay.clone().prove_consistency(request).await.expect_err("no such size");
    let words = ["`old_size`", "`-1` is negative", "count from 0"];
    assert_says(&refused, Code::InvalidArgument, "REQUEST_MALFORMED", &words);
    let request = ProveInclusionRequest { parent: PARENT.to_owned(), indices: vec![0, 3], wait: false };
    let refused = bench.relay.clone().prove_inclusion(request).await.expect_err("no such index");
    assert_says(&refused, Code::OutOfRange, "LOG_RANGE_INVALID", &["index `3`", "`3` entries", "ask within them"]);
}

async fn a_log_that_nobody_has_written_to_is_said_to_be_empty(files: Files) {
    let bench = with_three_entries(&files).await;
    let parent = || NOWHERE.to_owned();
    let mut relay = bench.relay.clone();
    let beyond = [
        relay.get_entry(GetEntryRequest { parent: parent(), index: 0 }).await.expect_err("no entry"),
        relay
            .prove_inclusion(ProveInclusionRequest { parent: parent(), indices: vec![0], wait: false })
            .await
            .expect_err("no entry"),
        relay
            .prove_consistency(ProveConsistencyRequest { parent: parent(), old_size: 1, new_size: 0 })
            .await
            .expect_err("no such size"),
        relay
            .read_entries(ReadEntriesRequest { parent: parent(), start_index: 1, ..ReadEntriesRequest::default() })
            .await
            .expect_err("no entry"),
        relay
            .subscribe_entries(SubscribeEntriesRequest {
                parent: parent(),
                start_index: 1,
                ..SubscribeEntriesRequest::default()
            })
            .await
            .expect_err("no entry"),
    ];
    for refused in beyond {
        let words = ["`workspaces/nowhere`", "has no entries", "check the workspace"];
        assert_says(&refused, Code::OutOfRange, "LOG_RANGE_INVALID", &words);
    }
    let by_key = GetEntryByKeyRequest { parent: parent(), idempotency_key: "k/0".to_owned() };
    let refused = relay.get_entry_by_key(by_key).await.expect_err("no entry");
    let words = ["`workspaces/nowhere`", "`k/0`", "check key and workspace"];
    assert_says(&refused, Code::NotFound, "RESOURCE_NOT_FOUND", &words);
    for parent in ["nowhere", "workspaces/", "workspaces/a/b", "Workspaces/demo", ""] {
        let request = GetCheckpointRequest { parent: parent.to_owned(), least_size: 0 };
        let refused = relay.get_checkpoint(request).await.expect_err("no workspace");
        assert_says(&refused, Code::InvalidArgument, "REQUEST_MALFORMED", &["`parent`", "workspaces/"]);
    }
}

#[tokio::test]
async fn a_malformed_tile_is_named_and_proves_nothing() {
    for change in ["UPDATE tiles SET hashes = zeroblob(31)", "UPDATE tiles SET hashes = substr(hashes, 1, 8160)"] {
        let files = Files::new();
        let bench = files.serve().await;
        bench.fill(0, 300, 300).await;
        files.meddle(&files.ledger(), change).await;
        let request = ProveInclusionRequest { parent: PARENT.to_owned(), indices: vec![7], wait: false };
        let refused = bench.relay.clone().prove_inclusion(request).await.expect_err("no tile");
        assert_says(&refused, Code::DataLoss, "ROW_CORRUPT", &["`tiles`", "`hashes`"]);
        let entry = GetEntryRequest { parent: PARENT.to_owned(), index: 7 };
        bench.relay.clone().get_entry(entry).await.expect("entries are read");
    }
}

async fn a_clock_that_was_set_back_is_told_and_the_logs_times_are_not(files: Files) {
    let bench = with_three_entries(&files).await;
    let behind = |secs: u32| format!("ledger_clock_behind_seconds{{workspace=\"demo\"}} {secs}\n");
    let told = || bench.metrics.to_text().expect("text");
    assert!(told().contains(&behind(0)), "{}", told());
    let before = bench.clock.now();
    bench.clock.set(before - Duration::from_secs(90));
    bench.append(vec![entry("behind", "said")]).await.expect("it is taken");
    assert!(told().contains(&behind(90)), "{}", told());
    bench.clock.set(before + Duration::from_secs(1));
    bench.append(vec![entry("caught up", "said")]).await.expect("it is taken");
    assert!(told().contains(&behind(0)), "{}", told());
    let entries = read_all(&mut bench.relay.clone()).await;
    let times = entries.iter().map(|entry| Leaf::decode(&entry.leaf).expect("a leaf").appended_at_us);
    assert!(times.is_sorted(), "no entry is older than the one before it");
}
