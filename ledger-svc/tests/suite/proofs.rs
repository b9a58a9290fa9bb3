use countersign_api::ledger::v1::{ProveConsistencyRequest, ProveInclusionRequest};
use ledger_format::{ConsistencyProof, Hash, leaf_hash, verify_inclusion};
use tonic::Code;

use crate::bench::{Bench, Files, PARENT, reason};

crate::bench::on_both! {
    every_entry_and_every_older_size_is_proved_at_every_size_up_to_64,
    a_consistency_proof_without_a_newer_size_leads_to_the_latest_checkpoint,
    proofs_reach_across_tiles_and_survive_a_restart,
    what_no_checkpoint_covers_is_not_proved,
}

fn hash(bytes: &[u8]) -> Hash {
    Hash::try_from(bytes).expect("32 bytes")
}

fn hashes(list: &[Vec<u8>]) -> Vec<Hash> {
    list.iter().map(|bytes| hash(bytes)).collect()
}

async fn prove_inclusion(bench: &Bench, indices: Vec<i64>) {
    let request = ProveInclusionRequest { parent: PARENT.to_owned(), indices: indices.clone(), wait: true };
    let response = bench.relay.clone().prove_inclusion(request).await.expect("proofs").into_inner();
    let checkpoint = response.checkpoint.expect("it is set");
    let size = u64::try_from(checkpoint.size).expect("a size");
    assert_eq!(response.proofs.iter().map(|proof| proof.index).collect::<Vec<_>>(), indices);
    for proof in response.proofs {
        let index = u64::try_from(proof.index).expect("an index");
        let path = hashes(&proof.hashes);
        let leaf = leaf_hash(&proof.leaf);
        verify_inclusion(index, size, &path, leaf, hash(&checkpoint.root)).expect("it verifies");
        let elsewhere = (index + 1) % size;
        if elsewhere != index {
            verify_inclusion(elsewhere, size, &path, leaf, hash(&checkpoint.root)).expect_err("only in its place");
        }
    }
}

/// Asks for the proof between two sizes with known roots and verifies it.
async fn prove_consistency(bench: &Bench, old: (i64, Hash), new: (i64, Hash)) {
    let request = ProveConsistencyRequest { parent: PARENT.to_owned(), old_size: old.0, new_size: new.0 };
    let response = bench.relay.clone().prove_consistency(request).await.expect("a proof").into_inner();
    let proof = ConsistencyProof {
        old_size: u64::try_from(old.0).expect("a size"),
        new_size: u64::try_from(new.0).expect("a size"),
        hashes: hashes(&response.hashes),
    };
    proof.verify(old.1, new.1).expect("it verifies");
    proof.verify(leaf_hash(b"another root"), new.1).expect_err("only from its own root");
}

async fn every_entry_and_every_older_size_is_proved_at_every_size_up_to_64(files: Files) {
    let bench = files.serve().await;
    let mut roots = vec![(0, ledger_format::empty_root())];
    for size in 1..=64 {
        let checkpoint = bench.fill(size - 1, size, 1).await;
        assert_eq!(u64::try_from(checkpoint.size), Ok(size));
        roots.push((checkpoint.size, hash(&checkpoint.root)));
        prove_inclusion(&bench, (0..checkpoint.size).collect()).await;
    }
    for new in 1..roots.len() {
        for old in 0..=new {
            prove_consistency(&bench, roots[old], roots[new]).await;
        }
    }
}

async fn a_consistency_proof_without_a_newer_size_leads_to_the_latest_checkpoint(files: Files) {
    let bench = files.serve().await;
    let old = bench.fill(0, 3, 3).await;
    let new = bench.fill(3, 8, 5).await;
    let request = ProveConsistencyRequest { parent: PARENT.to_owned(), old_size: 3, new_size: 0 };
    let response = bench.relay.clone().prove_consistency(request).await.expect("a proof").into_inner();
    assert_eq!(response.checkpoint, Some(new.clone()));
    let proof = ConsistencyProof { old_size: 3, new_size: 8, hashes: hashes(&response.hashes) };
    proof.verify(hash(&old.root), hash(&new.root)).expect("it verifies");
}

async fn proofs_reach_across_tiles_and_survive_a_restart(files: Files) {
    let bench = files.serve().await;
    let mut roots = Vec::new();
    for (from, to) in [(0, 255), (255, 256), (256, 257), (257, 513), (513, 1_000)] {
        let checkpoint = bench.fill(from, to, 1_000).await;
        roots.push((checkpoint.size, hash(&checkpoint.root)));
    }
    let indices = vec![0, 1, 254, 255, 256, 257, 511, 512, 513, 767, 768, 998, 999, 0];
    prove_inclusion(&bench, indices.clone()).await;
    bench.drain().await;

    let bench = files.serve().await;
    prove_inclusion(&bench, indices).await;
    for new in 0..roots.len() {
        for old in 0..=new {
            prove_consistency(&bench, roots[old], roots[new]).await;
        }
    }
}

async fn what_no_checkpoint_covers_is_not_proved(files: Files) {
    let bench = files.serve().await;
    bench.fill(0, 3, 3).await;
    let inclusion = |indices| ProveInclusionRequest { parent: PARENT.to_owned(), indices, wait: false };
    let refused = bench.relay.clone().prove_inclusion(inclusion(vec![0, 3])).await.expect_err("beyond");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::OutOfRange, "LOG_RANGE_INVALID"));
    for indices in [vec![], vec![0; 1_001], vec![-1]] {
        let refused = bench.relay.clone().prove_inclusion(inclusion(indices)).await.expect_err("malformed");
        assert_eq!(reason(&refused), "REQUEST_MALFORMED");
    }
    for (old_size, new_size) in [(4, 0), (0, 4), (3, 2)] {
        let request = ProveConsistencyRequest { parent: PARENT.to_owned(), old_size, new_size };
        let refused = bench.relay.clone().prove_consistency(request).await.expect_err("beyond");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::OutOfRange, "LOG_RANGE_INVALID"));
    }
}
