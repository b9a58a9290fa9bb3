use countersign_api::ledger::v1::{GetCheckpointRequest, GetEntryRequest};
use tonic::Code;

use crate::bench::{Files, PARENT, entry, read_all, reason};

#[tokio::test]
async fn after_a_failed_commit_nothing_is_written_and_everything_is_read() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 250, 50).await;
    // Nothing fails until a tile is full: then the whole commit does.
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON tiles BEGIN SELECT raise(FAIL, 'the disk is full'); END";
    files.meddle(&files.ledger(), fail).await;
    bench.append(vec![entry("fits", "said")]).await.expect("no tile is full yet");
    let batch = (0..10).map(|number| entry(&format!("late/{number}"), "said")).collect();
    for refused in [bench.append(batch).await, bench.append(vec![entry("later", "said")]).await] {
        let refused = refused.expect_err("the store is in doubt");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "STORAGE_FAILED"));
    }
    let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 252 };
    let refused = bench.relay.clone().get_checkpoint(checkpoint).await.expect_err("it will not come");
    assert_eq!(reason(&refused), "STORAGE_FAILED");
    assert!(bench.health.faults().contains_key("ledger"));
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 251);
    bench.drain().await;

    files.meddle(&files.ledger(), "DROP TRIGGER fail").await;
    let bench = files.serve().await;
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 251, "what was answered is there, what failed is not");
    bench.fill(300, 310, 10).await;
    bench.drain().await;
    assert_eq!(files.verify().await.expect("whole")[0].size, 261);
}

#[tokio::test]
async fn what_does_not_read_back_is_not_signed() {
    let changes = [
        "UPDATE entries SET leaf_hash = zeroblob(32) WHERE entry_index = 2",
        "UPDATE entries SET leaf = zeroblob(9) WHERE entry_index = 2",
        "DELETE FROM entries WHERE entry_index = 2",
    ];
    for change in changes {
        let files = Files::new();
        let bench = files.serve_unsigned(files.config()).await;
        bench.append((0..4).map(|number| entry(&format!("k/{number}"), "said")).collect()).await.expect("appended");
        files.meddle(&files.ledger(), change).await;
        bench.app.spawn(&bench.shutdown);

        let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 4 };
        let refused = bench.relay.clone().get_checkpoint(checkpoint).await.expect_err("L-2");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unavailable, "STORAGE_FAILED"), "{change}");
        let refused = bench.append(vec![entry("more", "said")]).await.expect_err("the log is halted");
        assert_eq!(reason(&refused), "STORAGE_FAILED", "{change}");
        let other = GetEntryRequest { parent: PARENT.to_owned(), index: 0 };
        bench.relay.clone().get_entry(other).await.expect("reads go on");
    }
}

#[tokio::test]
async fn a_whole_entry_exchanged_behind_the_appenders_back_is_not_signed() {
    let files = Files::new();
    let bench = files.serve_unsigned(files.config()).await;
    bench.append((0..4).map(|number| entry(&format!("k/{number}"), "said")).collect()).await.expect("appended");
    let swap = "UPDATE entries SET entry_index = -entry_index WHERE entry_index IN (1, 2);\
                UPDATE entries SET entry_index = 3 + entry_index WHERE entry_index < 0";
    files.meddle(&files.ledger(), swap).await;
    bench.app.spawn(&bench.shutdown);
    let checkpoint = GetCheckpointRequest { parent: PARENT.to_owned(), least_size: 4 };
    let refused = bench.relay.clone().get_checkpoint(checkpoint).await.expect_err("L-2");
    assert_eq!(reason(&refused), "STORAGE_FAILED");
    assert!(refused.message().contains("L-2"), "{}", refused.message());
}

#[tokio::test]
async fn a_corrupt_row_is_named_and_its_neighbours_are_read() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 4, 4).await;
    files.meddle(&files.ledger(), "UPDATE entries SET leaf_hash = zeroblob(3) WHERE entry_index = 2").await;
    let get = |index| GetEntryRequest { parent: PARENT.to_owned(), index };
    let refused = bench.relay.clone().get_entry(get(2)).await.expect_err("corrupt");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::DataLoss, "ROW_CORRUPT"));
    assert!(
        refused.message().contains("`demo/2`") && refused.message().contains("`leaf_hash`"),
        "{}",
        refused.message()
    );
    bench.relay.clone().get_entry(get(3)).await.expect("its neighbour");
}
