//! The permit's checks: each refuses on its own, and only a whole approval passes.

use ledger_format::approval::Error;
use ledger_format::{
    ClaimedApproval, Hash, InclusionProof, Leaf, Nonce, PayloadDigest, PrincipalKind, RecordedApproval, Salt,
    SigningKey, VerifyingKey, checkpoint, digest_payload, note, proof,
};

use crate::log::{self, ORIGIN, Row, Tree};

/// Position of the approving entry; `Row::at` makes every third one an approval by a person.
const APPROVED_AT: u64 = 5;

/// An approval as an executor receives it, owned so that a test can spoil a part.
#[derive(Clone)]
struct Bundle {
    candidate: String,
    payload: String,
    nonce: Nonce,
    digest: PayloadDigest,
    leaf: Vec<u8>,
    index: u64,
    proof: Vec<Hash>,
    checkpoint: String,
}

impl Bundle {
    /// A log of nine entries whose sixth is `leaf`.
    fn around(leaf: &Leaf) -> Self {
        let mut rows = log::rows(9);
        rows[5] = Row::of(APPROVED_AT, leaf, Salt::new([0; 32]), vec![]);
        let tree = Tree::of_rows(&rows);
        let (payload, nonce) = (log::payload(APPROVED_AT), Nonce::new([0x4e; 32]));
        Self {
            candidate: "workspaces/test/candidates/1".to_owned(),
            digest: digest_payload(&nonce, &payload),
            payload,
            nonce,
            leaf: rows[5].leaf.clone(),
            index: APPROVED_AT,
            proof: InclusionProof::build(APPROVED_AT, 9, &tree.subtrees).unwrap().hashes,
            checkpoint: tree.signed_checkpoint().text().to_owned(),
        }
    }

    fn verify_as(&self, origin: &str, key: &VerifyingKey) -> Result<RecordedApproval, Error> {
        let claimed = ClaimedApproval {
            origin,
            candidate: &self.candidate,
            payload: &self.payload,
            nonce: self.nonce,
            digest: self.digest,
            leaf: &self.leaf,
            index: self.index,
            proof: &self.proof,
            checkpoint: &self.checkpoint,
        };
        RecordedApproval::verify(claimed, key)
    }

    fn verify(&self) -> Result<RecordedApproval, Error> {
        self.verify_as(ORIGIN, log::key().verifying_key())
    }
}

fn approving_leaf() -> Leaf {
    Leaf::decode(&Row::at(APPROVED_AT).leaf).unwrap().to_owned_leaf()
}

fn good() -> Bundle {
    Bundle::around(&approving_leaf())
}

#[test]
fn a_whole_approval_passes_and_says_what_may_run() {
    let approval = good().verify().unwrap();
    assert_eq!(approval.candidate(), "workspaces/test/candidates/1");
    assert_eq!(approval.payload(), r#"{"candidate":1}"#);
    assert_eq!(approval.digest(), good().digest);
    assert_eq!((approval.revision(), approval.receipt().index), (3, APPROVED_AT));
    assert_eq!(approval.leaf(), &approving_leaf());
    assert_eq!(approval.checkpoint().size(), 9);
}

#[test]
fn an_unsigned_forged_or_foreign_checkpoint_permits_nothing() {
    let bundle = good();
    let impostor = SigningKey::from_seed(ORIGIN, &[8; 32]).unwrap();
    let not_signed = checkpoint::Error::Note(note::Error::NotSigned { key: ORIGIN.to_owned() });
    assert_eq!(bundle.verify_as(ORIGIN, impostor.verifying_key()), Err(Error::Checkpoint(not_signed)));

    let forged = Bundle { checkpoint: bundle.checkpoint.replacen("\n9\n", "\n8\n", 1), ..bundle.clone() };
    let bad = checkpoint::Error::Note(note::Error::BadSignature { key: ORIGIN.to_owned() });
    assert_eq!(forged.verify(), Err(Error::Checkpoint(bad)));

    let refused = bundle.verify_as("another.example/log", log::key().verifying_key());
    assert!(matches!(refused, Err(Error::Checkpoint(checkpoint::Error::OriginDiffers { .. }))));
    let nothing = Bundle { checkpoint: String::new(), ..bundle };
    assert_eq!(nothing.verify(), Err(Error::Checkpoint(checkpoint::Error::Note(note::Error::Form))));
}

#[test]
fn a_malformed_leaf_permits_nothing() {
    let mut bundle = good();
    bundle.leaf.push(0);
    assert!(matches!(bundle.verify(), Err(Error::Leaf(_))));
}

#[test]
fn only_an_approval_by_a_person_of_this_candidate_in_this_log_permits() {
    let refused = |leaf: Leaf| Bundle::around(&leaf).verify().unwrap_err();
    let leaf = approving_leaf;
    assert!(matches!(
        refused(Leaf { origin: "other".to_owned(), ..leaf() }),
        Error::LeafOriginDiffers { found, .. } if found == "other"
    ));
    assert!(matches!(
        refused(Leaf { kind: "candidate_proposed".to_owned(), ..leaf() }),
        Error::NotAnApproval { found } if found == "candidate_proposed"
    ));
    assert!(matches!(
        refused(Leaf { subject: "workspaces/test/candidates/2".to_owned(), ..leaf() }),
        Error::SubjectDiffers { found, .. } if found == "workspaces/test/candidates/2"
    ));
    for found in [PrincipalKind::Generator, PrincipalKind::Service] {
        assert_eq!(refused(Leaf { principal_kind: found, ..leaf() }), Error::NotByHuman { found });
    }
    assert_eq!(refused(Leaf { payload_digest: None, ..leaf() }), Error::DigestMissing);
}

#[test]
fn an_approval_of_other_bytes_permits_nothing() {
    let bundle = good();
    let other = PayloadDigest::new([1; 32]);
    let refused = Bundle { digest: other, ..bundle.clone() }.verify();
    assert_eq!(refused, Err(Error::DigestDiffers { approved: bundle.digest, claimed: other }));

    let swapped = Bundle { payload: r#"{"candidate":2}"#.to_owned(), ..bundle.clone() };
    assert!(matches!(swapped.verify(), Err(Error::PayloadDiffers { claimed, .. }) if claimed == bundle.digest));
    let respaced = Bundle { payload: r#"{"candidate": 1}"#.to_owned(), ..bundle.clone() };
    assert!(matches!(respaced.verify(), Err(Error::PayloadDiffers { .. })));
    let renonced = Bundle { nonce: Nonce::new([0; 32]), ..bundle };
    assert!(matches!(renonced.verify(), Err(Error::PayloadDiffers { .. })));
}

#[test]
fn an_approval_that_is_not_in_the_log_permits_nothing() {
    let bundle = good();
    // A leaf that says all the right things, but was never appended.
    let unrecorded = Leaf { appended_at_us: 0, ..approving_leaf() }.encode().unwrap();
    let refused = Bundle { leaf: unrecorded, ..bundle.clone() }.verify();
    assert!(matches!(refused, Err(Error::Inclusion(proof::Error::RootDiffers { .. }))));

    let moved = Bundle { index: 9, ..bundle.clone() }.verify();
    assert_eq!(moved, Err(Error::Inclusion(proof::Error::IndexOutside { index: 9, size: 9 })));
    let shorter = Bundle { proof: bundle.proof[1..].to_vec(), ..bundle.clone() }.verify();
    assert!(matches!(shorter, Err(Error::Inclusion(proof::Error::WrongLength { .. }))));

    for at in 0..bundle.proof.len() {
        let mut altered = bundle.clone();
        let mut bytes = *altered.proof[at].as_bytes();
        bytes[31] ^= 1;
        altered.proof[at] = Hash::new(bytes);
        assert!(matches!(altered.verify(), Err(Error::Inclusion(proof::Error::RootDiffers { .. }))));
    }
}

#[test]
fn every_flipped_bit_of_the_leaf_permits_nothing() {
    let bundle = good();
    for at in 0..bundle.leaf.len() {
        for bit in 0..8 {
            let mut altered = bundle.clone();
            altered.leaf[at] ^= 1 << bit;
            assert!(altered.verify().is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_refusal_never_repeats_payload_or_nonce() {
    let swapped = Bundle { payload: "{\"iban\":\"secret\"}".to_owned(), ..good() };
    let refused = swapped.verify().unwrap_err();
    assert!(!format!("{refused} {refused:?}").contains("secret"));
}
