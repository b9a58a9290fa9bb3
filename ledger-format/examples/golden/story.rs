//! One approval from proposal to result, in a log that also holds another candidate.

use std::collections::BTreeMap;
use std::error::Error;

use ledger_format::{
    Checkpoint, ConsistencyProof, Frontier, Hash, InclusionProof, Leaf, Nonce, PayloadDigest, PrincipalKind, Salt,
    SigningKey, Subtree, TlogProof, VerifyingKey, canonicalize_payload, commit_content, digest_payload, empty_root,
    leaf_hash, sha256,
};
use serde::{Deserialize, Serialize};

/// The whole file. Byte strings are hexadecimal, times microseconds since the Unix epoch.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Golden {
    /// What the file is.
    pub description: String,
    /// Identity of the log.
    pub origin: String,
    /// Seed of the signing key; used nowhere else.
    pub key_seed: String,
    /// Text form of the verifying key.
    pub verifying_key: String,
    /// Payloads with their nonces and digests.
    pub payloads: Vec<GoldenPayload>,
    /// Entries in order.
    pub entries: Vec<GoldenEntry>,
    /// Root at every size from 0.
    pub roots: Vec<Hash>,
    /// Signed checkpoints.
    pub checkpoints: Vec<GoldenCheckpoint>,
    /// Inclusion proofs of every entry under every checkpoint that covers it.
    pub inclusion_proofs: Vec<GoldenInclusion>,
    /// Consistency proofs between any two sizes.
    pub consistency_proofs: Vec<GoldenConsistency>,
    /// What the executor gets.
    pub permit: GoldenPermit,
    /// Proof file of the approving entry under the last checkpoint.
    pub tlog_proof: String,
}

/// A payload as it was sent and what follows from it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenPayload {
    /// Name in this file.
    pub name: String,
    /// JSON text as it was sent.
    pub sent: String,
    /// Its canonical form.
    pub canonical: String,
    /// Nonce.
    pub nonce: String,
    /// Digest.
    pub digest: PayloadDigest,
}

/// An entry: its content, its clear fields and what follows from them.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenEntry {
    /// Position.
    pub index: u64,
    /// Salt of the commitment.
    pub salt: String,
    /// Content; opaque to the format.
    pub content: String,
    /// Clear fields.
    pub leaf: Leaf,
    /// Encoded leaf.
    pub leaf_bytes: String,
    /// Hash of the encoded leaf.
    pub leaf_hash: Hash,
}

/// A checkpoint as it is served.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenCheckpoint {
    /// Entries it covers.
    pub size: u64,
    /// The signed note.
    pub text: String,
}

/// An inclusion proof.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenInclusion {
    /// Position of the leaf.
    pub index: u64,
    /// Leaves in the tree.
    pub size: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
}

/// A consistency proof.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenConsistency {
    /// Leaves in the older tree.
    pub old_size: u64,
    /// Leaves in the newer tree.
    pub new_size: u64,
    /// The proof.
    pub hashes: Vec<Hash>,
}

/// The parts of a permit that are checked against the log.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoldenPermit {
    /// The candidate to execute.
    pub candidate: String,
    /// The payload to execute.
    pub payload: String,
    /// Its nonce.
    pub nonce: String,
    /// The approved digest.
    pub digest: PayloadDigest,
    /// Encoded leaf of the approving entry.
    pub leaf_bytes: String,
    /// Position of the approving entry.
    pub index: u64,
    /// Inclusion proof under the checkpoint.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
    /// Key under which every attempt under this approval calls the CRM.
    pub execution_key: String,
}

const ORIGIN: &str = "ledger.example/workspaces/demo";
const CANDIDATE: &str = "workspaces/demo/candidates/01928f2e-7c00-7000-8000-00000000a001";
const OTHER: &str = "workspaces/demo/candidates/01928f2e-7c00-7000-8000-00000000a002";

/// 2026-11-23T09:00:00Z; the entries follow a second apart.
const START_US: i64 = 1_795_424_400_000_000;
const SECOND_US: i64 = 1_000_000;

/// What happens at one index: kind, subject, revision, principal kind, principal, payload, content.
type Happening<'a> = (&'a str, &'a str, u64, PrincipalKind, &'a str, Option<&'a GoldenPayload>, &'a str);

/// Tells the story anew from its fixed inputs.
///
/// # Errors
///
/// When the format refuses one of its own values.
pub fn tell() -> Result<Golden, Box<dyn Error>> {
    let seed = *sha256(&[b"countersign golden vectors: signing key"]).as_bytes();
    let key = SigningKey::from_seed(ORIGIN, &seed)?;
    let payloads = payloads()?;
    let entries = entries(&payloads)?;
    let approving = entries.iter().find(|entry| entry.leaf.kind == "candidate_approved").ok_or("no approval")?;

    let mut roots = vec![empty_root()];
    let mut frontier = Frontier::new();
    let mut subtrees = BTreeMap::new();
    for entry in &entries {
        frontier.append_with(entry.leaf_hash, |subtree, hash| {
            subtrees.insert(subtree, hash);
        });
        roots.push(frontier.root());
    }
    let checkpoint_at = |size: usize| Checkpoint::new(ORIGIN, size as u64, roots[size]).map(|it| it.sign(&key));
    let (early, last) = (checkpoint_at(5)?, checkpoint_at(7)?);

    let early_proof = InclusionProof::build(approving.index, 5, &subtrees)?;
    let last_proof = InclusionProof::build(approving.index, 7, &subtrees)?;
    let tlog_proof =
        TlogProof { extra: None, index: approving.index, hashes: last_proof.hashes, checkpoint: last.clone() };
    let edited = &payloads[1];
    Ok(Golden {
        description: "One recorded approval in a log of seven entries. See docs/ledger-format.md.".to_owned(),
        origin: ORIGIN.to_owned(),
        key_seed: hex::encode(seed),
        verifying_key: VerifyingKey::to_string(key.verifying_key()),
        permit: GoldenPermit {
            candidate: CANDIDATE.to_owned(),
            payload: edited.canonical.clone(),
            nonce: edited.nonce.clone(),
            digest: edited.digest,
            leaf_bytes: approving.leaf_bytes.clone(),
            index: approving.index,
            proof: early_proof.hashes,
            checkpoint: early.text().to_owned(),
            execution_key: "01928f2e-7c00-7000-8000-00000000a001/3".to_owned(),
        },
        checkpoints: vec![
            GoldenCheckpoint { size: 5, text: early.text().to_owned() },
            GoldenCheckpoint { size: 7, text: last.text().to_owned() },
        ],
        inclusion_proofs: inclusion_proofs(&subtrees)?,
        consistency_proofs: consistency_proofs(&subtrees)?,
        tlog_proof: tlog_proof.to_string(),
        payloads,
        entries,
        roots,
    })
}

fn payloads() -> Result<Vec<GoldenPayload>, Box<dyn Error>> {
    let sent = [
        ("proposed", r#"{ "subject": "Ask for the missing account", "owner": "users/anna", "due": "2026-11-30" }"#),
        ("edited", r#"{"due":"2026-12-02","owner":"users/anna","subject":"Ask for the missing account"}"#),
        ("other", r#"{"task":"Call back","priority":1.0}"#),
    ];
    let mut payloads = Vec::new();
    for (name, sent) in sent {
        let canonical = canonicalize_payload(sent)?;
        let nonce = *sha256(&[b"countersign golden vectors: nonce ", name.as_bytes()]).as_bytes();
        let digest = digest_payload(&Nonce::new(nonce), &canonical);
        let (name, sent) = (name.to_owned(), sent.to_owned());
        payloads.push(GoldenPayload { name, sent, canonical, nonce: hex::encode(nonce), digest });
    }
    Ok(payloads)
}

fn entries(payloads: &[GoldenPayload]) -> Result<Vec<GoldenEntry>, Box<dyn Error>> {
    use PrincipalKind::{Generator, Human, Service};
    let [proposed, edited, other] = payloads else { return Err("three payloads are needed".into()) };
    let happenings: [Happening<'_>; 7] = [
        ("candidate_proposed", OTHER, 1, Generator, "principals/g-51c0", Some(other), "a call back is proposed"),
        ("candidate_rejected", OTHER, 2, Human, "principals/h-7f3a", None, "rejected: already done"),
        ("candidate_proposed", CANDIDATE, 1, Generator, "principals/g-51c0", Some(proposed), "a task is proposed"),
        ("candidate_edited", CANDIDATE, 2, Human, "principals/h-7f3a", Some(edited), "the date was moved – zwei Tage"),
        ("candidate_approved", CANDIDATE, 3, Human, "principals/h-02be", Some(edited), "approved"),
        ("execution_started", CANDIDATE, 4, Service, "principals/s-90aa", Some(edited), "attempt 1"),
        ("candidate_executed", CANDIDATE, 5, Service, "principals/s-90aa", Some(edited), "task 17 was created"),
    ];
    let mut entries = Vec::new();
    for (happening, index) in happenings.into_iter().zip(0..) {
        entries.push(entry(index, happening)?);
    }
    Ok(entries)
}

fn entry(index: u32, happening: Happening<'_>) -> Result<GoldenEntry, Box<dyn Error>> {
    let (kind, subject, revision, principal_kind, principal, payload, content) = happening;
    let salt = *sha256(&[b"countersign golden vectors: salt ", index.to_string().as_bytes()]).as_bytes();
    let candidate_id = subject.rsplit('/').next().ok_or("no candidate id")?;
    let leaf = Leaf {
        origin: ORIGIN.to_owned(),
        kind: kind.to_owned(),
        subject: subject.to_owned(),
        subject_revision: revision,
        principal_kind,
        principal_reference: principal.to_owned(),
        appended_at_us: START_US + SECOND_US * i64::from(index),
        idempotency_key: format!("{candidate_id}/{revision}/0"),
        payload_digest: payload.map(|payload| payload.digest),
        commitment: commit_content(&Salt::new(salt), content.as_bytes()),
    };
    let leaf_bytes = leaf.encode()?;
    Ok(GoldenEntry {
        index: index.into(),
        salt: hex::encode(salt),
        content: hex::encode(content),
        leaf_hash: leaf_hash(&leaf_bytes),
        leaf_bytes: hex::encode(leaf_bytes),
        leaf,
    })
}

fn inclusion_proofs(subtrees: &BTreeMap<Subtree, Hash>) -> Result<Vec<GoldenInclusion>, Box<dyn Error>> {
    let mut proofs = Vec::new();
    for size in [5, 7] {
        for index in 0..size {
            let hashes = InclusionProof::build(index, size, subtrees)?.hashes;
            proofs.push(GoldenInclusion { index, size, hashes });
        }
    }
    Ok(proofs)
}

fn consistency_proofs(subtrees: &BTreeMap<Subtree, Hash>) -> Result<Vec<GoldenConsistency>, Box<dyn Error>> {
    let mut proofs = Vec::new();
    for new_size in 0..=7 {
        for old_size in 0..=new_size {
            let hashes = ConsistencyProof::build(old_size, new_size, subtrees)?.hashes;
            proofs.push(GoldenConsistency { old_size, new_size, hashes });
        }
    }
    Ok(proofs)
}
