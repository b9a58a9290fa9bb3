//! Proof files: written, read back, and refused when anything in them is altered.

use ledger_format::tlog_proof::{EXTRA_MAX_BYTES, Error};
use ledger_format::{InclusionProof, TlogProof, proof};

use crate::log::{self, ORIGIN, Row, Tree};

fn proof_of(index: u64, rows: &[Row]) -> TlogProof {
    let tree = Tree::of_rows(rows);
    let hashes = InclusionProof::build(index, tree.frontier.size(), &tree.subtrees).unwrap().hashes;
    TlogProof { extra: None, index, hashes, checkpoint: tree.signed_checkpoint() }
}

#[test]
fn a_proof_file_verifies_with_nothing_but_leaf_key_and_origin() {
    let rows = log::rows(11);
    for row in &rows {
        let proof: TlogProof = proof_of(row.index, &rows).to_string().parse().unwrap();
        let checkpoint = proof.verify(&row.leaf, log::key().verifying_key(), ORIGIN).unwrap();
        assert_eq!(checkpoint.size(), 11);
    }
}

#[test]
fn the_file_has_the_lines_of_the_specification() {
    let proof = TlogProof { extra: Some(b"out of band".to_vec()), ..proof_of(2, &log::rows(3)) };
    let text = proof.to_string();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    assert_eq!(lines.next(), Some("extra b3V0IG9mIGJhbmQ="));
    assert_eq!(lines.next(), Some("index 2"));
    assert_eq!(lines.next().map(str::len), Some(44));
    assert_eq!(lines.next(), Some(""));
    assert_eq!(lines.next(), Some(ORIGIN));
    assert_eq!(lines.next(), Some("3"));
    assert_eq!(text.parse::<TlogProof>(), Ok(proof));
}

#[test]
fn a_log_of_one_entry_has_an_empty_proof() {
    let rows = log::rows(1);
    let text = proof_of(0, &rows).to_string();
    let parsed: TlogProof = text.parse().unwrap();
    assert!(parsed.hashes.is_empty());
    assert!(parsed.verify(&rows[0].leaf, log::key().verifying_key(), ORIGIN).is_ok());
}

#[test]
fn another_leaf_or_index_is_refused() {
    let rows = log::rows(6);
    let proof = proof_of(4, &rows);
    let verify = |proof: &TlogProof, leaf: &[u8]| proof.verify(leaf, log::key().verifying_key(), ORIGIN).map(|_| ());
    assert_eq!(verify(&proof, &rows[4].leaf), Ok(()));
    assert!(matches!(verify(&proof, &rows[3].leaf), Err(Error::Inclusion(proof::Error::RootDiffers { .. }))));
    let moved = TlogProof { index: 6, ..proof.clone() };
    let outside = proof::Error::IndexOutside { index: 6, size: 6 };
    assert_eq!(verify(&moved, &rows[4].leaf), Err(Error::Inclusion(outside)));
    let shorter = TlogProof { hashes: proof.hashes[1..].to_vec(), ..proof };
    assert!(matches!(verify(&shorter, &rows[4].leaf), Err(Error::Inclusion(proof::Error::WrongLength { .. }))));
}

#[test]
fn every_flipped_bit_of_the_file_is_found() {
    let rows = log::rows(6);
    let text = proof_of(4, &rows).to_string();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.clone().into_bytes();
            altered[at] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(altered) else { continue };
            let verified = altered
                .parse::<TlogProof>()
                .and_then(|proof| proof.verify(&rows[4].leaf, log::key().verifying_key(), ORIGIN).map(|_| ()));
            assert!(verified.is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn malformed_files_are_refused() {
    let good = proof_of(4, &log::rows(6)).to_string();
    let refused = |text: &str| text.parse::<TlogProof>().unwrap_err();
    assert_eq!(refused(""), Error::Form);
    assert_eq!(refused(&good.replace("@v1", "@v2")), Error::Form);
    assert_eq!(refused(&good.replace("index 4", "index 04")), Error::Index);
    assert_eq!(refused(&good.replace("index 4", "index")), Error::Index);
    assert_eq!(refused(&good.replace("index 4", "index 4\nextra AA==")), Error::HashLine);
    assert_eq!(refused(&good.replace("index 4", "extra !\nindex 4")), Error::Extra);
    let hash_line = "A".repeat(43) + "=";
    let padded = format!("index 4{}", format!("\n{hash_line}").repeat(65));
    assert_eq!(refused(&good.replace("index 4", &padded)), Error::TooManyHashes { found: 67 });
    assert!(matches!(refused(&good.replace("\u{2014} ", "")), Error::Checkpoint(_)));
    assert!(matches!(refused(&"x".repeat(1_000_000)), Error::TooLarge { bytes: 1_000_000 }));
}

#[test]
fn extra_data_is_limited() {
    let proof = proof_of(0, &log::rows(1));
    let with = |bytes: usize| TlogProof { extra: Some(vec![1; bytes]), ..proof.clone() };
    for bytes in [0, EXTRA_MAX_BYTES - 1, EXTRA_MAX_BYTES] {
        assert_eq!(with(bytes).to_string().parse(), Ok(with(bytes)));
    }
    assert_eq!(with(EXTRA_MAX_BYTES + 1).to_string().parse::<TlogProof>(), Err(Error::Extra));
}
