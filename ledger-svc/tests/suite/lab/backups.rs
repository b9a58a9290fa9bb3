//! An older copy of the ledger put back, with the fence store as it is: whatever its age, it is found.

use ledger_svc::audit::What;

use super::{
    insider::{ENTRIES, Insider},
    tally::Tally,
};
use crate::bench::{Files, copy};

/// Entries between two backups.
const STEP: u64 = 50;

#[tokio::test]
async fn an_older_copy_of_the_ledger_is_found_whatever_its_age() {
    let files = Files::new();
    let backup = |size: u64| format!("ledger.{size}");
    for size in (STEP..=ENTRIES).step_by(usize::try_from(STEP).expect("small")) {
        let bench = files.serve().await;
        bench.fill(size - STEP, size, 10).await;
        bench.drain().await;
        copy(&files.ledger(), &files.path(&backup(size)));
    }
    let insider = Insider::over(files).await;
    let tally = Tally::default();
    for size in (STEP..ENTRIES).step_by(usize::try_from(STEP).expect("small")) {
        let files = insider.files();
        copy(&files.path(&backup(size)), &files.ledger());
        let miss = match insider.finding().await {
            Some(finding) => {
                let is_named = *finding.what == What::LogBehindFence { size, fence_size: ENTRIES };
                (!is_named || finding.first_index() != size).then(|| format!("of {size} entries: {finding}"))
            }
            None => Some(format!("of {size} entries: nothing was found")),
        };
        tally.note("ledger.db", miss);
    }
    insider.make_whole();
    assert!(insider.finding().await.is_none(), "the newest copy is whole");
    tally.assert_all_found("older copy put back");
}
