//! One log whose entries are the checkpoints of all others.

use countersign_api::{
    ledger::v1::{AppendEntriesRequest, GetEntryRequest, ProveCheckpointRequest, ReadEntriesRequest},
    name::Workspace,
};
use futures::{FutureExt, poll};
use ledger_format::{Hash, Leaf, SignedCheckpoint, leaf_hash, verify_inclusion};
use ledger_svc::{
    audit::{Error, What},
    log_of_logs::Covered,
};
use service_kit::access::{Role, Scope};
use tonic::Code;

use crate::bench::{Bench, Files, PARENT, entry, reason, verifying_key, workspace};

crate::bench::on_both! {
    one_checkpoint_covers_every_workspace,
    many_appends_make_few_entries_and_a_restart_none,
    a_caller_waits_for_what_is_not_covered_yet_and_a_drain_ends_the_wait,
    it_is_read_by_those_who_reach_all_workspaces_and_written_by_nobody,
}

const LOGS_ORIGIN: &str = "countersign.local/logs";

async fn append_to(bench: &Bench, parent: &str, key: &str) {
    let request = AppendEntriesRequest { parent: parent.to_owned(), entries: vec![entry(key, "said")] };
    bench.relay.clone().append_entries(request).await.expect("appended");
}

async fn one_checkpoint_covers_every_workspace(files: Files) {
    let bench = files.serve_covering(files.config()).await;
    bench.fill(0, 5, 5).await;
    append_to(&bench, "workspaces/other", "k").await;
    let key = verifying_key().named(LOGS_ORIGIN).expect("a name");
    for (parent, size) in [(PARENT, 5), ("workspaces/other", 1)] {
        let proved = bench.covered(parent, size).await;
        assert_eq!(proved.covered_size, size);
        let note = proved.checkpoint.expect("it is set").signed_note;
        let signed = SignedCheckpoint::parse(&note).expect("a note");
        let checkpoint = signed.verify(&key, LOGS_ORIGIN).expect("signed under the name of its own origin");
        assert!(signed.verify(&verifying_key(), LOGS_ORIGIN).is_err(), "no other log's signature passes for it");
        let proof = proved.proof.expect("it is set");
        let hashes: Vec<Hash> =
            proof.hashes.iter().map(|hash| Hash::try_from(hash.as_slice()).expect("a hash")).collect();
        let index = u64::try_from(proof.index).expect("an index");
        verify_inclusion(index, checkpoint.size(), &hashes, leaf_hash(&proof.leaf), checkpoint.root()).expect("in it");

        let leaf = Leaf::decode(&proof.leaf).expect("a leaf");
        let covered = Covered::read(&leaf).expect("it covers a checkpoint");
        assert_eq!((covered.workspace.to_string(), covered.size), (parent.to_owned(), size.cast_unsigned()));
        let request = countersign_api::ledger::v1::GetCheckpointRequest { parent: parent.to_owned(), least_size: size };
        let own =
            bench.relay.clone().get_checkpoint(request).await.expect("read").into_inner().checkpoint.expect("set");
        assert_eq!(covered.root.as_bytes().as_slice(), own.root);
    }
    bench.drain().await;
    let verified = files.verify().await.expect("whole");
    let origins: Vec<&str> = verified.iter().map(|log| log.origin.as_str()).collect();
    assert_eq!(origins, ["countersign.local/workspaces/demo", "countersign.local/workspaces/other", LOGS_ORIGIN]);
}

async fn many_appends_make_few_entries_and_a_restart_none(files: Files) {
    let bench = files.serve_covering(files.config()).await;
    bench.fill(0, 60, 1).await;
    bench.covered(PARENT, 60).await;
    let before = bench.log_of_logs(1).await.checkpoint.expect("it is set").size;
    assert!((1..=30).contains(&before), "60 checkpoints were covered by {before} entries");
    bench.drain().await;

    let bench = files.serve_covering(files.config()).await;
    bench.covered(PARENT, 60).await;
    assert_eq!(
        bench.log_of_logs(0).await.checkpoint.expect("it is set").size,
        before,
        "the same checkpoint, the same entry"
    );
    bench.drain().await;
}

async fn a_caller_waits_for_what_is_not_covered_yet_and_a_drain_ends_the_wait(files: Files) {
    let bench = files.serve_covering(files.config()).await;
    bench.fill(0, 2, 1).await;
    bench.covered(PARENT, 2).await;
    let mut relay = bench.relay.clone();
    let request = ProveCheckpointRequest { parent: PARENT.to_owned(), least_size: 3 };
    let mut waiting = Box::pin(relay.prove_checkpoint(request));
    assert!(poll!(&mut waiting).is_pending());
    bench.fill(2, 3, 1).await;
    assert_eq!(waiting.await.expect("covered").into_inner().covered_size, 3);

    let request = ProveCheckpointRequest { parent: PARENT.to_owned(), least_size: 9 };
    let mut relay = bench.relay.clone();
    let mut waiting = Box::pin(relay.prove_checkpoint(request));
    assert!(waiting.as_mut().now_or_never().is_none());
    bench.shutdown.begin();
    assert_eq!(reason(&waiting.await.expect_err("nothing will come")), "SHUTTING_DOWN");
}

async fn it_is_read_by_those_who_reach_all_workspaces_and_written_by_nobody(files: Files) {
    let bench = files.serve_covering(files.config()).await;
    bench.fill(0, 1, 1).await;
    bench.covered(PARENT, 1).await;
    let read = GetEntryRequest { parent: "logs".to_owned(), index: 0 };
    let mut all = bench.client("humans/auditor", Scope::All, Role::Auditor);
    let entry_0 = all.get_entry(read.clone()).await.expect("read").into_inner().entry.expect("it is set");
    assert!(
        String::from_utf8(entry_0.content.to_vec())
            .expect("text")
            .starts_with("countersign.local/workspaces/demo\n1\n")
    );

    let mut one = bench.client("humans/anna", Scope::One(workspace()), Role::Auditor);
    let refused = one.get_entry(read).await.expect_err("the log of logs names other workspaces");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "WORKSPACE_DENIED"));
    let proof = ProveCheckpointRequest { parent: PARENT.to_owned(), least_size: 1 };
    one.prove_checkpoint(proof).await.expect("one's own log is proved without it");

    for parent in ["logs", "workspaces/~logs"] {
        let request = AppendEntriesRequest { parent: parent.to_owned(), entries: vec![entry("k", "forged")] };
        let refused = bench.relay.clone().append_entries(request).await.expect_err("the ledger alone writes it");
        assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    }
    let odd = ReadEntriesRequest { parent: "workspaces/~logs".to_owned(), ..ReadEntriesRequest::default() };
    assert_eq!(reason(&bench.relay.clone().read_entries(odd).await.expect_err("no such name")), "REQUEST_MALFORMED");
}

#[tokio::test]
async fn a_checkpoint_that_was_taken_out_of_its_log_is_missed_by_the_log_of_logs() {
    let files = Files::new();
    let bench = files.serve_covering(files.config()).await;
    bench.fill(0, 1, 1).await;
    bench.covered(PARENT, 1).await;
    bench.fill(1, 2, 1).await;
    bench.fill(2, 3, 1).await;
    bench.drain().await;
    files.verify().await.expect("whole");
    // The chain is mended where the row was: the log by itself shows nothing.
    let sql = "DELETE FROM checkpoints WHERE workspace = 'demo' AND size = 1; \
               UPDATE checkpoints SET previous_size = 0 WHERE workspace = 'demo' AND previous_size = 1";
    files.meddle(&files.ledger(), sql).await;
    match files.verify().await {
        Err(Error::Found(finding)) => {
            let what = What::CoverDiffers { workspace: PARENT.to_owned(), size: 1 };
            assert_eq!((&*finding.what, finding.workspace()), (&what, Some(Workspace::log_of_logs().id())));
        }
        other => panic!("nothing was found: {other:?}"),
    }
}
