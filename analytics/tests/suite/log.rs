//! A log in memory, with leaves, commitments, tree and signed checkpoints as the real one has them.

use std::collections::BTreeMap;

use countersign_api::candidate::v1::CandidateEvent;
use countersign_api::ledger::v1::{ContentErased, Entry, LegalHoldPlaced, LegalHoldReleased};
use countersign_api::r#type::v1::PrincipalKind as WireKind;
use ledger_format::custody::{CONTENT_ERASED, LEGAL_HOLD_PLACED, LEGAL_HOLD_RELEASED, content_subject};
use ledger_format::{
    Checkpoint, ConsistencyProof, Frontier, Leaf, PrincipalKind, Salt, SigningKey, VerifyingKey, commit_content,
    leaf_hash,
};
use prost::Message;

pub const ORIGIN: &str = "countersign.local/workspaces/demo";

/// The append time of the first entry: 2026-11-20T08:00:00Z, in microseconds.
pub const START_US: i64 = 1_795_161_600_000_000;

pub struct Log {
    pub entries: Vec<Entry>,
    key: SigningKey,
    tree: Frontier,
}

impl Log {
    pub fn new() -> Self {
        let key = SigningKey::from_seed("countersign.local", &[7; 32]).expect("a key");
        Self { entries: Vec::new(), key, tree: Frontier::new() }
    }

    pub fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key().clone()
    }

    /// Appends an event as the relay would.
    pub fn append(&mut self, kind: &str, event: &CandidateEvent) {
        let actor = event.actor.clone().expect("an actor");
        let (principal_kind, letter) = match actor.kind() {
            WireKind::Human | WireKind::Unspecified => (PrincipalKind::Human, 'h'),
            WireKind::Generator => (PrincipalKind::Generator, 'g'),
            WireKind::Service => (PrincipalKind::Service, 's'),
        };
        let name: String = actor.id.chars().rev().collect();
        let (_, id) = event.candidate.rsplit_once('/').expect("a name");
        let leaf = Leaf {
            origin: ORIGIN.to_owned(),
            kind: kind.to_owned(),
            subject: event.candidate.clone(),
            subject_revision: u64::try_from(event.revision).expect("a revision"),
            principal_kind,
            principal_reference: format!("p_{letter}{}", hex::encode(name)),
            appended_at_us: START_US + i64::try_from(self.entries.len()).expect("few entries") * 1_000,
            idempotency_key: format!("{id}/{}/{}", event.revision, event.ordinal),
            payload_digest: None,
            commitment: commit_content(&Salt::new([0; 32]), b""),
        };
        self.append_leaf(leaf, event.encode_to_vec());
    }

    /// Appends a leaf under the commitment to this content.
    pub fn append_leaf(&mut self, leaf: Leaf, content: Vec<u8>) {
        let index = self.entries.len();
        let salt = [u8::try_from(index % 251).expect("a byte"); 32];
        let leaf = Leaf { commitment: commit_content(&Salt::new(salt), &content), ..leaf };
        let bytes = leaf.encode().expect("a leaf");
        let hash = leaf_hash(&bytes);
        self.tree.append(hash);
        self.entries.push(Entry {
            index: i64::try_from(index).expect("few entries"),
            leaf: bytes.into(),
            leaf_hash: hash.as_bytes().to_vec(),
            salt: salt.to_vec(),
            // What stands for a cipher: nobody here opens it.
            sealed: content.iter().rev().map(|byte| byte ^ 0x5A).collect(),
            content_key: format!("k{}", index % 3),
            content: content.into(),
            ..Entry::default()
        });
    }

    /// Destroys the content of an entry.
    pub fn erase(&mut self, index: usize) {
        self.entries[index].salt.clear();
        self.entries[index].content.clear();
        self.entries[index].sealed.clear();
        self.entries[index].content_key.clear();
        self.entries[index].erased = true;
    }

    /// Erases a subject as the ledger does: destroys the contents of every entry about it so far, and says so.
    pub fn erase_subject(&mut self, subject: &str) {
        let is_of_subject = |entry: &Entry| {
            let leaf = Leaf::decode(&entry.leaf).expect("a leaf");
            content_subject(leaf.kind, leaf.subject, entry.index.unsigned_abs()) == subject
        };
        for index in 0..self.entries.len() {
            if is_of_subject(&self.entries[index]) {
                self.erase(index);
            }
        }
        let erased = ContentErased { reason: "she asked".to_owned(), ..ContentErased::default() };
        self.append_custody(CONTENT_ERASED, subject, erased.encode_to_vec());
    }

    /// Places a legal hold on a subject.
    pub fn hold_subject(&mut self, subject: &str) {
        let placed = LegalHoldPlaced { reason: "an inquiry".to_owned(), ..LegalHoldPlaced::default() };
        self.append_custody(LEGAL_HOLD_PLACED, subject, placed.encode_to_vec());
    }

    /// Lifts a legal hold from a subject.
    pub fn release_subject(&mut self, subject: &str) {
        let released = LegalHoldReleased { reason: "closed".to_owned(), ..LegalHoldReleased::default() };
        self.append_custody(LEGAL_HOLD_RELEASED, subject, released.encode_to_vec());
    }

    fn append_custody(&mut self, kind: &str, subject: &str, content: Vec<u8>) {
        let index = self.entries.len();
        let leaf = Leaf {
            origin: ORIGIN.to_owned(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            subject_revision: 0,
            principal_kind: PrincipalKind::Human,
            principal_reference: "p_hd".to_owned(),
            appended_at_us: START_US + i64::try_from(index).expect("few entries") * 1_000,
            idempotency_key: format!("custody/{index}"),
            payload_digest: None,
            commitment: commit_content(&Salt::new([0; 32]), b""),
        };
        self.append_leaf(leaf, content);
    }

    /// Has another key sign from here on.
    pub fn resign(&mut self, key: SigningKey) {
        self.key = key;
    }

    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.tree.size(), self.tree.root()).expect("a checkpoint")
    }

    /// Proves that the log grew from one size to another; for a size that it has not, as if nothing were there.
    pub fn prove_growth(&self, old_size: usize, new_size: usize) -> Vec<Vec<u8>> {
        let mut tree = Frontier::new();
        let mut hashes = BTreeMap::new();
        for entry in self.entries.iter().take(new_size) {
            tree.append_with(leaf_hash(&entry.leaf), |subtree, hash| _ = hashes.insert(subtree, hash));
        }
        let proof = ConsistencyProof::build(old_size as u64, new_size as u64, &hashes);
        let proof = proof.map_or_else(|_| Vec::new(), |proof| proof.hashes);
        proof.iter().map(|hash| hash.as_bytes().to_vec()).collect()
    }

    pub fn signed_note(&self) -> String {
        self.checkpoint().sign(&self.key).text().to_owned()
    }
}
