use std::collections::{BTreeMap, HashMap};

use countersign_api::{
    ledger::v1::{Checkpoint as WireCheckpoint, Entry, InclusionProof as WireProof, NewEntry},
    r#type::v1::PrincipalKind as WireKind,
};
use ledger_format::{
    Checkpoint, Frontier, Hash, InclusionProof, Leaf, PayloadDigest, PrincipalKind, Salt, SigningKey, Subtree,
    VerifyingKey, commit_content, leaf_hash,
};

/// The origin of the one log.
pub(crate) const ORIGIN: &str = "countersign.local/workspaces/demo";

/// A log in memory, with a real tree and real signatures.
pub(super) struct Log {
    pub(super) entries: Vec<Entry>,
    by_key: HashMap<String, (usize, NewEntry)>,
    frontier: Frontier,
    hashes: BTreeMap<Subtree, Hash>,
    key: SigningKey,
}

impl Log {
    pub(super) fn new() -> Self {
        let key = SigningKey::from_seed(ORIGIN, &[7; 32]).expect("a key");
        Self { entries: Vec::new(), by_key: HashMap::new(), frontier: Frontier::new(), hashes: BTreeMap::new(), key }
    }

    pub(super) fn verifying_key(&self) -> VerifyingKey {
        self.key.verifying_key().clone()
    }

    /// Appends an entry; the same under the same key gives the same index, another is refused (L-5).
    pub(super) fn append(&mut self, new: NewEntry) -> Result<(usize, bool), String> {
        if let Some((index, before)) = self.by_key.get(&new.idempotency_key) {
            return if *before == new { Ok((*index, true)) } else { Err(new.idempotency_key) };
        }
        let index = self.entries.len();
        let salt = Salt::new([u8::try_from(index % 256).expect("a byte"); 32]);
        let leaf = leaf_of(&new, &salt, index).encode().expect("a leaf");
        let hash = leaf_hash(&leaf);
        let hashes = &mut self.hashes;
        self.frontier.append_with(hash, |subtree, hash| {
            hashes.insert(subtree, hash);
        });
        self.entries.push(Entry {
            index: i64::try_from(index).expect("small"),
            leaf: leaf.into(),
            leaf_hash: hash.as_bytes().to_vec(),
            salt: salt.as_bytes().to_vec(),
            content: new.content.clone().into(),
            ..Entry::default()
        });
        self.by_key.insert(new.idempotency_key.clone(), (index, new));
        Ok((index, false))
    }

    pub(super) fn checkpoint(&self) -> WireCheckpoint {
        let checkpoint = Checkpoint::new(ORIGIN, self.frontier.size(), self.frontier.root()).expect("a checkpoint");
        WireCheckpoint {
            signed_note: checkpoint.sign(&self.key).text().to_owned(),
            size: i64::try_from(checkpoint.size()).expect("small"),
            root: checkpoint.root().as_bytes().to_vec(),
        }
    }

    pub(super) fn prove(&self, index: i64) -> WireProof {
        let at = u64::try_from(index).expect("an index");
        let proof = InclusionProof::build(at, self.frontier.size(), &self.hashes).expect("within the tree");
        WireProof {
            index,
            leaf: self.entries[usize::try_from(at).expect("small")].leaf.to_vec(),
            hashes: proof.hashes.iter().map(|hash| hash.as_bytes().to_vec()).collect(),
        }
    }
}

fn leaf_of(new: &NewEntry, salt: &Salt, index: usize) -> Leaf {
    let principal_kind = match WireKind::try_from(new.principal_kind).expect("a kind") {
        WireKind::Human => PrincipalKind::Human,
        WireKind::Generator => PrincipalKind::Generator,
        WireKind::Service => PrincipalKind::Service,
        WireKind::Unspecified => panic!("an entry without the kind of its principal"),
    };
    let digest = new.payload_digest.as_slice();
    Leaf {
        origin: ORIGIN.to_owned(),
        kind: new.kind.clone(),
        subject: new.subject.clone(),
        subject_revision: u64::try_from(new.subject_revision).expect("a revision"),
        principal_kind,
        principal_reference: new.principal_reference.clone(),
        appended_at_us: i64::try_from(index).expect("small"),
        idempotency_key: new.idempotency_key.clone(),
        payload_digest: (!digest.is_empty()).then(|| PayloadDigest::try_from(digest).expect("32 bytes")),
        commitment: commit_content(salt, &new.content),
    }
}
