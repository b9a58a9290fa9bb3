//! Reading one candidate: what it is, what happened, what is possible.

use countersign_api::candidate::v1::{GetCandidateRequest, candidate_event::Event};
use ledger_format::{Leaf, leaf_hash};
use tonic::Code;

use super::support::{Bench, proposal, reason};

#[tokio::test]
async fn a_history_shows_every_event_with_its_place_in_the_ledger() {
    let bench = Bench::open().await;
    bench.propose("p0", proposal("1")).await;
    let approved = bench.approved("p", proposal("7")).await;
    bench.recorded().await;
    let got = bench.get(&approved.name).await;
    assert_eq!(got.allowed_transitions, ["withdraw_approval", "reject", "expire", "claim"]);
    let kinds: Vec<bool> = got
        .history
        .iter()
        .map(|recorded| matches!(recorded.event.as_ref().expect("an event").event, Some(Event::CandidateApproved(_))))
        .collect();
    assert_eq!(kinds, [false, true]);
    for recorded in &got.history {
        assert!(recorded.recorded);
        let entry = &bench.ledger.entries()[usize::try_from(recorded.entry_index).expect("an index")];
        assert_eq!(recorded.leaf_hash, leaf_hash(&entry.leaf).as_bytes());
    }
}

#[tokio::test]
async fn a_leaf_shows_who_did_what_to_what_under_a_pseudonym() {
    let bench = Bench::open().await;
    let approved = bench.approved("p", proposal("7")).await;
    bench.recorded().await;
    let entries = bench.ledger.entries();
    let leaves: Vec<Leaf<&str>> = entries.iter().map(|entry| Leaf::decode(&entry.leaf).expect("a leaf")).collect();
    assert_eq!(leaves[1].kind, "candidate_approved");
    assert_eq!(leaves[1].subject, approved.name);
    assert_eq!(leaves[1].subject_revision, 2);
    assert_eq!(leaves[1].principal_kind.as_str(), "human");
    assert!(leaves[1].principal_reference.starts_with("p_") && !leaves[1].principal_reference.contains("anna"));
    let uuid = approved.name.rsplit('/').next().expect("an id");
    assert_eq!(leaves[1].idempotency_key, format!("{uuid}/2/0"));
    let digest = approved.payload.expect("a payload").digest;
    assert_eq!(leaves[1].payload_digest.expect("a digest").as_bytes().as_slice(), digest);
    assert_eq!(leaves[0].kind, "candidate_proposed");
}

#[tokio::test]
async fn a_candidate_that_is_not_there_is_not_found() {
    let bench = Bench::open().await;
    for (name, code, expected) in [
        ("workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55", Code::NotFound, "RESOURCE_NOT_FOUND"),
        ("workspaces/demo/candidates/7", Code::InvalidArgument, "REQUEST_MALFORMED"),
    ] {
        let request = GetCandidateRequest { name: name.into(), include_history: false };
        let refused = bench.reviewer("humans/anna").get_candidate(request).await.expect_err(name);
        assert_eq!((refused.code(), reason(&refused).as_str()), (code, expected), "{name}");
    }
}

crate::tests::support::on_postgres!(
    a_history_shows_every_event_with_its_place_in_the_ledger,
    a_leaf_shows_who_did_what_to_what_under_a_pseudonym,
    a_candidate_that_is_not_there_is_not_found,
);
