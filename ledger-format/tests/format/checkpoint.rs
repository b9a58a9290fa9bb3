//! Keys, notes and checkpoints: known notes verify, altered ones do not.

use ledger_format::checkpoint::{Error, ORIGIN_MAX_BYTES};
use ledger_format::note::{self, NOTE_MAX_SIGNATURES, SignedNote};
use ledger_format::{Checkpoint, SignedCheckpoint, SigningKey, VerifyingKey, empty_root, key};

use crate::log::{self, ORIGIN, Tree};

/// The example of the reference implementation's documentation (golang.org/x/mod/sumdb/note).
const KNOWN_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const KNOWN_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\
    \n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// RFC 8032, section 7.1, test 1.
const RFC8032_SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const RFC8032_PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn signed() -> SignedCheckpoint {
    Tree::of_rows(&log::rows(5)).signed_checkpoint()
}

#[test]
fn a_note_of_the_reference_implementation_verifies() {
    let key: VerifyingKey = KNOWN_KEY.parse().unwrap();
    assert_eq!(key.to_string(), KNOWN_KEY);
    let text = KNOWN_NOTE.split("\n\n").next().unwrap().to_owned() + "\n";
    assert_eq!(SignedNote::parse(KNOWN_NOTE).unwrap().verify(&key), Ok(text.as_str()));
}

#[test]
fn a_seed_gives_the_public_key_of_rfc_8032() {
    let seed = hex::decode(RFC8032_SEED).unwrap().try_into().unwrap();
    let key = SigningKey::from_seed("name", &seed).unwrap();
    assert_eq!(hex::encode(key.verifying_key().public_key()), RFC8032_PUBLIC);
}

#[test]
fn debug_never_shows_a_private_key() {
    let seed = [0xa7; 32];
    let shown = format!("{:?}", SigningKey::from_seed(ORIGIN, &seed).unwrap());
    assert!(shown.contains(ORIGIN));
    assert!(!shown.contains("167, 167") && !shown.contains("a7a7"), "{shown}");
}

#[test]
fn a_verifying_key_survives_its_text_and_refuses_others() {
    let text = log::key().verifying_key().to_string();
    assert_eq!(&text.parse::<VerifyingKey>().unwrap(), log::key().verifying_key());
    let other_hash = text.replacen(&text[ORIGIN.len() + 1..ORIGIN.len() + 9], "00000000", 1);
    assert_eq!(other_hash.parse::<VerifyingKey>(), Err(key::Error::KeyHash));
    let other_name = text.replacen("test", "tent", 1);
    assert_eq!(other_name.parse::<VerifyingKey>(), Err(key::Error::KeyHash));
    // The first base64 letters hold the type byte: `BA` begins the key of a witness.
    let other_type = text.replacen("+AQ", "+BA", 1).replacen("+Ae", "+BO", 1);
    assert!(other_type.parse::<VerifyingKey>().is_err());
    for refused in ["", "name", "name+00000000", "name+00000000+", "name+00000000+AQ==", &text[..text.len() - 4]] {
        assert!(refused.parse::<VerifyingKey>().is_err(), "{refused}");
    }
}

#[test]
fn key_names_hold_no_space_plus_or_control_character() {
    let longest = "n".repeat(key::KEY_NAME_MAX_BYTES);
    for name in ["a", "ledger.example/42", "schlüssel", &longest] {
        assert!(VerifyingKey::new(name, [1; 32]).is_ok(), "{name}");
    }
    let too_long = "n".repeat(key::KEY_NAME_MAX_BYTES + 1);
    for name in ["", "a b", "a+b", "a\nb", "a\u{a0}b", "a\u{2003}b", "a\u{7f}", &too_long] {
        assert_eq!(VerifyingKey::new(name, [1; 32]), Err(key::Error::Name), "{name:?}");
    }
}

#[test]
fn a_checkpoint_says_origin_size_and_root_in_three_lines() {
    let checkpoint = Checkpoint::new("example.com/log", 0, empty_root()).unwrap();
    assert_eq!(checkpoint.to_string(), "example.com/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
    let longest = "o".repeat(ORIGIN_MAX_BYTES);
    assert!(Checkpoint::new(&longest, 0, empty_root()).is_ok());
    for origin in ["", "two\nlines", &(longest + "o")] {
        assert_eq!(Checkpoint::new(origin, 0, empty_root()), Err(Error::Origin));
    }
}

#[test]
fn a_signed_checkpoint_survives_its_text() {
    let signed = signed();
    let parsed = SignedCheckpoint::parse(signed.text()).unwrap();
    assert_eq!(parsed, signed);
    let checkpoint = parsed.verify(log::key().verifying_key(), ORIGIN).unwrap();
    assert_eq!(checkpoint, &Tree::of_rows(&log::rows(5)).checkpoint());
    assert_eq!((checkpoint.origin(), checkpoint.size()), (ORIGIN, 5));
}

#[test]
fn every_flipped_bit_of_a_signed_checkpoint_is_found() {
    let signed = signed();
    let text = signed.text().as_bytes();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut altered = text.to_vec();
            altered[at] ^= 1 << bit;
            let Ok(altered) = String::from_utf8(altered) else { continue };
            let verified = SignedCheckpoint::parse(&altered)
                .and_then(|parsed| parsed.verify(log::key().verifying_key(), ORIGIN).cloned());
            assert!(verified.is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_checkpoint_of_another_log_or_key_is_refused() {
    let signed = signed();
    let expected = Error::OriginDiffers { found: ORIGIN.to_owned(), expected: "other".to_owned() };
    assert_eq!(signed.verify(log::key().verifying_key(), "other"), Err(expected));
    // Same name, other key: the key hash differs, so the line is by an unknown key.
    let impostor = SigningKey::from_seed(ORIGIN, &[8; 32]).unwrap();
    let not_signed = Error::Note(note::Error::NotSigned { key: ORIGIN.to_owned() });
    assert_eq!(signed.verify(impostor.verifying_key(), ORIGIN), Err(not_signed));
}

#[test]
fn lines_by_unknown_keys_are_ignored_and_false_ones_by_known_keys_are_not() {
    let signed = signed();
    let (key, witness) = (log::key(), SigningKey::from_seed("witness.example", &[9; 32]).unwrap());
    let body = signed.text().split_once("\n\n").unwrap().0.to_owned() + "\n";
    let line_by = |key: &SigningKey, text: &str| {
        let note = SignedNote::sign(text, key).unwrap();
        note.as_str().rsplit_once("\n\n").unwrap().1.to_owned()
    };
    let (own, foreign) = (line_by(&key, &body), line_by(&witness, &body));
    let false_own = line_by(&key, "another text\n");

    let verify = |lines: &[&str]| {
        let text = format!("{body}\n{}", lines.concat());
        SignedCheckpoint::parse(&text)?.verify(key.verifying_key(), ORIGIN).cloned()
    };
    assert!(verify(&[&own]).is_ok());
    assert!(verify(&[&foreign, &own]).is_ok());
    assert!(verify(&[&own, &foreign, &foreign]).is_ok());
    let not_signed = Error::Note(note::Error::NotSigned { key: ORIGIN.to_owned() });
    assert_eq!(verify(&[&foreign]), Err(not_signed));
    let bad = Error::Note(note::Error::BadSignature { key: ORIGIN.to_owned() });
    assert_eq!(verify(&[&own, &false_own]), Err(bad.clone()));
    assert_eq!(verify(&[&false_own, &own]), Err(bad));

    let most = foreign.repeat(NOTE_MAX_SIGNATURES - 1);
    assert!(verify(&[&most, &own]).is_ok());
    let too_many = verify(&[&most, &own, &own]);
    assert_eq!(too_many, Err(Error::Note(note::Error::TooManySignatures)));
}

#[test]
fn malformed_checkpoints_are_refused_before_any_signature_is_looked_at() {
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let parse = |body: &str| {
        let note = SignedNote::sign(body, &log::key()).unwrap();
        SignedCheckpoint::parse(note.as_str()).map(|_| ())
    };
    assert_eq!(parse(&format!("o\n1\n{root}\n")), Ok(()));
    assert_eq!(parse(&format!("o\n1\n{root}\nan extension\n")), Ok(()));
    assert_eq!(parse(&format!("\n1\n{root}\n")), Err(Error::Origin));
    for size in ["01", "-1", "", "1 ", "18446744073709551616"] {
        assert_eq!(parse(&format!("o\n{size}\n{root}\n")), Err(Error::Size), "{size}");
    }
    for root in ["", "AAAA", &root[..43], &root.replace('=', ""), &root.replace("uFU=", "uFV=")] {
        assert_eq!(parse(&format!("o\n1\n{root}\n")), Err(Error::Root), "{root}");
    }
    assert_eq!(parse(&format!("o\n1\n{root}\n\nafter a blank line\n")), Err(Error::Form));
    assert_eq!(parse("o\n1\n"), Err(Error::Root));
    assert_eq!(parse("o\n"), Err(Error::Size));
}

#[test]
fn malformed_notes_are_refused() {
    let good = signed().text().to_owned();
    let refused = |text: &str| SignedNote::parse(text).unwrap_err();
    assert_eq!(refused(""), note::Error::Form);
    assert_eq!(refused("text\n"), note::Error::Form);
    assert_eq!(refused("text\n\n"), note::Error::Form);
    assert_eq!(refused(good.trim_end()), note::Error::Form);
    assert_eq!(refused(&good.replace('\n', "\r\n")), note::Error::ControlCharacter);
    assert_eq!(refused(&good.replace("\u{2014} ", "- ")), note::Error::SignatureLine);
    assert_eq!(refused("text\n\n\u{2014} name AAAAAA==\n"), note::Error::SignatureLine);
    assert_eq!(refused("text\n\n\u{2014} a+b AAAAAAA=\n"), note::Error::SignatureLine);
    assert_eq!(refused("text\n\n\u{2014}  AAAAAAA=\n"), note::Error::SignatureLine);
    let long = "x".repeat(note::NOTE_MAX_BYTES + 1);
    assert_eq!(refused(&long), note::Error::TooLarge { bytes: note::NOTE_MAX_BYTES + 1 });
    assert_eq!(SignedNote::sign("no newline", &log::key()), Err(note::Error::Form));
    assert_eq!(SignedNote::sign("a\ttab\n", &log::key()), Err(note::Error::ControlCharacter));
    let long = "x".repeat(note::NOTE_MAX_BYTES) + "\n";
    assert!(matches!(SignedNote::sign(&long, &log::key()), Err(note::Error::TooLarge { .. })));
}

#[test]
fn a_text_with_blank_lines_is_signed_whole() {
    let text = "first\n\nsecond\n\n\u{2014} not a signature\n";
    let note = SignedNote::sign(text, &log::key()).unwrap();
    let parsed = SignedNote::parse(note.as_str()).unwrap();
    assert_eq!(parsed.verify(log::key().verifying_key()), Ok(text));
}
