//! What this implementation says of a case that the second verifier has drawn: `tests/verifier/verdicts.py` in Rust.

use std::collections::BTreeSet;
use std::path::Path;

use analytics::export::{Pinned, verify};
use ledger_format::{
    Checkpoint, ClaimedApproval, Column, ConsistencyProof, Content, EntryParts, Frontier, Hash, InclusionProof, Leaf,
    LogVerifier, Nonce, RecordedApproval, Salt, SignedCheckpoint, TILE_WIDTH, Tile, TileId, TlogProof, VerifyingKey,
    approval, canonicalize_payload, commit_content, digest_payload, leaf_hash,
};
use serde_json::{Value, json};

/// Judges a case: `verifies`, with what was read, or with where it was refused.
///
/// # Panics
///
/// When the case is not of the form that the second verifier writes.
pub fn judge(case: &Value) -> Value {
    let input = Input(&case["input"]);
    let read = match case["family"].as_str().expect("a family") {
        "json" => payload(input),
        "leaf" => leaf(input),
        "commitment" => commitment(input),
        "key" => key(input),
        "checkpoint" => checkpoint(input),
        "tlog_proof" => tlog_proof(input),
        "inclusion" => inclusion(input),
        "consistency" => consistency(input),
        "tile" => Ok(tile(input)),
        "tree" => Ok(tree(input)),
        "permit" => permit(input),
        "log" => log(input),
        "export" => export(input),
        family => panic!("a family that nobody knows: {family}"),
    };
    let (verifies, mut told) = match read {
        Ok(read) => (true, read),
        Err(Refused(place)) => (false, place),
    };
    told["verifies"] = verifies.into();
    told
}

/// Nothing was verified; tells where, for the families that tell.
struct Refused(Value);

/// Any error is a refusal: which of two faults of an input is found first is nobody's promise.
impl<E: std::error::Error> From<E> for Refused {
    fn from(_: E) -> Self {
        refused()
    }
}

type Read = Result<Value, Refused>;

fn refused() -> Refused {
    Refused(json!({}))
}

#[derive(Clone, Copy)]
struct Input<'a>(&'a Value);

impl<'a> Input<'a> {
    fn text(self, name: &str) -> &'a str {
        self.0[name].as_str().unwrap_or_else(|| panic!("a text `{name}` in {}", self.0))
    }

    fn number(self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap_or_else(|| panic!("a number `{name}` in {}", self.0))
    }

    fn bytes(self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).expect("hexadecimal digits")
    }

    fn hash(self, name: &str) -> Hash {
        self.text(name).parse().expect("a hash")
    }

    fn hashes(self, name: &str) -> Vec<Hash> {
        self.list(name).map(|hash| hash.as_str().expect("a text").parse().expect("a hash")).collect()
    }

    fn list(self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.0[name].as_array().expect("a list").iter()
    }

    fn key(self) -> VerifyingKey {
        self.text("key").parse().expect("the key of a case is one")
    }
}

fn payload(input: Input<'_>) -> Read {
    let sent = input.bytes("sent");
    let canonical = canonicalize_payload(str::from_utf8(&sent)?)?;
    let digest = digest_payload(&Nonce::new(*input.hash("nonce").as_bytes()), &canonical);
    Ok(json!({ "canonical": canonical, "digest": digest.to_string() }))
}

fn leaf(input: Input<'_>) -> Read {
    let bytes = input.bytes("leaf");
    let leaf = Leaf::decode(&bytes)?;
    assert_eq!(leaf.encode()?, bytes, "whatever decodes, encodes to the same bytes");
    Ok(json!({ "leaf": leaf }))
}

fn commitment(input: Input<'_>) -> Read {
    let content = input.bytes("content");
    let salt = Salt::new(*input.hash("salt").as_bytes());
    let is_content = content.len() <= ledger_format::CONTENT_MAX_BYTES;
    let agrees = commit_content(&salt, &content).to_string() == input.text("claimed");
    if is_content && agrees { Ok(json!({})) } else { Err(refused()) }
}

fn key(input: Input<'_>) -> Read {
    let key: VerifyingKey = input.text("key").parse()?;
    let (hash, public) = (hex::encode(key.key_hash()), hex::encode(key.public_key()));
    Ok(json!({ "name": key.name(), "hash": hash, "public": public }))
}

fn checkpoint(input: Input<'_>) -> Read {
    let note = input.bytes("note");
    let signed = SignedCheckpoint::parse(str::from_utf8(&note)?)?;
    Ok(shown(signed.verify(&input.key(), input.text("origin"))?))
}

fn shown(checkpoint: &Checkpoint) -> Value {
    json!({ "size": checkpoint.size(), "root": checkpoint.root() })
}

fn tlog_proof(input: Input<'_>) -> Read {
    let file = input.bytes("file");
    let proof: TlogProof = str::from_utf8(&file)?.parse()?;
    let mut told = shown(proof.verify(&input.bytes("leaf"), &input.key(), input.text("origin"))?);
    told["index"] = proof.index.into();
    told["extra"] = proof.extra.as_ref().map_or(false.into(), |extra| hex::encode(extra).into());
    Ok(told)
}

fn inclusion(input: Input<'_>) -> Read {
    let (index, size, hashes) = (input.number("index"), input.number("size"), input.hashes("proof"));
    InclusionProof { index, size, hashes }.verify(input.hash("hash"), input.hash("root"))?;
    Ok(json!({}))
}

fn consistency(input: Input<'_>) -> Read {
    let (old_size, new_size, hashes) = (input.number("old_size"), input.number("new_size"), input.hashes("proof"));
    ConsistencyProof { old_size, new_size, hashes }.verify(input.hash("old_root"), input.hash("new_root"))?;
    Ok(json!({}))
}

fn tile(input: Input<'_>) -> Value {
    let size = input.number("size");
    let partial: Vec<String> = TileId::partial(size).map(|tile| tile.to_string()).collect();
    json!({ "full": TileId::completed(0, size).count(), "partial": partial, "tile": one_tile(input) })
}

fn one_tile(input: Input<'_>) -> Option<Value> {
    let (level, width) = (u8::try_from(input.number("level")).ok()?, u16::try_from(input.number("width")).ok()?);
    let id = TileId::new(level, input.number("index"), width).ok()?;
    let tile = Tile::from_bytes(id, &input.bytes("tile")).ok()?;
    let root = tile.hashes().iter().fold(Frontier::new(), |mut tree, hash| {
        tree.append(*hash);
        tree
    });
    let is_full = width == TILE_WIDTH;
    assert_eq!(tile.root(), is_full.then(|| root.root()), "a full tile has a root, and a partial one none");
    Some(json!({ "path": id.to_string(), "root": tile.root() }))
}

/// The root over leaves that are numbers, as 8 bytes each.
fn tree(input: Input<'_>) -> Value {
    let (start, size) = (input.number("start"), input.number("size"));
    let mut tree = Frontier::new();
    (start..start + size).for_each(|number| tree.append(leaf_hash(&number.to_be_bytes())));
    json!({ "root": tree.root() })
}

fn permit(input: Input<'_>) -> Read {
    let (leaf, proof, checkpoint) = (input.bytes("leaf"), input.hashes("proof"), input.bytes("checkpoint"));
    let at = |check: u64| Refused(json!({ "check": check }));
    let claimed = ClaimedApproval {
        origin: input.text("origin"),
        candidate: input.text("candidate"),
        payload: input.text("payload"),
        nonce: Nonce::new(*input.hash("nonce").as_bytes()),
        digest: input.text("digest").parse().expect("a digest"),
        leaf: &leaf,
        index: input.number("index"),
        proof: &proof,
        checkpoint: str::from_utf8(&checkpoint).map_err(|_| at(1))?,
    };
    let approval = RecordedApproval::verify(claimed, &input.key()).map_err(|error| {
        at(match error {
            approval::Error::Checkpoint(_) => 1,
            approval::Error::Leaf(_) => 2,
            approval::Error::LeafOriginDiffers { .. } => 3,
            approval::Error::NotAnApproval { .. } => 4,
            approval::Error::SubjectDiffers { .. } => 5,
            approval::Error::NotByHuman { .. } => 6,
            approval::Error::DigestMissing | approval::Error::DigestDiffers { .. } => 7,
            approval::Error::PayloadDiffers { .. } => 8,
            approval::Error::Inclusion(_) => 9,
        })
    })?;
    Ok(shown(approval.checkpoint()))
}

/// Reads a log as an auditor does: the entries in order, each checkpoint once its size is reached.
fn log(input: Input<'_>) -> Read {
    let (key, origin) = (input.key(), input.text("origin"));
    let at = |index: u64| Refused(json!({ "index": index }));
    let mut checkpoints = Vec::new();
    for note in input.list("checkpoints") {
        let signed = SignedCheckpoint::parse(note.as_str().expect("a note"))?;
        checkpoints.push(signed.verify(&key, origin)?.clone());
    }
    let (mut verifier, mut keys, mut erased) = (LogVerifier::new(origin), BTreeSet::new(), 0);
    check_root(&mut verifier, &checkpoints)?;
    for entry in input.list("entries").map(Input) {
        let index = verifier.size();
        let leaf = entry.bytes("leaf");
        let content = entry.0["content"].is_string().then(|| entry.bytes("content"));
        erased += u64::from(content.is_none());
        let parts = EntryParts {
            index: entry.number("index"),
            leaf: &leaf,
            leaf_hash: entry.hash("leaf_hash"),
            columns: &[] as &[Column<'_>],
            content: match &content {
                Some(bytes) => Content::Kept { salt: Salt::new(*entry.hash("salt").as_bytes()), bytes },
                None => Content::Erased,
            },
        };
        verifier.entry(parts).map_err(|finding| at(finding.index))?;
        // That a key occurs once needs memory that grows, and is left to whoever reads the entries.
        let key = Leaf::decode(&leaf).expect("it was verified").idempotency_key.to_owned();
        if !keys.insert(key) {
            return Err(at(index));
        }
        check_root(&mut verifier, &checkpoints)?;
    }
    if checkpoints.iter().any(|checkpoint| checkpoint.size() > verifier.size()) {
        return Err(at(verifier.size()));
    }
    Ok(json!({ "size": verifier.size(), "root": verifier.root(), "erased": erased }))
}

fn check_root(verifier: &mut LogVerifier, checkpoints: &[Checkpoint]) -> Result<(), Refused> {
    let Some(checkpoint) = checkpoints.iter().find(|checkpoint| checkpoint.size() == verifier.size()) else {
        return Ok(());
    };
    verifier.checkpoint(checkpoint).map_err(|finding| Refused(json!({ "index": finding.index })))
}

fn export(input: Input<'_>) -> Read {
    let (key, exporter) = (input.key(), input.0["exporter"].as_str().map(str::parse::<VerifyingKey>));
    let exporter = exporter.transpose().expect("the exporter's key of a case is one");
    let pinned = Pinned::log(&key);
    let pinned = exporter.as_ref().map_or(pinned, |exporter| pinned.with_exporter(exporter));
    let verified = verify(Path::new(input.text("folder")), pinned, |_| {})
        .map_err(|error| Refused(if error.is_missing() { json!({ "missing": true }) } else { json!({}) }))?;
    let manifest = verified.manifest();
    Ok(json!({ "size": manifest.size, "root": manifest.root, "manifest": manifest.sha256() }))
}
