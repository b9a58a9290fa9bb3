//! An item may be 256 KiB, and what is recorded of it too: what does not fit is refused before anything is kept.

use countersign_api::candidate::v1::{Evidence, EvidenceField, Proposal, ProposeCandidateRequest};
use ledger_format::CONTENT_MAX_BYTES;
use prost::Message;
use tonic_types::StatusExt;

use super::support::{Bench, evidence, proposal, propose, reason};

const ITEM_MAX_BYTES: usize = 256 * 1024;

/// A proposal whose evidence carries values of so many bytes in all, always as many values, of nearly one size each.
fn carrying(bytes: usize) -> Proposal {
    const VALUES: usize = 66;
    let sizes = (0..VALUES).map(|at| bytes / VALUES + usize::from(at < bytes % VALUES));
    let fields: Vec<EvidenceField> =
        sizes.map(|size| EvidenceField { name: "value".into(), value: "x".repeat(size) }).collect();
    let pieces = fields.chunks(64).map(|fields| Evidence { fields: fields.to_vec(), ..evidence("record_field") });
    Proposal { evidence: pieces.collect(), ..proposal("7") }
}

/// A request of exactly so many bytes.
fn of_bytes(request_id: &str, bytes: usize) -> ProposeCandidateRequest {
    let begin = 250_000;
    let around = propose(request_id, carrying(begin)).encoded_len() - begin;
    let request = propose(request_id, carrying(bytes - around));
    assert_eq!(request.encoded_len(), bytes);
    request
}

#[tokio::test]
async fn what_is_recorded_of_a_proposal_is_at_most_256_kib() {
    let bench = Bench::open().await;
    let begin = 250_000;
    bench.propose("begin", proposal("7")).await;
    bench.propose("p0", carrying(begin)).await;
    bench.recorded().await;
    let recorded = |at: usize| bench.ledger.entries()[at].content.len();
    let around = recorded(1) - begin;

    for (n, bytes) in [CONTENT_MAX_BYTES - 1, CONTENT_MAX_BYTES].into_iter().enumerate() {
        bench.propose(&format!("p{}", n + 1), carrying(bytes - around)).await;
        bench.recorded().await;
        assert_eq!(recorded(n + 2), bytes);
    }
    let above = propose("p3", carrying(CONTENT_MAX_BYTES + 1 - around));
    assert!(above.encoded_len() < ITEM_MAX_BYTES, "the item itself fits");
    let refused = bench.proposer().propose_candidate(above).await.expect_err("one above");
    let told = refused.get_details_error_info().expect("an ErrorInfo");
    assert_eq!((told.reason.as_str(), told.metadata["bytes"].as_str()), ("ITEM_TOO_LARGE", "262145"));
    assert!(refused.message().contains("`262145` bytes") && refused.message().contains("`262144` are allowed"));
}

#[tokio::test]
async fn an_item_of_256_kib_is_judged_by_what_is_recorded_of_it() {
    let bench = Bench::open().await;
    for (bytes, words) in [
        (ITEM_MAX_BYTES - 1, "the record of it would have"),
        (ITEM_MAX_BYTES, "the record of it would have"),
        (ITEM_MAX_BYTES + 1, "the item has `262145` bytes"),
    ] {
        let refused = bench.proposer().propose_candidate(of_bytes("p", bytes)).await.expect_err(words);
        assert_eq!(reason(&refused), "ITEM_TOO_LARGE", "{}", refused.message());
        assert!(refused.message().contains(words), "{bytes}: {}", refused.message());
    }
    assert_eq!(bench.store().read().outbox_events().await.expect("the outbox"), 0);
    assert!(bench.store().read().workspaces().await.expect("workspaces").is_empty());
    assert!(bench.ledger.entries().is_empty());
}

crate::tests::support::on_postgres!(
    what_is_recorded_of_a_proposal_is_at_most_256_kib,
    an_item_of_256_kib_is_judged_by_what_is_recorded_of_it,
);
