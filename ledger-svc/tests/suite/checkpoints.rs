use countersign_api::ledger::v1::GetCheckpointRequest;
use futures::{FutureExt, poll};
use ledger_format::{SignedCheckpoint, VerifyingKey, empty_root};
use tonic::Code;

use crate::bench::{Files, PARENT, entry, origin, reason, verifying_key};

crate::bench::on_both! {
    every_commit_is_soon_under_a_checkpoint_signed_by_the_pinned_key,
    an_empty_log_has_a_checkpoint_of_nothing_and_the_key_is_told,
    a_caller_waits_until_a_checkpoint_covers_what_it_asks_for,
    a_drain_ends_the_wait_for_what_will_not_come,
    a_drained_ledger_is_wholly_signed,
    sizes_and_commits_are_counted,
}

async fn every_commit_is_soon_under_a_checkpoint_signed_by_the_pinned_key(files: Files) {
    let bench = files.serve().await;
    for size in 1..=20 {
        let checkpoint = bench.fill(size - 1, size, 1).await;
        let signed = SignedCheckpoint::parse(&checkpoint.signed_note).expect("a note");
        let said = signed.verify(&verifying_key(), &origin()).expect("signed");
        assert!(said.size() >= size);
        assert_eq!(said.root().as_bytes().as_slice(), checkpoint.root);
        assert_eq!(i64::try_from(said.size()), Ok(checkpoint.size));
    }
}

async fn an_empty_log_has_a_checkpoint_of_nothing_and_the_key_is_told(files: Files) {
    let bench = files.serve().await;
    let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 0 };
    let response = bench.relay.clone().get_checkpoint(request).await.expect("read").into_inner();
    assert_eq!(response.verifying_key.parse::<VerifyingKey>().expect("a key"), verifying_key());
    let checkpoint = response.checkpoint.expect("it is set");
    assert_eq!((checkpoint.size, checkpoint.root.as_slice()), (0, empty_root().as_bytes().as_slice()));
}

async fn a_caller_waits_until_a_checkpoint_covers_what_it_asks_for(files: Files) {
    let bench = files.serve().await;
    let mut relay = bench.relay.clone();
    let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 3 };
    let mut waiting = Box::pin(relay.get_checkpoint(request));
    assert!(poll!(&mut waiting).is_pending());
    bench.fill(0, 2, 1).await;
    assert!(waiting.as_mut().now_or_never().is_none());
    bench.fill(2, 3, 1).await;
    assert!(waiting.await.expect("covered").into_inner().checkpoint.expect("it is set").size >= 3);
}

async fn a_drain_ends_the_wait_for_what_will_not_come(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 1, 1).await;
    let mut relay = bench.relay.clone();
    let request = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 2 };
    let mut waiting = Box::pin(relay.get_checkpoint(request));
    assert!(poll!(&mut waiting).is_pending());
    bench.shutdown.begin();
    let refused = waiting.await.expect_err("nothing will come");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
}

async fn a_drained_ledger_is_wholly_signed(files: Files) {
    let bench = files.serve().await;
    for number in 0..50 {
        bench.append(vec![entry(&format!("k/{number}"), "said")]).await.expect("appended");
    }
    bench.drain().await;
    let verified = files.verify().await.expect("whole");
    assert_eq!((verified[0].size, verified[0].unsigned_entries()), (50, 0));
}

async fn sizes_and_commits_are_counted(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 12, 4).await;
    let text = bench.metrics.to_text().expect("text");
    for line in [
        "countersign_ledger_entries_total 12\n",
        "countersign_ledger_size{workspace=\"demo\"} 12\n",
        "countersign_ledger_signed_size{workspace=\"demo\"} 12\n",
        "countersign_writer_queue_depth{writer=\"ledger\"} 0\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(bench.health.faults().is_empty());
}
