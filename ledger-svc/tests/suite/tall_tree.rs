//! A log of more than 65,536 entries: its tree has tiles of two levels, and a third begins.

use countersign_api::ledger::v1::ProveInclusionRequest;
use ledger_format::{Hash, leaf_hash, verify_inclusion};
use ledger_svc::audit::Error;

use crate::bench::{Bench, Files, PARENT, entry};

const ENTRIES: usize = 66_000;

async fn append_to(bench: &Bench, from: usize, to: usize) {
    let entries: Vec<_> = (from..to).map(|number| entry(&format!("k/{number}"), "x")).collect();
    for batch in entries.chunks(1_000) {
        bench.append(batch.to_vec()).await.expect("appended");
    }
}

async fn prove(bench: &Bench, indices: Vec<i64>) {
    let request = ProveInclusionRequest { parent: PARENT.to_owned(), indices, wait: true };
    let response = bench.relay.clone().prove_inclusion(request).await.expect("proofs").into_inner();
    let checkpoint = response.checkpoint.expect("it is set");
    let hash = |bytes: &Vec<u8>| Hash::try_from(bytes.as_slice()).expect("32 bytes");
    for proof in response.proofs {
        let path: Vec<Hash> = proof.hashes.iter().map(hash).collect();
        let (index, size) = (proof.index.unsigned_abs(), checkpoint.size.unsigned_abs());
        verify_inclusion(index, size, &path, leaf_hash(&proof.leaf), hash(&checkpoint.root)).expect("it verifies");
    }
}

#[tokio::test]
async fn tiles_of_two_levels_prove_and_verify_across_restarts() {
    let files = Files::new();
    let bench = files.serve().await;
    append_to(&bench, 0, 65_500).await;
    prove(&bench, vec![0, 255, 256, 40_000, 65_279, 65_280, 65_499]).await;
    bench.drain().await;

    let bench = files.serve().await;
    append_to(&bench, 65_500, ENTRIES).await;
    prove(&bench, vec![0, 65_535, 65_536, 65_791, 65_792, 65_999]).await;
    bench.drain().await;
    let verified = files.verify().await.expect("whole").remove(0);
    assert_eq!((verified.size, verified.unsigned_entries()), (ENTRIES as u64, 0));

    files.meddle(&files.ledger(), "UPDATE tiles SET hashes = zeroblob(8192) WHERE level = 1").await;
    let Err(Error::Found(finding)) = files.verify().await else { panic!("nothing was found") };
    assert_eq!((finding.first_index(), finding.last_index()), (0, Some(255)), "{finding}");
}
