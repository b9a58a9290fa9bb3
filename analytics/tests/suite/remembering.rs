//! An export is held to the checkpoint that its reader remembers.

use analytics::export::{Error, Pinned, Remembered, VerifiedExport, verify};
use countersign_api::candidate::v1::RejectionReason;

use super::bench::Bench;
use super::log::Log;
use super::story::{Story, task};

fn log(candidates: u128, reason: RejectionReason) -> Log {
    let mut story = Story::new();
    for number in 0..candidates {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), "{}");
        story.reject(&mut candidate, "humans/anna", reason);
    }
    story.log
}

async fn verify_holding(log: Log, remembered: Remembered) -> Result<VerifiedExport, Error> {
    let bench = Bench::with(log).await;
    bench.export().await.expect("exported");
    let key = bench.ledger.behaviour().log.verifying_key();
    verify(&bench.export_folder(), Pinned::log(&key).with_remembered(remembered), |_| {})
}

fn seen(log: &Log) -> Remembered {
    let checkpoint = log.checkpoint();
    Remembered { size: checkpoint.size(), root: checkpoint.root() }
}

#[tokio::test]
async fn a_log_that_grew_is_the_one_that_was_seen_and_a_shorter_or_forked_one_is_not() {
    for candidates in [0, 1, 5, 8, 9] {
        let remembered = seen(&log(candidates, RejectionReason::Duplicate));
        verify_holding(log(9, RejectionReason::Duplicate), remembered).await.expect("it has only grown");
    }
    let remembered = seen(&log(9, RejectionReason::Duplicate));
    let shorter = verify_holding(log(8, RejectionReason::Duplicate), remembered).await.expect_err("cut off");
    assert!(matches!(shorter, Error::RememberedMore { size: 16, remembered: 18, .. }) && shorter.is_unverified());
    let forked = verify_holding(log(10, RejectionReason::Other), remembered).await.expect_err("forked");
    assert!(matches!(forked, Error::RememberedDiffers { size: 18, .. }) && forked.is_unverified());
}
