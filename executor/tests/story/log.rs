//! A log with real leaves, roots, signatures and proofs.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use countersign_api::{
    candidate::v1::{Payload, Permit},
    name::{CandidateName, Workspace},
};
use ledger_format::{
    APPROVING_KIND, Checkpoint, ConsistencyProof, Frontier, Hash, InclusionProof, Leaf, Nonce, PayloadDigest,
    PrincipalKind, Salt, SigningKey, Subtree, canonicalize_payload, commit_content, digest_payload, leaf_hash,
};
use uuid::Uuid;

pub const PREFIX: &str = "log.example";

/// Clones share one log.
#[derive(Debug, Clone)]
pub struct Log {
    pub workspace: Workspace,
    key: Arc<SigningKey>,
    tree: Arc<Mutex<Tree>>,
}

#[derive(Debug, Default)]
struct Tree {
    frontier: Frontier,
    subtrees: BTreeMap<Subtree, Hash>,
    /// Root by size.
    roots: Vec<Hash>,
}

/// An approval that stands in the log, with all that a permit needs.
#[derive(Debug, Clone)]
pub struct Approved {
    pub candidate: CandidateName,
    pub revision: u64,
    pub payload: String,
    pub nonce: [u8; 32],
    pub digest: PayloadDigest,
    pub index: u64,
    pub leaf: Vec<u8>,
}

/// The leaf of an approval, before anybody tampers with it.
pub fn approving_leaf(candidate: &CandidateName, revision: u64, digest: PayloadDigest) -> Leaf {
    Leaf {
        origin: origin(&candidate.workspace),
        kind: APPROVING_KIND.to_owned(),
        subject: candidate.to_string(),
        subject_revision: revision,
        principal_kind: PrincipalKind::Human,
        principal_reference: "principals/h-1".to_owned(),
        appended_at_us: 1_764_000_000_000_000,
        idempotency_key: format!("{}/{revision}/0", candidate.id),
        payload_digest: Some(digest),
        commitment: commit_content(&Salt::new([9; 32]), b"approved"),
    }
}

pub fn demo() -> Workspace {
    Workspace::new("demo").expect("an id")
}

pub fn candidate(number: u128) -> CandidateName {
    candidate_in(demo(), number)
}

/// Candidates of the same number have the same id in all workspaces.
fn candidate_in(workspace: Workspace, number: u128) -> CandidateName {
    CandidateName::new(workspace, Uuid::from_u128(0x0193_2c07_29a4_7d6b_8b1f_0000_0000_0000 + number))
}

fn origin(workspace: &Workspace) -> String {
    format!("{PREFIX}/{workspace}")
}

impl Log {
    pub fn new(seed: u8) -> Self {
        Self::of(demo(), seed)
    }

    pub fn of(workspace: Workspace, seed: u8) -> Self {
        let key = SigningKey::from_seed(PREFIX, &[seed; 32]).expect("a key");
        let log = Self { workspace, key: Arc::new(key), tree: Arc::default() };
        log.lock().roots.push(ledger_format::empty_root());
        log
    }

    pub fn verifying_key(&self) -> ledger_format::VerifyingKey {
        self.key.verifying_key().clone()
    }

    /// Approves a payload for a candidate at revision 3.
    pub fn approve(&self, number: u128, payload: &str) -> Approved {
        self.approve_leaf(number, payload, |_| {})
    }

    /// Approves a payload with a leaf that was changed before it entered the log.
    pub fn approve_leaf(&self, number: u128, payload: &str, change: impl FnOnce(&mut Leaf)) -> Approved {
        let candidate = candidate_in(self.workspace.clone(), number);
        let payload = canonicalize_payload(payload).expect("a payload");
        let nonce = *ledger_format::sha256(&[payload.as_bytes()]).as_bytes();
        let digest = digest_payload(&Nonce::new(nonce), &payload);
        let revision = 3;
        let mut leaf = approving_leaf(&candidate, revision, digest);
        change(&mut leaf);
        let leaf = leaf.encode().expect("a leaf");
        let index = self.append(&leaf);
        Approved { candidate, revision, payload, nonce, digest, index, leaf }
    }

    /// Appends any leaf; returns where it stands and its bytes.
    pub fn record(&self, leaf: &Leaf) -> (u64, Vec<u8>) {
        let leaf = leaf.encode().expect("a leaf");
        (self.append(&leaf), leaf)
    }

    /// Proves an entry under the checkpoint of the present size.
    pub fn prove(&self, index: u64) -> Vec<Vec<u8>> {
        let tree = self.lock();
        let proof = InclusionProof::build(index, tree.frontier.size(), &tree.subtrees).expect("a proof");
        proof.hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect()
    }

    /// Appends entries that say nothing to an executor.
    pub fn grow(&self, entries: u8) {
        for number in 0..entries {
            self.append(&[number; 40]);
        }
    }

    pub fn size(&self) -> u64 {
        self.lock().frontier.size()
    }

    /// The permit of an approval, under the checkpoint of the present size.
    pub fn permit(&self, approved: &Approved, operation: &str) -> Permit {
        self.permit_at(approved, operation, self.size())
    }

    /// The permit of an approval, under the checkpoint of a size that holds it.
    pub fn permit_at(&self, approved: &Approved, operation: &str, size: u64) -> Permit {
        let proof = InclusionProof::build(approved.index, size, &self.lock().subtrees).expect("a proof");
        Permit {
            candidate: approved.candidate.to_string(),
            action_type: operation.to_owned(),
            operation: operation.to_owned(),
            target: None,
            payload: Some(Payload {
                canonical_json: approved.payload.clone(),
                nonce: approved.nonce.to_vec(),
                digest: approved.digest.as_bytes().to_vec(),
            }),
            entry_index: approved.index.cast_signed(),
            entry_leaf: approved.leaf.clone(),
            inclusion_proof: proof.hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect(),
            checkpoint: self.signed_note(size),
            attempt_number: 1,
            fence: 1,
            lease_expire_time: None,
            idempotency_key: format!("{}/{}", approved.candidate.id, approved.revision),
            retry_safe: true,
            traceparent: String::new(),
            reissued: false,
            standing_approval_proof: None,
        }
    }

    pub fn signed_note(&self, size: u64) -> String {
        let root = self.lock().roots[usize::try_from(size).expect("a small log")];
        Checkpoint::new(&origin(&self.workspace), size, root).expect("a checkpoint").sign(&self.key).text().to_owned()
    }

    pub fn prove_consistency(&self, old_size: u64, new_size: u64) -> Vec<Vec<u8>> {
        let proof = ConsistencyProof::build(old_size, new_size, &self.lock().subtrees).expect("a proof");
        proof.hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect()
    }

    fn append(&self, leaf: &[u8]) -> u64 {
        let mut guard = self.lock();
        let tree = &mut *guard;
        let index = tree.frontier.size();
        tree.frontier.append_with(leaf_hash(leaf), |subtree, hash| {
            tree.subtrees.insert(subtree, hash);
        });
        tree.roots.push(tree.frontier.root());
        index
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tree> {
        self.tree.lock().expect("no test panicked in here")
    }
}
