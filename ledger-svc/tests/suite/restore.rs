use countersign_api::ledger::v1::{AppendEntriesRequest, GetCheckpointRequest, ProveInclusionRequest};
use ledger_format::SigningKey;
use ledger_svc::{
    BuildError, LedgerConfig,
    audit::{Error, What},
};
use tonic::{Code, Status};

use crate::bench::{Bench, Files, PARENT, content, copy, entry, read_all, reason};

fn assert_refused(refused: &Status, expected: &str) {
    let code = if expected == "LOG_BEHIND_FENCE" { Code::FailedPrecondition } else { Code::Unavailable };
    assert_eq!((refused.code(), reason(refused).as_str()), (code, expected), "{refused:?}");
}

/// Neither takes an entry, nor signs, nor proves; entries are read.
async fn assert_halted(bench: &Bench, expected: &str, size: usize) {
    assert_refused(&bench.append(vec![entry("more", "more")]).await.expect_err("halted"), expected);
    let mut relay = bench.relay.clone();
    let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 0 };
    assert_refused(&relay.get_checkpoint(checkpoint).await.expect_err("halted"), expected);
    let proof = ProveInclusionRequest { parent: PARENT.to_owned(), indices: vec![0], wait: false };
    assert_refused(&relay.prove_inclusion(proof).await.expect_err("halted"), expected);
    assert_eq!(read_all(&mut relay).await.len(), size);
}

async fn found(files: &Files) -> What {
    match files.verify().await {
        Err(Error::Found(finding)) => *finding.what,
        other => panic!("nothing was found: {other:?}"),
    }
}

/// A ledger of 20 entries, with copies of both files from when it had 10.
async fn grown() -> Files {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 10, 5).await;
    bench.drain().await;
    copy(&files.ledger(), &files.path("ledger.old"));
    copy(&files.fence(), &files.path("fence.old"));
    let bench = files.serve().await;
    bench.fill(10, 20, 5).await;
    bench.drain().await;
    files
}

#[tokio::test]
async fn an_older_ledger_file_is_read_and_never_signed() {
    let files = grown().await;
    copy(&files.ledger(), &files.path("ledger.new"));
    copy(&files.path("ledger.old"), &files.ledger());
    let bench = files.serve().await;
    assert_halted(&bench, "LOG_BEHIND_FENCE", 10).await;
    bench.drain().await;
    assert_eq!(found(&files).await, What::LogBehindFence { size: 10, fence_size: 20 });

    copy(&files.path("ledger.new"), &files.ledger());
    let bench = files.serve().await;
    bench.fill(20, 30, 5).await;
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole again")[0].size, 30);
}

#[tokio::test]
async fn the_other_workspaces_of_the_file_go_on() {
    let files = grown().await;
    copy(&files.path("ledger.old"), &files.ledger());
    let bench = files.serve().await;
    let other = AppendEntriesRequest { parent: "workspaces/other".to_owned(), entries: vec![entry("a", "1")] };
    bench.relay.clone().append_entries(other).await.expect("appended");
    let checkpoint = GetCheckpointRequest { parent: "workspaces/other".to_owned(), least_size: 1 };
    bench.relay.clone().get_checkpoint(checkpoint).await.expect("signed");
    assert_halted(&bench, "LOG_BEHIND_FENCE", 10).await;
}

#[tokio::test]
async fn a_second_history_is_never_signed_however_long_it_is() {
    for last in [20, 35] {
        let files = grown().await;
        let fork = Files::new();
        copy(&files.path("ledger.old"), &fork.ledger());
        copy(&files.path("fence.old"), &fork.fence());
        copy(&files.content_keys(), &fork.content_keys());
        let bench = fork.serve().await;
        for number in 10..last {
            bench.append(vec![entry(&format!("fork/{number}"), &content(number))]).await.expect("appended");
        }
        bench.drain().await;

        copy(&fork.ledger(), &files.ledger());
        let bench = files.serve().await;
        let size = usize::try_from(last).expect("small");
        // The fork's last checkpoint may cover more than the fence knows: then it is the fence that is behind.
        assert_halted(&bench, "LOG_BEHIND_FENCE", size).await;
        bench.drain().await;
        let what = found(&files).await;
        assert!(matches!(what, What::FenceRootDiffers { fence_size: 20 }), "{what:?}");
    }
}

#[tokio::test]
async fn an_older_or_lost_fence_file_is_noticed() {
    let files = grown().await;
    copy(&files.fence(), &files.path("fence.new"));
    copy(&files.path("fence.old"), &files.fence());
    let bench = files.serve().await;
    assert_halted(&bench, "LOG_BEHIND_FENCE", 20).await;
    bench.drain().await;
    assert_eq!(found(&files).await, What::FenceBehind { checkpoint_size: 20, fence_size: 10 });

    std::fs::remove_file(files.fence()).expect("lost");
    let bench = files.serve().await;
    assert_halted(&bench, "LOG_BEHIND_FENCE", 20).await;
    bench.drain().await;
    assert_eq!(found(&files).await, What::FenceBehind { checkpoint_size: 20, fence_size: 0 });

    copy(&files.path("fence.new"), &files.fence());
    files.serve().await.fill(20, 25, 5).await;
}

#[tokio::test]
async fn another_signing_key_is_refused_at_the_start() {
    let files = grown().await;
    let other = SigningKey::from_seed(crate::bench::ORIGIN_PREFIX, &[9; 32]).expect("a key");
    let config = LedgerConfig { signer: other.into(), ..files.config() };
    let refused = crate::bench::build(config).await.expect_err("another key");
    assert!(matches!(&refused, BuildError::OtherKey { .. }), "{refused}");
    assert!(refused.to_string().contains("countersign.local/workspaces/demo"), "{refused}");
    assert_eq!(files.verify().await.expect("untouched")[0].size, 20);
}

#[tokio::test]
async fn files_of_another_origin_prefix_are_refused_at_the_start() {
    let files = grown().await;
    let prefix = "elsewhere.example";
    let signing_key = SigningKey::from_seed(prefix, &[9; 32]).expect("a key");
    let config = LedgerConfig { signer: signing_key.into(), origin_prefix: prefix.to_owned(), ..files.config() };
    let refused = crate::bench::build(config).await.expect_err("another prefix");
    assert!(matches!(&refused, BuildError::UnknownOrigin { .. }), "{refused}");
    assert!(refused.to_string().contains("countersign.local/workspaces/demo"), "{refused}");
}
