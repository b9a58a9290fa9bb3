//! Noise: whatever bytes arrive, decoding and verifying answer; they never panic.

use ledger_format::note::SignedNote;
use ledger_format::{
    ClaimedApproval, ConsistencyProof, Hash, InclusionProof, Leaf, Nonce, PayloadDigest, RecordedApproval,
    SignedCheckpoint, Subtree, Tile, TileId, TlogProof, VerifyingKey, canonicalize_text,
};
use proptest::prelude::*;

use crate::log::{self, ORIGIN, Row, Tree};

fn any_hash() -> impl Strategy<Value = Hash> {
    any::<[u8; 32]>().prop_map(Hash::new)
}

fn any_proof() -> impl Strategy<Value = Vec<Hash>> {
    prop::collection::vec(any_hash(), 0..70)
}

/// Sizes and indices where shifts and sums go wrong first.
fn any_position() -> impl Strategy<Value = u64> {
    let edges = prop::sample::select(vec![0, 1, 2, 255, 256, 257, 1 << 32, 1 << 63, u64::MAX - 1, u64::MAX]);
    prop_oneof![edges, any::<u64>(), 0..70_u64]
}

/// Text made of what the formats are made of, so that it gets past the first check.
fn almost() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("c2sp.org/tlog-proof@v1\n".to_owned()),
        Just("index 0\n".to_owned()),
        Just("extra AA==\n".to_owned()),
        Just("\n".to_owned()),
        Just("\n\n".to_owned()),
        Just("\u{2014} ".to_owned()),
        Just(" ".to_owned()),
        Just("+".to_owned()),
        Just(format!("{ORIGIN}\n")),
        Just("18446744073709551615\n".to_owned()),
        Just("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n".to_owned()),
        Just("{\"a\":[".to_owned()),
        Just("1e308".to_owned()),
        Just("\\ud83d".to_owned()),
        ".{0,12}",
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

/// A well-formed text with one piece cut out and another put in.
fn mutated(text: &str) -> impl Strategy<Value = String> {
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len(), 0..8_usize, ".{0,4}").prop_map(move |(at, cut, put)| {
        let end = (at + cut).min(letters.len());
        letters[..at].iter().copied().chain(put.chars()).chain(letters[end..].iter().copied()).collect()
    })
}

fn proof_text() -> String {
    let tree = Tree::of_rows(&log::rows(6));
    let hashes = InclusionProof::build(4, 6, &tree.subtrees).unwrap().hashes;
    TlogProof { extra: Some(vec![1, 2]), index: 4, hashes, checkpoint: tree.signed_checkpoint() }.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_leaf_decodes_or_refuses(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(leaf) = Leaf::decode(&bytes) {
            prop_assert_eq!(leaf.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn a_spliced_leaf_decodes_to_itself_or_refuses(
        one in 0..9_u64, other in 0..9_u64, cut in any::<prop::sample::Index>(), join in any::<prop::sample::Index>(),
    ) {
        let (one, other) = (Row::at(one).leaf, Row::at(other).leaf);
        let bytes = [&one[..cut.index(one.len())], &other[join.index(other.len())..]].concat();
        if let Ok(leaf) = Leaf::decode(&bytes) {
            prop_assert_eq!(leaf.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn texts_parse_or_refuse(text in prop_oneof![any::<String>(), almost()]) {
        let _ = canonicalize_text(&text);
        let _ = text.parse::<VerifyingKey>();
        let _ = text.parse::<Hash>();
        if let Ok(note) = SignedNote::parse(&text) {
            prop_assert_eq!(note.as_str(), &text);
            prop_assert!(note.verify(log::key().verifying_key()).is_err());
        }
        if let Ok(checkpoint) = SignedCheckpoint::parse(&text) {
            prop_assert!(checkpoint.verify(log::key().verifying_key(), ORIGIN).is_err());
        }
        if let Ok(proof) = text.parse::<TlogProof>() {
            prop_assert_eq!(proof.to_string(), text);
        }
    }

    #[test]
    fn a_mutated_proof_file_reads_as_written_or_is_refused(text in mutated(&proof_text())) {
        if let Ok(proof) = text.parse::<TlogProof>() {
            prop_assert_eq!(proof.to_string(), text);
        }
    }

    #[test]
    fn proofs_verify_or_refuse(
        index in any_position(), size in any_position(), hashes in any_proof(), one in any_hash(), other in any_hash(),
    ) {
        let inclusion = InclusionProof { index, size, hashes: hashes.clone() };
        prop_assert!(inclusion.verify(one, other).is_err());
        let consistency = ConsistencyProof { old_size: index, new_size: size, hashes };
        prop_assert!(consistency.verify(one, other).is_err());
    }

    #[test]
    fn proofs_of_the_right_length_verify_or_refuse(index in any_position(), size in any_position(), hash in any_hash()) {
        if let Ok(subtrees) = InclusionProof::subtrees(index, size) {
            let within = subtrees.iter().all(|subtree| subtree.is_within(size));
            prop_assert!(within);
            for length in 0..=64 {
                let proof = InclusionProof { index, size, hashes: vec![hash; length] };
                prop_assert!(proof.verify(hash, Hash::new([0; 32])).is_err());
            }
        }
        if let Ok(subtrees) = ConsistencyProof::subtrees(index, size) {
            let within = subtrees.iter().all(|subtree| subtree.is_within(size));
            prop_assert!(within);
            for length in 0..=65 {
                let proof = ConsistencyProof { old_size: index, new_size: size, hashes: vec![hash; length] };
                prop_assert!(proof.verify(hash, Hash::new([0; 32])).is_err());
            }
        }
    }

    #[test]
    fn tiles_are_read_or_refused(
        level in any::<u8>(), index in any_position(), width in any::<u16>(),
        bytes in prop::collection::vec(any::<u8>(), 0..200), inner_level in any::<u8>(), inner_index in any_position(),
    ) {
        let subtree = Subtree { level: inner_level, index: inner_index };
        if let Ok(id) = TileId::new(level % 9, index >> (level % 64), width % 6) {
            prop_assert_eq!(id.subtrees().count(), usize::from(id.width()));
            if let Ok(tile) = Tile::from_bytes(id, &bytes[..bytes.len() / 32 * 32]) {
                let _ = tile.hash(subtree);
            }
        }
        let _ = TileId::holding(subtree, index);
    }

    #[test]
    fn a_claim_of_noise_permits_nothing(
        text in almost(), leaf in prop::collection::vec(any::<u8>(), 0..200), index in any_position(), proof in any_proof(),
        bytes in any::<[u8; 32]>(), signed in any::<bool>(),
    ) {
        let checkpoint = Tree::of_rows(&log::rows(6)).signed_checkpoint();
        let recorded = Row::at(5).leaf;
        let claimed = ClaimedApproval {
            origin: ORIGIN,
            candidate: "workspaces/test/candidates/1",
            payload: &text,
            nonce: Nonce::new(bytes),
            digest: PayloadDigest::new(bytes),
            leaf: if index % 2 == 0 { &recorded } else { &leaf },
            index,
            proof: &proof,
            checkpoint: if signed { checkpoint.text() } else { &text },
        };
        prop_assert!(RecordedApproval::verify(claimed, log::key().verifying_key()).is_err());
    }
}
