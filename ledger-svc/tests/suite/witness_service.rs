//! The witness: each answer of C2SP tlog-witness, and what it remembers.

use std::{path::Path, sync::Arc};

use ledger_format::{
    AddCheckpoint, Checkpoint, ConsistencyProof, CosigningKey, Frontier, Hash, HashReader, SigningKey, Subtree,
    empty_root, leaf_hash,
};
use ledger_svc::witness::{TrustedLog, Verdict, Witness};
use service_kit::clock::ManualClock;

const ORIGIN: &str = "log.example/one";

/// A log of numbered leaves; a fork of it says otherwise from some index on.
struct Numbers {
    key: SigningKey,
    forked_at: u64,
}

impl Numbers {
    fn hash_at(&self, index: u64) -> Hash {
        let says = if index >= self.forked_at { "otherwise" } else { "so" };
        leaf_hash(format!("{says} {index}").as_bytes())
    }

    fn root(&self, size: u64) -> Hash {
        let mut frontier = Frontier::new();
        (0..size).for_each(|index| frontier.append(self.hash_at(index)));
        frontier.root()
    }

    fn asked(&self, old_size: u64, size: u64) -> AddCheckpoint {
        let hashes = if old_size <= size {
            ConsistencyProof::build(old_size, size, self).expect("a proof").hashes
        } else {
            vec![]
        };
        let checkpoint = Checkpoint::new(ORIGIN, size, self.root(size)).expect("a checkpoint").sign(&self.key);
        AddCheckpoint { old_size, hashes, checkpoint }
    }
}

impl HashReader for Numbers {
    type Error = std::convert::Infallible;

    fn hash(&self, subtree: Subtree) -> Result<Hash, Self::Error> {
        let mut frontier = Frontier::new();
        let first = subtree.index << subtree.level;
        (first..first + (1 << subtree.level)).for_each(|index| frontier.append(self.hash_at(index)));
        Ok(frontier.root())
    }
}

fn numbers(forked_at: u64) -> Numbers {
    Numbers { key: SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a key"), forked_at }
}

fn cosigning_key() -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1", &[9; 32]).expect("a key")
}

async fn witness(folder: &Path) -> Witness {
    let clock = Arc::new(ManualClock::new("2026-11-22T10:00:00Z".parse().expect("a time")));
    let key = SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a key").verifying_key().clone();
    let rotated = SigningKey::from_seed(ORIGIN, &[2; 32]).expect("a key").verifying_key().clone();
    let trusted = [key, rotated].map(|key| TrustedLog { origin: ORIGIN.to_owned(), key }).to_vec();
    Witness::open(cosigning_key(), trusted, &folder.join("witness.db"), clock).await.expect("it opens")
}

async fn judge(witness: &Witness, asked: &AddCheckpoint) -> Verdict {
    witness.judge(asked.to_string().as_bytes()).await.expect("it can remember")
}

#[tokio::test]
async fn a_log_that_only_grows_is_cosigned_and_remembered() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = numbers(u64::MAX);
    let first = witness(folder.path()).await;
    for (old_size, size) in [(0, 3), (3, 3), (3, 8), (8, 300)] {
        let asked = log.asked(old_size, size);
        let Verdict::Cosigned(line) = judge(&first, &asked).await else { panic!("{old_size} to {size}") };
        assert_eq!(cosigning_key().witness().verify(&asked.checkpoint, &line), Some(1_795_341_600));
    }
    first.close().await;
    let again = witness(folder.path()).await;
    assert_eq!(judge(&again, &log.asked(8, 301)).await, Verdict::Conflict { size: 300 });
    assert!(matches!(judge(&again, &log.asked(300, 301)).await, Verdict::Cosigned(_)));
}

#[tokio::test]
async fn what_does_not_only_grow_is_never_cosigned() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, fork) = (numbers(u64::MAX), numbers(2));
    let witness = witness(folder.path()).await;
    assert_eq!(judge(&witness, &log.asked(5, 8)).await, Verdict::Conflict { size: 0 }, "never seen");
    let padded = AddCheckpoint { hashes: vec![empty_root()], ..log.asked(0, 5) };
    assert!(matches!(judge(&witness, &padded).await, Verdict::Inconsistent(_)), "nothing needs no proof");
    assert!(matches!(judge(&witness, &log.asked(0, 5)).await, Verdict::Cosigned(_)));

    assert_eq!(judge(&witness, &log.asked(0, 8)).await, Verdict::Conflict { size: 5 }, "it is further");
    assert_eq!(judge(&witness, &log.asked(3, 4)).await, Verdict::Conflict { size: 5 }, "backwards");
    assert_eq!(judge(&witness, &fork.asked(5, 5)).await, Verdict::Conflict { size: 5 }, "another root at one size");
    assert!(matches!(judge(&witness, &fork.asked(5, 8)).await, Verdict::Inconsistent(_)), "a fork with its own proof");
    let unproved = AddCheckpoint { hashes: vec![], ..log.asked(5, 8) };
    assert!(matches!(judge(&witness, &unproved).await, Verdict::Inconsistent(_)));
    let above = AddCheckpoint { old_size: 9, ..log.asked(5, 8) };
    assert!(matches!(judge(&witness, &above).await, Verdict::Malformed(_)), "400: the old size is above the new");
    assert!(matches!(judge(&witness, &log.asked(5, 8)).await, Verdict::Cosigned(_)), "none of it left a trace");
}

#[tokio::test]
async fn who_is_not_trusted_and_what_is_not_of_its_form_is_told_apart() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = witness(folder.path()).await;
    let log = numbers(u64::MAX);
    let stranger = Numbers { key: SigningKey::from_seed(ORIGIN, &[7; 32]).expect("a key"), forked_at: u64::MAX };
    assert_eq!(judge(&witness, &stranger.asked(0, 3)).await, Verdict::Untrusted);
    let rotated = Numbers { key: SigningKey::from_seed(ORIGIN, &[2; 32]).expect("a key"), forked_at: u64::MAX };
    assert!(matches!(judge(&witness, &rotated.asked(0, 3)).await, Verdict::Cosigned(_)), "either key of the log");
    let text = log.asked(3, 5).to_string().replace(ORIGIN, "log.example/two");
    assert_eq!(witness.judge(text.as_bytes()).await.expect("judged"), Verdict::UnknownLog);
    let huge = Checkpoint::new(ORIGIN, u64::MAX, empty_root()).expect("a checkpoint").sign(&log.key);
    let huge = AddCheckpoint { old_size: 3, hashes: vec![], checkpoint: huge };
    assert!(matches!(judge(&witness, &huge).await, Verdict::Malformed(_)));
    for body in [&b""[..], b"\xff\xfe", b"old 3\n", b"old x\n\nnonsense", b"POST"] {
        assert!(matches!(witness.judge(body).await.expect("judged"), Verdict::Malformed(_)), "{body:?}");
    }
}

#[tokio::test]
async fn two_requests_at_once_are_never_both_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let witness = witness(folder.path()).await;
    let (log, fork) = (numbers(u64::MAX), numbers(2));
    let (asked, forked) = (log.asked(0, 5), fork.asked(0, 5));
    for _ in 0..20 {
        let (one, other) = tokio::join!(judge(&witness, &asked), judge(&witness, &forked));
        let cosigned = [&one, &other].into_iter().filter(|verdict| matches!(verdict, Verdict::Cosigned(_))).count();
        assert!(cosigned <= 1, "{one:?} and {other:?}");
    }
}

#[test]
fn a_trusted_log_is_named_by_its_key_or_beside_it() {
    let key = SigningKey::from_seed(ORIGIN, &[1; 32]).expect("a key").verifying_key().clone();
    let by_name: TrustedLog = key.to_string().parse().expect("a log");
    assert_eq!(by_name, TrustedLog { origin: ORIGIN.to_owned(), key: key.clone() });
    let beside: TrustedLog = format!("{key}=other.example/a=b").parse().expect("a log");
    assert_eq!(beside.origin, "other.example/a=b");
    assert!("nonsense=log".parse::<TrustedLog>().is_err());
}
