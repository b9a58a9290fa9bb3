//! A reader who comes back finds the log that it left, or is told that it is not.

use countersign_api::ledger::v1::{ReadEntriesRequest, SubscribeEntriesRequest};
use tonic::{Code, Status};

use crate::bench::{Bench, Files, PARENT, copy, reason};

crate::bench::on_both! {
    a_token_goes_on_behind_the_last_entry_for_both_kinds_of_readers,
    a_token_of_another_log_and_what_is_no_token_are_refused,
}

async fn read_from(bench: &Bench, parent: &str, resume_token: &str, limit: i64) -> Result<(Vec<i64>, String), Status> {
    let resume_token = resume_token.to_owned();
    let request =
        ReadEntriesRequest { parent: parent.to_owned(), start_index: 0, limit, resume_token, include_sealed: false };
    let mut stream = bench.relay.clone().read_entries(request).await?.into_inner();
    let (mut indices, mut token) = (Vec::new(), String::new());
    while let Some(chunk) = stream.message().await? {
        indices.extend(chunk.entries.iter().map(|entry| entry.index));
        token = chunk.resume_token;
    }
    Ok((indices, token))
}

fn assert_diverged(refused: &Status, word: &str) {
    assert_eq!((refused.code(), reason(refused).as_str()), (Code::FailedPrecondition, "LOG_DIVERGED"), "{refused:?}");
    assert!(refused.message().contains(word), "{}", refused.message());
}

async fn a_token_goes_on_behind_the_last_entry_for_both_kinds_of_readers(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 300, 100).await;
    let (first, token) = read_from(&bench, PARENT, "", 257).await.expect("read");
    assert_eq!(first, (0..257).collect::<Vec<_>>());
    let (rest, last) = read_from(&bench, PARENT, &token, 0).await.expect("read on");
    assert_eq!(rest, (257..300).collect::<Vec<_>>());
    assert_eq!(read_from(&bench, PARENT, &last, 0).await.expect("nothing is left"), (vec![], String::new()));

    let request = SubscribeEntriesRequest { parent: PARENT.to_owned(), start_index: 0, resume_token: last };
    let mut stream = bench.relay.clone().subscribe_entries(request).await.expect("a stream").into_inner();
    bench.fill(300, 301, 1).await;
    let chunk = stream.message().await.expect("a chunk").expect("a chunk");
    assert_eq!(chunk.entries[0].index, 300);
    let (none, _) = read_from(&bench, PARENT, &chunk.resume_token, 0).await.expect("one token for both");
    assert!(none.is_empty());
}

#[tokio::test]
async fn a_log_that_was_put_back_is_noticed_by_its_readers_also_once_it_has_grown_again() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 10, 5).await;
    bench.drain().await;
    copy(&files.ledger(), &files.path("ledger.old"));
    copy(&files.fence(), &files.path("fence.old"));
    let bench = files.serve().await;
    let (_, early) = read_from(&bench, PARENT, "", 10).await.expect("read");
    bench.fill(10, 20, 5).await;
    let (_, token) = read_from(&bench, PARENT, "", 0).await.expect("read");
    bench.drain().await;

    // Both files: the fence store remembers nothing of what was lost.
    copy(&files.path("ledger.old"), &files.ledger());
    copy(&files.path("fence.old"), &files.fence());
    let bench = files.serve().await;
    assert_diverged(&read_from(&bench, PARENT, &token, 0).await.expect_err("shorter"), "older copy");
    let request = SubscribeEntriesRequest { parent: PARENT.to_owned(), start_index: 0, resume_token: token.clone() };
    assert_diverged(&bench.relay.clone().subscribe_entries(request).await.expect_err("shorter"), "older copy");
    bench.fill(500, 520, 5).await;
    assert_diverged(&read_from(&bench, PARENT, &token, 0).await.expect_err("another history"), "forked");
    let (rest, _) = read_from(&bench, PARENT, &early, 0).await.expect("who left before the fork sees none");
    assert_eq!(rest.len(), 20);
}

async fn a_token_of_another_log_and_what_is_no_token_are_refused(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    let (_, token) = read_from(&bench, PARENT, "", 0).await.expect("read");
    assert_diverged(&read_from(&bench, "workspaces/other", &token, 0).await.expect_err("another log"), "another log");
    let shorter = &token[..token.len() - 4];
    for odd in ["x", "AAAA", shorter, &token.to_lowercase(), &format!("{token}AAAA"), &"A".repeat(5_000)] {
        let refused = read_from(&bench, PARENT, odd, 0).await.expect_err(odd);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "PAGE_TOKEN_INVALID"), "{odd}");
    }
}
