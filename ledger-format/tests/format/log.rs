//! A small log in memory, as a store would hold it.

use std::collections::BTreeMap;

use ledger_format::{
    Checkpoint, Column, Content, EntryParts, Frontier, Hash, Leaf, Nonce, PayloadDigest, PrincipalKind, Salt,
    SignedCheckpoint, SigningKey, Subtree, commit_content, digest_payload, leaf_hash,
};

/// Identity of the logs in these tests.
pub const ORIGIN: &str = "ledger.example/workspaces/test";

/// One stored row.
#[derive(Debug, Clone)]
pub struct Row {
    pub index: u64,
    pub leaf: Vec<u8>,
    pub leaf_hash: Hash,
    pub idempotency_key: String,
    pub kind: String,
    pub subject: String,
    pub subject_revision: u64,
    pub principal_kind: PrincipalKind,
    pub principal_reference: String,
    pub appended_at_us: i64,
    pub payload_digest: Option<PayloadDigest>,
    pub salt: Salt,
    pub content: Vec<u8>,
}

impl Row {
    /// Makes the row that stands at `index`.
    pub fn at(index: u64) -> Self {
        let (salt, content) = (Salt::new([0x5a; 32]), format!("content of {index}").into_bytes());
        let nonce = Nonce::new([0x4e; 32]);
        let leaf = Leaf {
            origin: ORIGIN.to_owned(),
            kind: if index % 3 == 2 { "candidate_approved" } else { "candidate_proposed" }.to_owned(),
            subject: format!("workspaces/test/candidates/{}", index / 3),
            subject_revision: index % 3 + 1,
            principal_kind: if index % 3 == 2 { PrincipalKind::Human } else { PrincipalKind::Generator },
            principal_reference: format!("principals/{}", index % 5),
            appended_at_us: 1_000_000 + i64::try_from(index).unwrap() / 2,
            idempotency_key: format!("{}/{}/0", index / 3, index % 3 + 1),
            payload_digest: (index % 3 != 1).then(|| digest_payload(&nonce, &payload(index))),
            commitment: commit_content(&salt, &content),
        };
        Self::of(index, &leaf, salt, content)
    }

    /// Stores a leaf with its content.
    pub fn of(index: u64, leaf: &Leaf, salt: Salt, content: Vec<u8>) -> Self {
        let bytes = leaf.encode().unwrap();
        Self {
            index,
            leaf_hash: leaf_hash(&bytes),
            leaf: bytes,
            idempotency_key: leaf.idempotency_key.clone(),
            kind: leaf.kind.clone(),
            subject: leaf.subject.clone(),
            subject_revision: leaf.subject_revision,
            principal_kind: leaf.principal_kind,
            principal_reference: leaf.principal_reference.clone(),
            appended_at_us: leaf.appended_at_us,
            payload_digest: leaf.payload_digest,
            salt,
            content,
        }
    }

    /// Gives the row's columns as the verifier reads them.
    pub fn columns(&self) -> [Column<'_>; 8] {
        [
            Column::IdempotencyKey(&self.idempotency_key),
            Column::Kind(&self.kind),
            Column::Subject(&self.subject),
            Column::SubjectRevision(self.subject_revision),
            Column::PrincipalKind(self.principal_kind),
            Column::PrincipalReference(&self.principal_reference),
            Column::AppendedAtUs(self.appended_at_us),
            Column::PayloadDigest(self.payload_digest),
        ]
    }

    /// Gives the row as the verifier reads it.
    pub fn parts<'a>(&'a self, columns: &'a [Column<'a>]) -> EntryParts<'a> {
        let content = Content::Kept { salt: self.salt, bytes: &self.content };
        EntryParts { index: self.index, leaf: &self.leaf, leaf_hash: self.leaf_hash, columns, content }
    }
}

/// The payload that the rows about one candidate speak of.
pub fn payload(index: u64) -> String {
    format!("{{\"candidate\":{}}}", index / 3)
}

/// Makes the first `size` rows of the log.
pub fn rows(size: u64) -> Vec<Row> {
    (0..size).map(Row::at).collect()
}

/// The key that signs these logs.
pub fn key() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[7; 32]).unwrap()
}

/// The hashes of every perfect subtree of a tree, and its right edge.
#[derive(Debug, Default)]
pub struct Tree {
    pub frontier: Frontier,
    pub subtrees: BTreeMap<Subtree, Hash>,
}

impl Tree {
    /// Grows a tree over leaf hashes.
    pub fn over(leaves: impl IntoIterator<Item = Hash>) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.append(leaf);
        }
        tree
    }

    /// Grows the tree over the rows' leaves.
    pub fn of_rows(rows: &[Row]) -> Self {
        Self::over(rows.iter().map(|row| row.leaf_hash))
    }

    /// Appends one leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        self.frontier.append_with(leaf, |subtree, hash| {
            self.subtrees.insert(subtree, hash);
        });
    }

    /// States size and root.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.frontier.size(), self.frontier.root()).unwrap()
    }

    /// Signs size and root.
    pub fn signed_checkpoint(&self) -> SignedCheckpoint {
        self.checkpoint().sign(&key())
    }
}
