//! The golden file: the code still tells the same story, and the file stands on its own.

use std::collections::BTreeMap;

use ledger_format::{
    ClaimedApproval, ConsistencyProof, Content, EntryParts, InclusionProof, Leaf, LogVerifier, Nonce, RecordedApproval,
    Salt, SignedCheckpoint, SigningKey, TlogProof, VerifyingKey, canonicalize_payload, digest_payload,
};

#[path = "../../examples/golden/story.rs"]
mod story;

use story::Golden;

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../testdata/recorded_approval.json")).unwrap()
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn bytes32(text: &str) -> [u8; 32] {
    bytes(text).try_into().unwrap()
}

fn key(golden: &Golden) -> VerifyingKey {
    golden.verifying_key.parse().unwrap()
}

#[test]
fn the_story_told_anew_is_the_golden_file() {
    assert_eq!(story::tell().unwrap(), golden(), "the format changed: make it a new version beside this one");
}

#[test]
fn payloads_have_the_digests_of_the_file() {
    for payload in golden().payloads {
        assert_eq!(canonicalize_payload(&payload.sent).unwrap(), payload.canonical);
        assert_eq!(canonicalize_payload(&payload.canonical).unwrap(), payload.canonical);
        assert_eq!(digest_payload(&Nonce::new(bytes32(&payload.nonce)), &payload.canonical), payload.digest);
    }
}

#[test]
fn the_log_of_the_file_verifies_to_both_checkpoints() {
    let golden = golden();
    let checkpoints: BTreeMap<u64, SignedCheckpoint> =
        golden.checkpoints.iter().map(|it| (it.size, SignedCheckpoint::parse(&it.text).unwrap())).collect();
    let mut verifier = LogVerifier::new(&golden.origin);
    for entry in &golden.entries {
        let (leaf, content) = (bytes(&entry.leaf_bytes), bytes(&entry.content));
        assert_eq!(Leaf::decode(&leaf).unwrap().to_owned_leaf(), entry.leaf);
        let content = Content::Kept { salt: Salt::new(bytes32(&entry.salt)), bytes: &content };
        let (index, leaf_hash) = (entry.index, entry.leaf_hash);
        verifier.entry(EntryParts { index, leaf: &leaf, leaf_hash, columns: &[], content }).unwrap();
        let size = usize::try_from(verifier.size()).unwrap();
        assert_eq!(verifier.root(), golden.roots[size]);
        if let Some(signed) = checkpoints.get(&verifier.size()) {
            verifier.checkpoint(signed.verify(&key(&golden), &golden.origin).unwrap()).unwrap();
        }
    }
    let last = checkpoints[&7].verify(&key(&golden), &golden.origin).unwrap();
    assert_eq!(verifier.finish(last).unwrap().size, 7);
}

#[test]
fn the_proofs_of_the_file_hold() {
    let golden = golden();
    let root_at = |size: u64| golden.roots[usize::try_from(size).unwrap()];
    for it in &golden.inclusion_proofs {
        let leaf_hash = golden.entries[usize::try_from(it.index).unwrap()].leaf_hash;
        let proof = InclusionProof { index: it.index, size: it.size, hashes: it.hashes.clone() };
        assert_eq!(proof.verify(leaf_hash, root_at(it.size)), Ok(()));
    }
    for it in &golden.consistency_proofs {
        let proof = ConsistencyProof { old_size: it.old_size, new_size: it.new_size, hashes: it.hashes.clone() };
        assert_eq!(proof.verify(root_at(it.old_size), root_at(it.new_size)), Ok(()));
    }
    assert_eq!((golden.inclusion_proofs.len(), golden.consistency_proofs.len()), (12, 36));
}

#[test]
fn the_permit_of_the_file_permits() {
    let golden = golden();
    let permit = &golden.permit;
    let claimed = ClaimedApproval {
        origin: &golden.origin,
        candidate: &permit.candidate,
        payload: &permit.payload,
        nonce: Nonce::new(bytes32(&permit.nonce)),
        digest: permit.digest,
        leaf: &bytes(&permit.leaf_bytes),
        index: permit.index,
        proof: &permit.proof,
        checkpoint: &permit.checkpoint,
    };
    let approval = RecordedApproval::verify(claimed, &key(&golden)).unwrap();
    let (_, id) = approval.candidate().rsplit_once('/').unwrap();
    assert_eq!(format!("{id}/{}", approval.revision()), permit.execution_key);
}

#[test]
fn the_proof_file_of_the_file_verifies() {
    let golden = golden();
    let proof: TlogProof = golden.tlog_proof.parse().unwrap();
    let leaf = bytes(&golden.permit.leaf_bytes);
    assert_eq!(proof.verify(&leaf, &key(&golden), &golden.origin).unwrap().size(), 7);
}

#[test]
fn the_seed_of_the_file_gives_its_key() {
    let golden = golden();
    let signing = SigningKey::from_seed(&golden.origin, &bytes32(&golden.key_seed)).unwrap();
    assert_eq!(signing.verifying_key(), &key(&golden));
}
