//! The log forked at any index: the same service, the real key, contents and tree consistent, the fence made to fit. Nothing in the
//! fork's own files is wrong. Whoever holds one old checkpoint from beyond the fork finds it.

use countersign_api::ledger::v1::ProveConsistencyRequest;
use ledger_format::{ConsistencyProof, Frontier, Hash};
use sqlx::{Connection, Row};

use super::{
    expected::Expected,
    insider::{COMMIT, ENTRIES, Insider},
    tally::{Tally, is_full, sample, seed},
};
use crate::bench::{Bench, PARENT, copy, entry, read_all};

/// Forks in a sample.
const SAMPLE: usize = 12;

/// A size and the root over the first entries of the true log.
#[derive(Clone, Copy)]
struct Held {
    size: u64,
    root: Hash,
}

#[tokio::test]
async fn a_fork_at_any_index_is_found_by_whoever_holds_one_old_checkpoint() {
    let original = Insider::with_a_ledger().await;
    let roots = roots(&original).await;
    let held = |size: u64| Held { size, root: roots[usize::try_from(size).expect("small")] };
    let tally = Tally::default();
    for at in sample(&(0..ENTRIES).collect::<Vec<_>>(), SAMPLE, seed()) {
        // As long as the true log, and longer.
        let size = if at % 2 == 0 { ENTRIES } else { ENTRIES + 30 };
        let fork = forked(&original, at, size, &roots).await;
        assert_eq!(fork.files().verify().await.expect("nothing is wrong in it")[0].size, size);

        let bench = fork.files().serve().await;
        for held in [held(at + 1), held(ENTRIES)] {
            let miss = proves(&bench, held, size).await.then(|| format!("at {at}, by {} entries", held.size));
            tally.note("checkpoint from beyond the fork", miss);
        }
        assert!(proves(&bench, held(at), size).await, "up to the fork at {at} there is one log");
        bench.drain().await;

        // The fence store is such a memory, and it is at hand.
        copy(&original.files().fence(), &fork.files().fence());
        let miss = match fork.finding().await {
            None => Some(format!("at {at}: nothing was found")),
            Some(finding) => Expected::around(at..=at).misses(&finding).map(|why| format!("at {at}: {why}: {finding}")),
        };
        tally.note("fence store", miss);
    }
    if is_full() {
        println!("forks at every index from 0 to {}", ENTRIES - 1);
    }
    tally.assert_all_found("fork");
}

/// Tells whether the fork proves to whoever holds a size and root of the true log that it only grew since.
async fn proves(bench: &Bench, held: Held, size: u64) -> bool {
    let checkpoint = bench.checkpoint(i64::try_from(size).expect("small")).await;
    let new_root = Hash::try_from(checkpoint.root.as_slice()).expect("32 bytes");
    let request = ProveConsistencyRequest {
        parent: PARENT.to_owned(),
        old_size: i64::try_from(held.size).expect("small"),
        new_size: checkpoint.size,
    };
    let response = bench.relay.clone().prove_consistency(request).await.expect("a proof").into_inner();
    let hashes = response.hashes.iter().map(|hash| Hash::try_from(hash.as_slice()).expect("32 bytes")).collect();
    let proof = ConsistencyProof { old_size: held.size, new_size: size, hashes };
    proof.verify(held.root, new_root).is_ok()
}

/// Root over the first entries of the true log, for each number of them.
async fn roots(original: &Insider) -> Vec<Hash> {
    let bench = original.files().serve().await;
    let mut frontier = Frontier::default();
    let mut roots = vec![frontier.root()];
    for entry in read_all(&mut bench.relay.clone()).await {
        frontier.append(Hash::try_from(entry.leaf_hash.as_slice()).expect("32 bytes"));
        roots.push(frontier.root());
    }
    bench.drain().await;
    roots
}

/// Cuts a copy of the log, makes the fence fit, and lets the service go on from there with other contents.
async fn forked(original: &Insider, at: u64, size: u64, roots: &[Hash]) -> Insider {
    let fork = original.copy().await;
    let cut = format!(
        "DELETE FROM entries WHERE entry_index >= {at}; DELETE FROM checkpoints WHERE size > {at}; \
         DELETE FROM tiles WHERE (tile_index + 1) * 256 > {at}; DELETE FROM subject_keys WHERE first_index >= {at}"
    );
    fork.change("ledger.db", &cut).await;
    let signed = at / COMMIT * COMMIT;
    assert_eq!(last_checkpoint(&fork).await, signed);
    let root = hex::encode(roots[usize::try_from(signed).expect("small")].as_bytes());
    let fence = match signed {
        0 => "DELETE FROM fences".to_owned(),
        signed => format!("UPDATE fences SET size = {signed}, root = x'{root}', stored_root = x'{root}'"),
    };
    fork.change("fence.db", &fence).await;

    let bench = fork.files().serve().await;
    let forged: Vec<_> = (at..size).map(|number| entry(&format!("k/{number}"), &format!("forged {number}"))).collect();
    for batch in forged.chunks(1_000) {
        bench.append(batch.to_vec()).await.expect("appended");
    }
    bench.checkpoint(i64::try_from(size).expect("small")).await;
    bench.drain().await;
    fork
}

async fn last_checkpoint(fork: &Insider) -> u64 {
    let mut ledger = fork.open("ledger.db").await;
    let last =
        sqlx::query("SELECT coalesce(max(size), 0) FROM checkpoints").fetch_one(&mut ledger).await.expect("read");
    ledger.close().await.expect("it closes");
    u64::try_from(last.get::<i64, _>(0)).expect("a size")
}
