//! `kill -9` while proposals stream in: what was acknowledged is there, and nothing is there twice.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::stream_proposals_response::Result as ItemResult;

use system_tests::harness::proposing::{Proposer, item};
use system_tests::harness::{Installation, Server};

const ITEMS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_happens_twice() {
    let installation = Installation::new();
    let token = installation.token("generator", "stream", "proposer");
    let mut acknowledged: BTreeMap<String, String> = BTreeMap::new();

    // Kill it again and again, each time after some more acknowledgements.
    for kill_after in [1, 200, 700, 1_200] {
        let mut server = Some(Server::start(&installation));
        let address = server.as_ref().expect("just started").address().to_owned();
        let mut proposer = Proposer::connect(&address, &token).await;
        let mut answers = 0;
        let cut = proposer.stream((0..ITEMS).map(item).collect(), |id, result| {
            let ItemResult::Accepted(answer) = result else { panic!("{id} was refused") };
            let before = acknowledged.insert(id.to_owned(), answer.candidate.clone());
            assert!(before.is_none_or(|name| name == answer.candidate), "{id} became another candidate");
            answers += 1;
            if answers == kill_after {
                server.take().expect("killed once").kill();
            }
        });
        // Answers that were under way may still arrive, then the stream breaks.
        drop(cut.await);
        assert!(server.is_none(), "the stream ended before the kill");
    }
    assert!(acknowledged.len() >= 1_200);

    // Everything again, undisturbed: the acknowledged ones are the same, the rest is new, and the sum is right.
    let server = Server::start(&installation);
    let mut proposer = Proposer::connect(server.address(), &token).await;
    let answers = proposer.stream_all((0..ITEMS).map(item).collect()).await;
    assert_eq!(answers.len(), ITEMS);
    for (id, name) in &acknowledged {
        assert_eq!(&answers[id].candidate, name, "{id}");
        assert!(answers[id].replayed, "{id} was acknowledged before");
    }
    let distinct: std::collections::BTreeSet<_> = answers.values().map(|answer| &answer.candidate).collect();
    assert_eq!(distinct.len(), ITEMS);

    // Draining hands the outbox to the ledger: one entry a proposal, no more.
    let (status, stderr) = server.terminate();
    assert!(status.success(), "{stderr}");
    let verified = installation.json(&["ledger", "verify"]);
    assert_eq!(verified["logs"][0]["size"], ITEMS);
    let counted = installation.json(&["candidate", "list", "--count"]);
    assert_eq!(counted["candidates_by_state"]["PROPOSED"], ITEMS);
}
