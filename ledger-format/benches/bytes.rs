//! What the ledger's bytes cost on one core: canonical JSON and digest, commitment, leaf, tree, tile, proof, checkpoint.
//!
//! `cargo bench -p ledger-format --bench bytes`

use std::collections::HashMap;
use std::convert::Infallible;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ledger_format::{
    Checkpoint, Frontier, Hash, HashReader, InclusionProof, Leaf, Nonce, PrincipalKind, Salt, SignedCheckpoint,
    SigningKey, Subtree, TILE_WIDTH, Tile, TileId, canonicalize_payload, commit_content, digest_payload, leaf_hash,
    node_hash,
};

const ORIGIN: &str = "countersign.local/workspaces/demo";

/// Leaves of the tree that proofs are built in: a full tile of level 1, and some.
const TREE_LEAVES: u64 = 70_000;

/// Every hash of a tree, in memory: what is timed is the proof, not a store.
#[derive(Default)]
struct Everything(HashMap<Subtree, Hash>);

impl HashReader for Everything {
    type Error = Infallible;

    fn hash(&self, subtree: Subtree) -> Result<Hash, Infallible> {
        Ok(self.0[&subtree])
    }
}

fn leaf(content: &[u8]) -> Leaf<&'static str> {
    Leaf {
        origin: ORIGIN,
        kind: "candidate_proposed",
        subject: "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
        subject_revision: 1,
        principal_kind: PrincipalKind::Generator,
        principal_reference: "p-7b1f2c9e5d3a4860",
        appended_at_us: 1_764_000_000_000_000,
        idempotency_key: "01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55/1/0",
        payload_digest: None,
        commitment: commit_content(&Salt::new([3; 32]), content),
    }
}

fn grown() -> (Frontier, Everything) {
    let (mut frontier, mut everything) = (Frontier::new(), Everything::default());
    for number in 0..TREE_LEAVES {
        frontier.append_with(leaf_hash(&number.to_be_bytes()), |subtree, hash| {
            everything.0.insert(subtree, hash);
        });
    }
    (frontier, everything)
}

fn payloads(criterion: &mut Criterion) {
    let notes = "n".repeat(900);
    let text = format!(r#"{{"subject":"Ask about D-7","owner":"humans/anna","due":"2026-12-01","notes":"{notes}"}}"#);
    let canonical = canonicalize_payload(&text).expect("it has a canonical form");
    let mut group = criterion.benchmark_group("payload");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("canonical JSON, 1 KB", |bencher| bencher.iter(|| canonicalize_payload(black_box(&text))));
    let nonce = Nonce::new([9; 32]);
    group.bench_function("digest, 1 KB", |bencher| bencher.iter(|| digest_payload(&nonce, black_box(&canonical))));
    group.finish();
}

fn leaves(criterion: &mut Criterion) {
    let (salt, content) = (Salt::new([3; 32]), vec![7; 512]);
    let made = leaf(&content);
    let encoded = made.encode().expect("it is a leaf");
    let mut group = criterion.benchmark_group("leaf");
    group.bench_function("commitment, 512 B", |bencher| bencher.iter(|| commit_content(&salt, black_box(&content))));
    group.bench_function("encode", |bencher| bencher.iter(|| black_box(&made).encode()));
    group.bench_function("decode", |bencher| bencher.iter(|| Leaf::decode(black_box(&encoded))));
    group.bench_function("hash", |bencher| bencher.iter(|| leaf_hash(black_box(&encoded))));
    group.finish();
}

fn tree(criterion: &mut Criterion) {
    let (frontier, everything) = grown();
    let mut group = criterion.benchmark_group("tree");
    let (left, right) = (Hash::new([1; 32]), Hash::new([2; 32]));
    group.bench_function("node hash", |bencher| bencher.iter(|| node_hash(black_box(&left), black_box(&right))));
    group.throughput(Throughput::Elements(u64::from(TILE_WIDTH)));
    group.bench_function("append 256 leaves", |bencher| {
        let grow = |mut frontier: Frontier| {
            (0..TILE_WIDTH).for_each(|_| frontier.append(left));
            frontier.root()
        };
        bencher.iter_batched(|| frontier.clone(), grow, BatchSize::SmallInput);
    });
    let id = TileId::new(0, 17, TILE_WIDTH).expect("a tile of the tree");
    group.bench_function("build a full tile", |bencher| bencher.iter(|| Tile::build(id, &everything)));
    let tile = Tile::build(id, &everything).expect("every hash is there");
    group.bench_function("root of a full tile", |bencher| bencher.iter(|| black_box(&tile).root()));
    group.finish();
}

fn proofs(criterion: &mut Criterion) {
    let (frontier, everything) = grown();
    let index = 4_711;
    let proof = InclusionProof::build(index, TREE_LEAVES, &everything).expect("every hash is there");
    let (leaf, root) = (leaf_hash(&index.to_be_bytes()), frontier.root());
    proof.verify(leaf, root).expect("what was built verifies");
    let mut group = criterion.benchmark_group("inclusion proof");
    group.bench_function("build, 70,000 leaves", |bencher| {
        bencher.iter(|| InclusionProof::build(black_box(index), TREE_LEAVES, &everything));
    });
    group.bench_function("verify, 70,000 leaves", |bencher| bencher.iter(|| black_box(&proof).verify(leaf, root)));
    group.finish();

    let key = SigningKey::from_seed("countersign.local", &[5; 32]).expect("a key");
    let checkpoint = Checkpoint::new(ORIGIN, TREE_LEAVES, root).expect("a checkpoint");
    let note = checkpoint.sign(&key).text().to_owned();
    let mut group = criterion.benchmark_group("checkpoint");
    group.bench_function("sign", |bencher| bencher.iter(|| black_box(&checkpoint).sign(&key)));
    group.bench_function("parse and verify", |bencher| {
        bencher.iter(|| {
            let signed = SignedCheckpoint::parse(black_box(&note)).expect("it is a note");
            signed.verify(key.verifying_key(), ORIGIN).map(Checkpoint::size)
        });
    });
    group.finish();
}

criterion_group!(benches, payloads, leaves, tree, proofs);
criterion_main!(benches);
