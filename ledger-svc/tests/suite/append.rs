use std::{os::unix::fs::PermissionsExt, time::Duration};

use countersign_api::ledger::v1::{GetEntryByKeyRequest, GetEntryRequest, NewEntry};
use ledger_format::{Commitment, Leaf, Salt, commit_content, leaf_hash};
use tonic::Code;
use tonic_types::StatusExt;

use crate::bench::{Files, PARENT, content, entry, origin, read_all, reason};

crate::bench::on_both! {
    an_entry_is_kept_exactly_as_sent_under_a_salted_commitment,
    the_same_entry_again_gets_the_same_receipt,
    a_key_with_something_else_to_say_is_refused_naming_both_hashes,
    a_batch_with_one_malformed_entry_leaves_nothing,
    a_batch_has_1_to_1000_entries,
    time_in_the_log_never_runs_backwards,
    logs_of_two_workspaces_know_nothing_of_each_other,
}

async fn an_entry_is_kept_exactly_as_sent_under_a_salted_commitment(files: Files) {
    let bench = files.serve().await;
    let sent = entry("0192/1/0", "what happened");
    let receipts = bench.append(vec![sent.clone()]).await.expect("appended");
    assert_eq!((receipts[0].index, receipts[0].replayed), (0, false));

    let request = GetEntryRequest { parent: PARENT.to_owned(), index: 0 };
    let kept = bench.relay.clone().get_entry(request).await.expect("read").into_inner().entry.expect("an entry");
    assert_eq!(kept.content, sent.content);
    assert_eq!(kept.leaf_hash, receipts[0].leaf_hash);
    assert_eq!(leaf_hash(&kept.leaf).as_bytes().as_slice(), kept.leaf_hash);

    let leaf = Leaf::decode(&kept.leaf).expect("a leaf");
    assert_eq!(leaf.origin, origin());
    assert_eq!((leaf.kind, leaf.subject), (sent.kind.as_str(), sent.subject.as_str()));
    assert_eq!((leaf.subject_revision, leaf.principal_reference), (1, "pseudonym-1"));
    assert_eq!(leaf.appended_at_us, 1_795_341_600_000_000);
    let salt = Salt::try_from(kept.salt.as_slice()).expect("a salt");
    let commitment: Commitment = commit_content(&salt, &sent.content);
    assert_eq!(leaf.commitment, commitment);

    let request = GetEntryByKeyRequest { parent: PARENT.to_owned(), idempotency_key: sent.idempotency_key };
    let by_key = bench.relay.clone().get_entry_by_key(request).await.expect("read").into_inner().entry;
    assert_eq!(by_key, Some(kept));
}

async fn the_same_entry_again_gets_the_same_receipt(files: Files) {
    let bench = files.serve().await;
    let batch = vec![entry("a", "1"), entry("b", "2"), entry("a", "1")];
    let first = bench.append(batch.clone()).await.expect("appended");
    assert_eq!(
        first.iter().map(|receipt| (receipt.index, receipt.replayed)).collect::<Vec<_>>(),
        [(0, false), (1, false), (0, true)]
    );

    bench.clock.advance(Duration::from_hours(1));
    let again = bench.append(batch.clone()).await.expect("replayed");
    for (first, again) in first.iter().zip(&again) {
        assert!(again.replayed);
        assert_eq!((first.index, &first.leaf_hash), (again.index, &again.leaf_hash));
    }

    bench.drain().await;
    let bench = files.serve().await;
    assert_eq!(bench.append(batch).await.expect("replayed after a restart"), again);
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 2);
}

async fn a_key_with_something_else_to_say_is_refused_naming_both_hashes(files: Files) {
    let bench = files.serve().await;
    let stands = bench.append(vec![entry("a", "1")]).await.expect("appended").remove(0);
    let others = [entry("a", "2"), NewEntry { subject_revision: 9, ..entry("a", "1") }];
    for other in others {
        let refused = bench.append(vec![entry("new", "new"), other]).await.expect_err("refused");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "IDEMPOTENCY_KEY_REUSED"));
        let metadata = refused.get_details_error_info().expect("an ErrorInfo").metadata;
        assert_eq!((metadata["idempotencyKey"].as_str(), metadata["entryIndex"].as_str()), ("a", "0"));
        let stored = hex::encode(&stands.leaf_hash);
        assert_eq!(metadata["storedLeafHash"], stored);
        assert_ne!(metadata["offeredLeafHash"], stored);
    }
    assert_eq!(
        read_all(&mut bench.relay.clone()).await.len(),
        1,
        "a refused batch leaves nothing, its new key neither"
    );
    assert_eq!(bench.append(vec![entry("new", "other")]).await.expect("still free")[0].index, 1);
}

async fn a_batch_with_one_malformed_entry_leaves_nothing(files: Files) {
    let bench = files.serve().await;
    let malformed = NewEntry { kind: "Not Snake".to_owned(), ..entry("b", "2") };
    let refused = bench.append(vec![entry("a", "1"), malformed]).await.expect_err("refused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_MALFORMED"));
    let violation = refused.get_details_bad_request().expect("a BadRequest").field_violations.remove(0);
    assert_eq!(violation.field, "entries[1].kind");
    assert!(read_all(&mut bench.relay.clone()).await.is_empty());
}

async fn a_batch_has_1_to_1000_entries(files: Files) {
    let bench = files.serve().await;
    let entries = |count: u64| (0..count).map(|number| entry(&format!("k/{number}"), &content(number))).collect();
    for count in [0, 1_001] {
        assert_eq!(reason(&bench.append(entries(count)).await.expect_err("refused")), "REQUEST_MALFORMED");
    }
    assert_eq!(bench.append(entries(1_000)).await.expect("appended").len(), 1_000);
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 1_000);
}

async fn time_in_the_log_never_runs_backwards(files: Files) {
    let bench = files.serve().await;
    bench.append(vec![entry("a", "1")]).await.expect("appended");
    bench.clock.set("2026-11-22T09:00:00Z".parse().expect("a time"));
    bench.append(vec![entry("b", "2")]).await.expect("appended");
    bench.drain().await;

    let bench = files.serve().await;
    bench.clock.set("2020-01-01T00:00:00Z".parse().expect("a time"));
    bench.append(vec![entry("c", "3")]).await.expect("appended");
    let times: Vec<i64> = read_all(&mut bench.relay.clone())
        .await
        .iter()
        .map(|entry| Leaf::decode(&entry.leaf).expect("a leaf").appended_at_us)
        .collect();
    assert_eq!(times, [1_795_341_600_000_000; 3]);
}

async fn logs_of_two_workspaces_know_nothing_of_each_other(files: Files) {
    let bench = files.serve().await;
    bench.append(vec![entry("a", "1"), entry("b", "2")]).await.expect("appended");
    let other = countersign_api::ledger::v1::AppendEntriesRequest {
        parent: "workspaces/other".to_owned(),
        entries: vec![entry("a", "something else")],
    };
    let receipts = bench.relay.clone().append_entries(other).await.expect("appended").into_inner().receipts;
    assert_eq!((receipts[0].index, receipts[0].replayed), (0, false));
}

#[tokio::test]
async fn both_files_are_private() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.append(vec![entry("a", "1")]).await.expect("appended");
    for file in [
        files.ledger(),
        files.content_keys(),
        files.fence(),
        files.path("ledger.db-wal"),
        files.path("content-keys.db-wal"),
        files.path("fence.db-wal"),
    ] {
        let mode = std::fs::metadata(&file).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}
