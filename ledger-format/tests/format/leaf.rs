//! The leaf's layout: one encoding for each leaf, and nothing else decodes.

use ledger_format::leaf::{Error, Field, LEAF_MAX_BYTES};
use ledger_format::{Commitment, Leaf, PayloadDigest, PrincipalKind};
use proptest::prelude::*;
use serde::Deserialize;

fn small() -> Leaf {
    Leaf {
        origin: "o".to_owned(),
        kind: "k".to_owned(),
        subject: "s".to_owned(),
        subject_revision: 0x0102_0304_0506_0708,
        principal_kind: PrincipalKind::Service,
        principal_reference: "p".to_owned(),
        appended_at_us: -2,
        idempotency_key: "i".to_owned(),
        payload_digest: None,
        commitment: Commitment::new([0xcc; 32]),
    }
}

#[test]
fn every_byte_stands_where_the_layout_says() {
    let digested = Leaf { payload_digest: Some(PayloadDigest::new([0xdd; 32])), ..small() };
    let expected = concat!(
        "01",
        "0001",
        "6f",
        "0001",
        "6b",
        "0001",
        "73",
        "0102030405060708",
        "03",
        "0001",
        "70",
        "fffffffffffffffe",
        "0001",
        "69",
    );
    let (commitment, digest) = ("cc".repeat(32), "dd".repeat(32));
    assert_eq!(hex::encode(small().encode().unwrap()), format!("{expected}00{commitment}"));
    assert_eq!(hex::encode(digested.encode().unwrap()), format!("{expected}01{digest}{commitment}"));
}

#[test]
fn a_leaf_has_at_most_65535_bytes() {
    let fixed = small().encode().unwrap().len();
    let of_length = |bytes: usize| Leaf { subject: "s".repeat(bytes - fixed + 1), ..small() };
    for bytes in [LEAF_MAX_BYTES - 1, LEAF_MAX_BYTES] {
        let encoded = of_length(bytes).encode().unwrap();
        assert_eq!(encoded.len(), bytes);
        assert_eq!(Leaf::decode(&encoded).unwrap().to_owned_leaf(), of_length(bytes));
    }
    assert_eq!(of_length(LEAF_MAX_BYTES + 1).encode(), Err(Error::TooLong { bytes: LEAF_MAX_BYTES + 1 }));
    assert_eq!(Leaf::decode(&vec![1; LEAF_MAX_BYTES + 1]), Err(Error::TooLong { bytes: LEAF_MAX_BYTES + 1 }));
    let enormous = Leaf { kind: "k".repeat(10 * LEAF_MAX_BYTES), ..small() };
    assert!(matches!(enormous.encode(), Err(Error::TooLong { .. })));
}

#[test]
fn no_text_field_may_be_empty() {
    let empty = String::new;
    let cases = [
        (Leaf { origin: empty(), ..small() }, Field::Origin),
        (Leaf { kind: empty(), ..small() }, Field::Kind),
        (Leaf { subject: empty(), ..small() }, Field::Subject),
        (Leaf { principal_reference: empty(), ..small() }, Field::PrincipalReference),
        (Leaf { idempotency_key: empty(), ..small() }, Field::IdempotencyKey),
    ];
    for (leaf, field) in cases {
        let mut buffer = vec![9];
        assert_eq!(leaf.encode_into(&mut buffer), Err(Error::Empty(field)));
        assert_eq!(buffer, [9], "a refused leaf leaves the buffer alone");
    }
}

#[test]
fn decoding_names_what_is_wrong() {
    let whole = small().encode().unwrap();
    let changed = |at: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[at] = byte;
        Leaf::decode(&bytes).map(|leaf| leaf.to_owned_leaf())
    };
    assert_eq!(Leaf::decode(&[]), Err(Error::CutOff(Field::Version)));
    assert_eq!(changed(0, 2), Err(Error::UnknownVersion { found: 2 }));
    assert_eq!(changed(2, 0), Err(Error::Empty(Field::Origin)));
    assert_eq!(changed(1, 0xff), Err(Error::CutOff(Field::Origin)));
    assert_eq!(changed(6, 0xff), Err(Error::NotUtf8(Field::Kind)));
    for found in [0, 4, 255] {
        assert_eq!(changed(18, found), Err(Error::UnknownByte { field: Field::PrincipalKind, found }));
    }
    assert_eq!(changed(33, 2), Err(Error::UnknownByte { field: Field::PayloadDigest, found: 2 }));
    assert_eq!(changed(33, 1), Err(Error::CutOff(Field::Commitment)));
    let mut longer = whole.clone();
    longer.extend([0, 0]);
    assert_eq!(Leaf::decode(&longer), Err(Error::Trailing { bytes: 2 }));
}

#[test]
fn a_leaf_cut_anywhere_is_refused() {
    let whole = Leaf { payload_digest: Some(PayloadDigest::new([1; 32])), ..small() }.encode().unwrap();
    for end in 0..whole.len() {
        assert!(Leaf::decode(&whole[..end]).is_err(), "cut at {end}");
    }
}

#[derive(Deserialize)]
struct Vectors {
    accepted: Vec<Accepted>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
struct Accepted {
    name: String,
    bytes: String,
    leaf: Leaf,
}

#[derive(Deserialize)]
struct Refused {
    name: String,
    bytes: String,
}

#[test]
fn the_vectors_are_accepted_and_refused_as_they_say() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../testdata/leaf.json")).unwrap();
    for Accepted { name, bytes, leaf } in vectors.accepted {
        let bytes = hex::decode(bytes).unwrap();
        assert_eq!(leaf.encode().unwrap(), bytes, "{name}");
        assert_eq!(Leaf::decode(&bytes).map(|decoded| decoded.to_owned_leaf()), Ok(leaf), "{name}");
    }
    assert!(vectors.refused.len() >= 20);
    for Refused { name, bytes } in vectors.refused {
        assert!(Leaf::decode(&hex::decode(bytes).unwrap()).is_err(), "{name}");
    }
}

fn any_leaf() -> impl Strategy<Value = Leaf> {
    let kinds = prop_oneof![Just(PrincipalKind::Human), Just(PrincipalKind::Generator), Just(PrincipalKind::Service)];
    let text = || ".{1,40}";
    let digest = prop::option::of(any::<[u8; 32]>().prop_map(PayloadDigest::new));
    let commitment = any::<[u8; 32]>().prop_map(Commitment::new);
    let texts = (text(), text(), text(), text(), text());
    (texts, any::<u64>(), kinds, any::<i64>(), digest, commitment).prop_map(
        |(texts, subject_revision, principal_kind, appended_at_us, payload_digest, commitment)| {
            let (origin, kind, subject, principal_reference, idempotency_key) = texts;
            Leaf {
                origin,
                kind,
                subject,
                subject_revision,
                principal_kind,
                principal_reference,
                appended_at_us,
                idempotency_key,
                payload_digest,
                commitment,
            }
        },
    )
}

proptest! {
    #[test]
    fn encoding_and_decoding_are_each_others_inverse(leaf in any_leaf()) {
        let encoded = leaf.encode().unwrap();
        let decoded = Leaf::decode(&encoded).unwrap();
        prop_assert_eq!(decoded.encode().unwrap(), encoded.clone());
        prop_assert_eq!(decoded.to_owned_leaf(), leaf);
    }

    #[test]
    fn whatever_decodes_encodes_to_itself(leaf in any_leaf(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = leaf.encode().unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(decoded) = Leaf::decode(&bytes) {
            prop_assert_eq!(decoded.encode().unwrap(), bytes);
        }
    }

    #[test]
    fn two_leaves_never_share_bytes(one in any_leaf(), other in any_leaf()) {
        prop_assert_eq!(one == other, one.encode().unwrap() == other.encode().unwrap());
    }
}
