use std::collections::BTreeSet;

use super::*;
use crate::domain::tests::histories;

/// C-8 rests on it: what was decided is what the ledger holds, and what comes back out of it.
#[test]
fn every_event_of_random_histories_reads_back_as_it_was_decided() {
    let mut kinds = BTreeSet::new();
    histories::tell(200, |story| {
        for event in &story.events {
            let content = encode(event);
            assert_eq!(decode(&content).as_ref(), Ok(event));
            if kinds.insert(event.body.kind()) {
                assert_eq!(snake_case(&message_name(&content)), event.body.kind());
            }
        }
    });
    assert_eq!(kinds.len(), 21, "every kind came up: {kinds:?}");
}

/// The name of the message that an event holds, as the derived `Debug` of the oneof writes it.
fn message_name(content: &[u8]) -> String {
    let event: countersign_api::candidate::v1::CandidateEvent = prost::Message::decode(content).expect("an event");
    let debug = format!("{:?}", event.event.expect("something happened"));
    debug.split('(').next().expect("a name").to_owned()
}

fn snake_case(name: &str) -> String {
    let spaced = name.char_indices().map(|(at, letter)| match letter {
        'A'..='Z' if at > 0 => format!("_{}", letter.to_ascii_lowercase()),
        letter => letter.to_ascii_lowercase().to_string(),
    });
    spaced.collect()
}

#[test]
fn what_is_no_event_is_not_decoded() {
    let mut contents = Vec::new();
    histories::tell(1, |story| contents.extend(story.events.iter().map(encode)));
    let content = contents.first().expect("an event");
    assert!(decode(&content[..content.len() - 1]).is_err(), "cut off");
    assert!(decode(&[]).is_err(), "empty");
    // A payload that was changed does not have the digest kept with it.
    let text = String::from_utf8_lossy(content).into_owned();
    let at = text.find("2026-11-30").expect("the payload's day");
    let at = content.windows(10).position(|window| window == &text.as_bytes()[at..at + 10]).expect("its bytes");
    let mut altered = content.clone();
    altered[at + 9] = b'1';
    let refused = decode(&altered).expect_err("another payload");
    assert!(
        std::error::Error::source(&refused).expect("a field").to_string().contains("payload.digest"),
        "{refused:?}"
    );
}
