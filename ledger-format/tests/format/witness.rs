//! Cosignatures, what is sent to a witness, policies, and several keys of one log.

use std::collections::BTreeSet;

use ledger_format::{
    AddCheckpoint, Checkpoint, CosigningKey, Hash, PinnedKeys, SignedCheckpoint, SigningKey, VerifyingKey,
    VerifyingKeys, WitnessKey, WitnessPolicy, add_checkpoint, key, key_list, note, witness_policy,
};

const ORIGIN: &str = "example.com/log";

fn log_key(seed: u8) -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[seed; 32]).expect("a key")
}

fn witness(seed: u8) -> CosigningKey {
    CosigningKey::from_seed("witness.example/w1", &[seed; 32]).expect("a key")
}

fn checkpoint(size: u64) -> Checkpoint {
    Checkpoint::new(ORIGIN, size, Hash::new([7; 32])).expect("a checkpoint")
}

fn signed(size: u64) -> SignedCheckpoint {
    checkpoint(size).sign(&log_key(1))
}

#[test]
fn a_cosignature_vouches_for_one_checkpoint_at_one_time_by_one_witness() {
    let key = witness(5);
    let line = key.cosign(&signed(9), 1_679_315_147);
    assert_eq!(key.witness().verify(&signed(9), &line), Some(1_679_315_147));
    assert_eq!(key.witness().verify(&signed(10), &line), None, "another size");
    assert_eq!(witness(6).witness().verify(&signed(9), &line), None, "another witness");
    // The key's type is part of its hash: the log's own signature is never a cosignature.
    let own = signed(9);
    assert_eq!(key.witness().verify(&own, &own.signatures()[0]), None);

    let cosigned = signed(9).with_more([line.clone()]);
    let parsed = SignedCheckpoint::parse(cosigned.text()).expect("a note");
    assert_eq!(parsed.verify(log_key(1).verifying_key(), ORIGIN), Ok(&checkpoint(9)), "the log's signature stands");
    let verified: Vec<u64> =
        parsed.signatures().iter().filter_map(|line| key.witness().verify(&parsed, line)).collect();
    assert_eq!(verified, [1_679_315_147]);
}

#[test]
fn every_changed_byte_of_a_cosignature_breaks_it() {
    let key = witness(5);
    let line = key.cosign(&signed(9), 1_679_315_147).to_string();
    let (head, encoded) = line.rsplit_once(' ').expect("a line");
    for position in 0..encoded.len() {
        let mut changed = encoded.as_bytes().to_vec();
        changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
        let changed = format!("{head} {}", String::from_utf8(changed).expect("ASCII"));
        let Ok(parsed) = ledger_format::NoteSignature::parse(&changed) else { continue };
        assert_eq!(key.witness().verify(&signed(9), &parsed), None, "{position}");
    }
}

#[test]
fn a_cosignature_covers_extension_lines_and_its_time() {
    let key = witness(5);
    let text = format!("{}extension\n", checkpoint(9));
    let note = note::SignedNote::sign(&text, &log_key(1)).expect("a note");
    let extended = SignedCheckpoint::parse(note.as_str()).expect("a checkpoint");
    let line = key.cosign(&extended, 5);
    assert_eq!(key.witness().verify(&extended, &line), Some(5));
    assert_eq!(key.witness().verify(&signed(9), &line), None, "the same three lines without the extension");
    let late = key.cosign(&signed(9), u64::MAX);
    assert_eq!(key.witness().verify(&signed(9), &late), None, "no time is beyond 2^63 - 1");
}

#[test]
fn a_witness_key_reads_back_as_written_and_is_no_log_key() {
    let key = witness(5).witness().clone();
    let text = key.to_string();
    assert!(text.starts_with("witness.example/w1+"), "{text}");
    assert_eq!(text.parse::<WitnessKey>(), Ok(key));
    assert_eq!(text.parse::<VerifyingKey>(), Err(key::Error::UnknownType { found: 4, expected: 1 }));
    let log = log_key(1).verifying_key().to_string();
    assert_eq!(log.parse::<WitnessKey>(), Err(key::Error::UnknownType { found: 1, expected: 4 }));
    assert!(!format!("{:?}", witness(5)).contains("05, 05"), "no private key is shown");
}

#[test]
fn what_is_sent_to_a_witness_reads_back_as_written() {
    let sent =
        AddCheckpoint { old_size: 3, hashes: vec![Hash::new([1; 32]), Hash::new([2; 32])], checkpoint: signed(9) };
    let text = sent.to_string();
    assert!(text.starts_with("old 3\nAQEB"), "{text}");
    assert_eq!(text.parse::<AddCheckpoint>(), Ok(sent));
    let first = AddCheckpoint { old_size: 0, hashes: Vec::new(), checkpoint: signed(9) };
    assert_eq!(first.to_string(), format!("old 0\n\n{}", signed(9).text()));
    assert_eq!(first.to_string().parse::<AddCheckpoint>(), Ok(first));
}

#[test]
fn what_is_no_request_is_refused() {
    use add_checkpoint::Error;
    let note = signed(9).text().to_owned();
    let hash = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let refused = |text: String| text.parse::<AddCheckpoint>().expect_err(&text);
    for head in ["old", "old -1", "old 03", "old 3 ", " old 3", "new 3", "old\t3", "old 18446744073709551616"] {
        assert_eq!(refused(format!("{head}\n\n{note}")), Error::OldSize, "{head}");
    }
    assert_eq!(refused(format!("old 3\n{}\n\n{note}", &hash[1..])), Error::HashLine);
    assert_eq!(refused(format!("old 3\n{}\n\n{note}", [hash; 64].join("\n"))), Error::TooManyHashes);
    assert!(format!("old 3\n{}\n\n{note}", [hash; 63].join("\n")).parse::<AddCheckpoint>().is_ok());
    assert_eq!(refused(format!("old 3\n{note}").replace("\n\n", "\n")), Error::Form);
    assert!(matches!(refused(format!("old 3\n\n{}", note.trim_end())), Error::Checkpoint(_)));
    assert!(matches!(refused("x".repeat(add_checkpoint::BODY_MAX_BYTES + 1)), Error::TooLarge { .. }));
}

fn policy_text() -> String {
    let mut lines = vec!["# two operators".to_owned(), format!("log {}", log_key(1).verifying_key())];
    for (position, name) in ["X1", "X2", "X3", "Y1", "Y2"].iter().enumerate() {
        let seed = u8::try_from(position).expect("small") + 10;
        let key = CosigningKey::from_seed(&format!("witness.example/{name}"), &[seed; 32]).expect("a key");
        lines.push(format!("witness {name} {}\t https://{name}.example/ ", key.witness()));
    }
    lines.push("group X 2 X1 X2 X3".to_owned());
    lines.push("  group Y any Y1 Y2".to_owned());
    lines.push("group both all X Y".to_owned());
    lines.push("quorum both".to_owned());
    lines.join("\n") + "\n"
}

#[test]
fn a_policy_is_met_by_the_cosigners_that_it_asks_for() {
    let policy = WitnessPolicy::parse(&policy_text()).expect("a policy");
    assert_eq!(policy.logs()[0].key, *log_key(1).verifying_key());
    let urls: Vec<_> = policy.witnesses().iter().filter_map(|witness| witness.url.as_deref()).collect();
    assert_eq!(urls[0], "https://X1.example/");
    // X1, X2, X3, Y1, Y2 by position.
    for (cosigners, is_met) in [
        (vec![], false),
        (vec![0, 1], false),
        (vec![3], false),
        (vec![0, 3], false),
        (vec![0, 2, 4], true),
        (vec![1, 2, 3], true),
        (vec![0, 1, 2, 3, 4], true),
    ] {
        let cosigners: BTreeSet<usize> = cosigners.into_iter().collect();
        assert_eq!(policy.is_met_by(&cosigners), is_met, "{cosigners:?}");
    }
    let none = WitnessPolicy::parse("quorum none\n").expect("a policy");
    assert!(none.is_met_by(&BTreeSet::new()));
}

#[test]
fn a_policy_that_is_wrong_names_the_line_and_what_is_wrong() {
    use witness_policy::{Error, What};
    let (w1, w2) = (witness(5).witness().to_string(), witness(6).witness().to_string());
    let at = |text: &str| WitnessPolicy::parse(text).expect_err(text);
    let line = |number, what| Error::Line { number, what };
    assert_eq!(at(""), Error::NoQuorum);
    assert_eq!(at("quorum none\nquorum none"), line(2, What::QuorumTwice));
    assert_eq!(at("quorum A"), line(1, What::Unknown { name: "A".to_owned() }));
    assert_eq!(at("wittness A b"), line(1, What::Keyword { found: "wittness".to_owned() }));
    assert_eq!(at("quorum"), line(1, What::Form));
    assert_eq!(at(&format!("witness A {w1} http://a extra")), line(1, What::Form));
    assert_eq!(at("quorum none\r\n"), line(1, What::ControlCharacter));
    assert_eq!(at("witness A nonsense"), line(1, What::Key(key::Error::Form)));
    assert_eq!(at(&format!("witness A {w1}\nwitness B {w1}")), line(2, What::KeyTwice));
    assert_eq!(at(&format!("witness A {w1}\nwitness A {w2}")), line(2, What::NameTaken { name: "A".to_owned() }));
    assert_eq!(at(&format!("witness none {w1}")), line(1, What::NameTaken { name: "none".to_owned() }));
    assert_eq!(at("group G any later"), line(1, What::Unknown { name: "later".to_owned() }));
    assert_eq!(at("group G any"), line(1, What::Form));
    for threshold in ["0", "2", "01", "-1", "some"] {
        let text = format!("witness A {w1}\ngroup G {threshold} A");
        assert_eq!(at(&text), line(2, What::Threshold { members: 1 }), "{threshold}");
    }
    let twice = format!("witness A {w1}\ngroup G any A\ngroup H any A");
    assert_eq!(at(&twice), line(3, What::MemberTwice { name: "A".to_owned() }));
    let twice = format!("witness A {w1}\ngroup G all A A");
    assert_eq!(at(&twice), line(2, What::MemberTwice { name: "A".to_owned() }));
    let key = log_key(1);
    let doubled = format!("log {0}\nlog {0}", key.verifying_key());
    assert_eq!(at(&doubled), line(2, What::KeyTwice));
}

#[test]
fn a_log_that_was_rotated_is_held_to_either_key_and_to_no_third() {
    let (old, new, other) = (log_key(1), log_key(2), log_key(3));
    let list = |keys: &[&SigningKey]| {
        VerifyingKeys::new(keys.iter().map(|key| key.verifying_key().clone()).collect()).expect("a list")
    };
    let both = list(&[&new, &old]);
    let before = checkpoint(5).sign(&old);
    let overlap = checkpoint(6).with_signatures(
        [&new, &old]
            .map(|key| {
                ledger_format::NoteSignature::by(key.verifying_key(), key.sign(checkpoint(6).to_string().as_bytes()))
            })
            .to_vec(),
    );
    let after = checkpoint(7).sign(&new);
    let believes = |keys: &dyn PinnedKeys, signed: &SignedCheckpoint| signed.verify(keys, ORIGIN).is_ok();
    assert!([&before, &overlap, &after].iter().all(|signed| believes(&both, signed)));
    let by_old: Vec<bool> =
        [&before, &overlap, &after].iter().map(|signed| believes(old.verifying_key(), signed)).collect();
    assert_eq!(by_old, [true, true, false], "who pinned the old key alone goes on during the overlap");
    let by_new: Vec<bool> =
        [&before, &overlap, &after].iter().map(|signed| believes(new.verifying_key(), signed)).collect();
    assert_eq!(by_new, [false, true, true]);
    assert!(!believes(&list(&[&other]), &overlap));

    // A false line in the name of a pinned key is never outweighed by a good one.
    let forged = overlap.text().replace(&checkpoint(6).to_string(), &checkpoint(8).to_string());
    assert!(!believes(&both, &SignedCheckpoint::parse(&forged).expect("a note")));
    let half = SignedCheckpoint::parse(&format!(
        "{}\n{}\n{}\n",
        checkpoint(6),
        overlap.signatures()[0],
        before.signatures()[0]
    ));
    assert!(!believes(&both, &half.expect("a note")));
}

#[test]
fn a_list_of_keys_reads_back_as_written_and_refuses_what_is_none() {
    let keys = [log_key(2), log_key(1)].map(|key| key.verifying_key().clone());
    let list = VerifyingKeys::new(keys.to_vec()).expect("a list");
    assert_eq!(format!("{list}\n").parse::<VerifyingKeys>(), Ok(list.clone()));
    assert_eq!((list.newest(), list.name()), (&keys[0], ORIGIN));
    assert_eq!("".parse::<VerifyingKeys>(), Err(key_list::Error::Empty));
    assert_eq!("\n\n".parse::<VerifyingKeys>(), Err(key_list::Error::Empty));
    assert_eq!(format!("{0}\n{0}", keys[0]).parse::<VerifyingKeys>(), Err(key_list::Error::Doubled));
    let other = keys[1].named("other.example").expect("a name");
    assert!(matches!(VerifyingKeys::new(vec![keys[0].clone(), other]), Err(key_list::Error::OtherName { .. })));
    assert!(matches!(format!("{}\nnonsense", keys[0]).parse::<VerifyingKeys>(), Err(key_list::Error::Key(_))));
    let many =
        |count: u8| (0..count).map(|seed| log_key(seed).verifying_key().to_string()).collect::<Vec<_>>().join("\n");
    assert!(many(32).parse::<VerifyingKeys>().is_ok());
    assert!(matches!(many(33).parse::<VerifyingKeys>(), Err(key_list::Error::TooMany { .. })));
}
