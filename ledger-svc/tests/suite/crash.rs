use std::sync::mpsc;

use countersign_api::ledger::v1::Receipt;
use ledger_svc::{
    log::Head,
    store::fence::{Advance, FenceStore},
};
use tokio::runtime::Runtime;

use crate::bench::{Files, append, content, entry, origin, read_all};

/// Serves and appends from four callers, and stops everything at once after so many answers; returns what was answered.
fn append_until_killed(files: &Files, round: u64, answers_max: usize) -> Vec<(String, Receipt)> {
    let runtime = Runtime::new().expect("a runtime");
    let (told, answers) = mpsc::channel();
    let bench = runtime.block_on(files.serve());
    for caller in 0..4 {
        let (mut relay, told) = (bench.relay.clone(), told.clone());
        runtime.spawn(async move {
            for number in 0.. {
                let key = format!("{round}/{caller}/{number}");
                let Ok(receipts) = append(&mut relay, vec![entry(&key, &content(number))]).await else { return };
                if told.send((key, receipts[0].clone())).is_err() {
                    return;
                }
            }
        });
    }
    let answered = answers.iter().take(answers_max).collect();
    runtime.shutdown_background();
    answered
}

#[test]
fn what_was_answered_survives_a_process_that_ends_at_any_moment() {
    let files = Files::new();
    let mut told = Vec::new();
    for (round, answers_max) in [1, 2, 3, 7, 40, 100, 5, 1].into_iter().enumerate() {
        told.extend(append_until_killed(&files, round as u64, answers_max));
        Runtime::new().expect("a runtime").block_on(async {
            let bench = files.serve().await;
            let kept = read_all(&mut bench.relay.clone()).await;
            for (position, entry) in kept.iter().enumerate() {
                assert_eq!(usize::try_from(entry.index), Ok(position), "L-1");
            }
            for (key, receipt) in &told {
                let entry = &kept[usize::try_from(receipt.index).expect("small")];
                assert_eq!(entry.leaf_hash, receipt.leaf_hash, "L-3: `{key}` was answered");
            }
            bench.checkpoint(i64::try_from(kept.len()).expect("small")).await;
            bench.drain().await;
            let verified = files.verify().await.expect("whole");
            assert_eq!((verified[0].size, verified[0].unsigned_entries()), (kept.len() as u64, 0));
        });
    }
}

#[tokio::test]
async fn entries_committed_and_not_signed_are_signed_at_the_next_start() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 10, 10).await;
    bench.drain().await;

    let bench = files.serve_unsigned(files.config()).await;
    let receipt = bench.append(vec![entry("tail", "not signed")]).await.expect("appended").remove(0);
    bench.drain().await;
    let verified = files.verify().await.expect("whole");
    assert_eq!((verified[0].signed_size, verified[0].unsigned_entries()), (10, 1));

    let bench = files.serve().await;
    bench.checkpoint(11).await;
    let again = bench.append(vec![entry("tail", "not signed")]).await.expect("replayed").remove(0);
    assert_eq!((again.index, again.leaf_hash, again.replayed), (receipt.index, receipt.leaf_hash, true));
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].unsigned_entries(), 0);
}

#[tokio::test]
async fn a_fence_moved_and_a_checkpoint_not_stored_is_made_good_at_the_next_start() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 10, 5).await;
    bench.drain().await;
    let signed = files.verify().await.expect("whole").remove(0);
    let bench = files.serve_unsigned(files.config()).await;
    bench.append((0..3).map(|number| entry(&format!("t/{number}"), "tail")).collect()).await.expect("appended");
    bench.drain().await;
    let tail = files.verify().await.expect("whole").remove(0);

    // The moment after the fence's commit: it stands at 13, the last stored checkpoint at 10.
    let fence = FenceStore::open(&files.fence()).await.expect("it opens");
    let advance = Advance {
        origin: origin(),
        from: Some(Head { size: signed.size, root: signed.root }),
        to: Head { size: tail.size, root: tail.root },
        stored_size: signed.size,
    };
    fence.advance(&[advance]).await.expect("moved");
    fence.close().await;
    assert_eq!(files.verify().await.expect("no finding").remove(0).signed_size, 10);

    let bench = files.serve().await;
    bench.checkpoint(13).await;
    bench.fill(100, 120, 5).await;
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].size, 33);
}
