//! The payloads seen lately, by their digest: what an edit is compared with.

use std::collections::{HashMap, VecDeque};

use countersign_api::candidate::v1::Payload;
use ledger_format::{Nonce, PayloadDigest, digest_payload};
use serde_json::Value;

/// Most bytes of payloads kept; the oldest go first and are read from the log again when an edit needs them.
const KEPT_MAX_BYTES: usize = 16 * 1024 * 1024;

/// About how many bytes a kept payload takes beside its own: digest twice, text, their places.
const OVERHEAD_BYTES: usize = 160;

/// Keeps payloads under the digest computed from their own bytes, so that what it gives back is what the digest says.
#[derive(Debug)]
pub(in crate::export) struct PayloadKeeper {
    by_digest: HashMap<PayloadDigest, String>,
    oldest_first: VecDeque<PayloadDigest>,
    kept_bytes: usize,
    max_bytes: usize,
}

impl PayloadKeeper {
    /// Starts empty.
    pub(in crate::export) fn new() -> Self {
        Self::with_room_for(KEPT_MAX_BYTES)
    }

    fn with_room_for(max_bytes: usize) -> Self {
        Self { by_digest: HashMap::new(), oldest_first: VecDeque::new(), kept_bytes: 0, max_bytes }
    }

    /// Keeps a payload; one without a nonce (erased) is not kept.
    pub(in crate::export) fn keep(&mut self, payload: Payload) {
        let Ok(nonce) = Nonce::try_from(payload.nonce.as_slice()) else { return };
        let digest = digest_payload(&nonce, &payload.canonical_json);
        self.kept_bytes += bytes_of(&payload.canonical_json);
        if let Some(same) = self.by_digest.insert(digest, payload.canonical_json) {
            self.kept_bytes -= bytes_of(&same);
        } else {
            self.oldest_first.push_back(digest);
        }
        while self.kept_bytes > self.max_bytes {
            let oldest = self.oldest_first.pop_front().expect("invariant: kept bytes are of kept payloads");
            let gone = self.by_digest.remove(&oldest).expect("invariant: every digest in order is kept");
            self.kept_bytes -= bytes_of(&gone);
        }
    }

    /// Returns the payload with this digest, if it is still kept.
    pub(in crate::export) fn payload(&self, digest: &PayloadDigest) -> Option<Value> {
        self.by_digest.get(digest).and_then(|text| parse(text))
    }

    /// Tells whether the payload with this digest is kept.
    pub(in crate::export) fn has(&self, digest: &PayloadDigest) -> bool {
        self.by_digest.contains_key(digest)
    }
}

fn bytes_of(payload: &str) -> usize {
    payload.len() + OVERHEAD_BYTES
}

/// Parses a payload; none for a text that is no JSON, which no digest of ours stands for.
pub(in crate::export) fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(json: &str) -> (Payload, PayloadDigest) {
        let digest = digest_payload(&Nonce::new([1; 32]), json);
        let payload =
            Payload { canonical_json: json.to_owned(), nonce: vec![1; 32], digest: digest.as_bytes().to_vec() };
        (payload, digest)
    }

    #[test]
    fn a_payload_is_found_by_the_digest_of_its_bytes_and_never_by_a_claimed_one() {
        let (mut first, digest) = payload(r#"{"a":1}"#);
        let (_, other) = payload(r#"{"a":2}"#);
        first.digest = other.as_bytes().to_vec();
        let mut keeper = PayloadKeeper::new();
        keeper.keep(first);
        assert_eq!(keeper.payload(&digest), Some(serde_json::json!({"a": 1})));
        assert!(!keeper.has(&other));
    }

    #[test]
    fn the_oldest_go_when_room_is_short_and_the_same_one_counts_once() {
        let mut keeper = PayloadKeeper::with_room_for(2 * (7 + OVERHEAD_BYTES));
        let (first, first_digest) = payload(r#"{"a":1}"#);
        let (second, second_digest) = payload(r#"{"a":2}"#);
        let (third, third_digest) = payload(r#"{"a":3}"#);
        keeper.keep(first.clone());
        keeper.keep(first);
        keeper.keep(second);
        assert!(keeper.has(&first_digest) && keeper.has(&second_digest));
        keeper.keep(third);
        assert!(!keeper.has(&first_digest));
        assert!(keeper.has(&second_digest) && keeper.has(&third_digest));
    }
}
