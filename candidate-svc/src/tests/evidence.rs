//! Evidence from end to end: what is handed in is what is kept, shown and recorded; what is missing is asked for.

use countersign_api::candidate::v1::{
    AddEvidenceRequest, Candidate, CandidateEvent, Evidence, EvidenceField, Proposal, State, candidate_event::Event,
};
use prost::Message as _;
use prost_types::Timestamp;

use super::support::{Bench, proposal, update_field};

/// A field as it was read, with everything that evidence can say.
fn record_field() -> Evidence {
    Evidence {
        kind: "record_field".into(),
        title: "The deal's product".into(),
        summary: "Spelled in two ways.".into(),
        link: "https://crm.example/deals/7".into(),
        content_sha256: vec![0xab; 32],
        read_time: Some(Timestamp { seconds: 1_795_000_000, nanos: 5_000_000 }),
        fields: vec![EvidenceField { name: "product".into(), value: "GTXPro".into() }],
        ..Evidence::default()
    }
}

/// What the server adds to the first piece of evidence.
fn as_kept(handed_in: Evidence, kept: &Evidence) -> Evidence {
    Evidence { number: 1, added_by: kept.added_by.clone(), ..handed_in }
}

async fn first_event(bench: &Bench, candidate: &Candidate) -> Event {
    bench.recorded().await;
    let entries = bench.ledger.entries();
    let read = |content: &[u8]| CandidateEvent::decode(content).ok().filter(|event| event.candidate == candidate.name);
    let event = entries.iter().find_map(|entry| read(&entry.content)).expect("it is recorded");
    event.event.expect("something happened")
}

#[tokio::test]
async fn evidence_is_kept_shown_and_recorded_as_it_was_handed_in() {
    let bench = Bench::open().await;
    let proposed = bench.propose("p", Proposal { evidence: vec![record_field()], ..update_field("7") }).await;
    assert_eq!(proposed.state(), State::Proposed, "the kind that its type requires is there");
    let shown = bench.candidate(&proposed.name).await;
    assert_eq!(shown.evidence, [as_kept(record_field(), &shown.evidence[0])]);
    assert_eq!(shown.evidence[0].added_by.as_ref().map(|principal| principal.id.as_str()), Some("generators/rules"));

    let Event::CandidateProposed(recorded) = first_event(&bench, &proposed).await else { panic!("a proposal") };
    assert_eq!(recorded.evidence, shown.evidence);
}

#[tokio::test]
async fn what_its_type_requires_is_asked_for_by_kind_until_it_comes() {
    let bench = Bench::open().await;
    let proposed = bench.propose("p", update_field("7")).await;
    assert_eq!(proposed.state(), State::NeedsEvidence);
    let question = proposed.evidence_question.clone().expect("a question");
    assert_eq!((question.kinds.as_slice(), question.asked_by), (["record_field".to_owned()].as_slice(), None));
    assert!(question.question.contains("`update_field`"), "{}", question.question);

    let add = |request_id: &str, etag: &str, evidence: Evidence| AddEvidenceRequest {
        name: proposed.name.clone(),
        request_id: request_id.into(),
        etag: etag.into(),
        evidence: vec![evidence],
    };
    let mut anna = bench.reviewer("humans/anna");
    let other = add("n", &proposed.etag, Evidence { kind: "note".into(), ..record_field() });
    let waiting = anna.add_evidence(other).await.expect("kept").into_inner().candidate.expect("a candidate");
    assert_eq!((waiting.state(), waiting.evidence_question.is_some()), (State::NeedsEvidence, true));
    let asked_for = add("r", &waiting.etag, record_field());
    let decided = anna.add_evidence(asked_for).await.expect("kept").into_inner().candidate.expect("a candidate");
    assert_eq!((decided.state(), decided.evidence_question), (State::Proposed, None));
}

#[tokio::test]
async fn what_is_unknown_and_what_is_missing_are_two_lists() {
    let bench = Bench::open().await;
    let unsure = Proposal {
        known_unknowns: vec!["who the customer is".into()],
        missing_fields: vec!["account".into(), "sector".into()],
        ..proposal("7")
    };
    let proposed = bench.propose("p", unsure).await;
    let shown = bench.candidate(&proposed.name).await;
    let Event::CandidateProposed(recorded) = first_event(&bench, &proposed).await else { panic!("a proposal") };
    for (unknowns, missing) in
        [(shown.known_unknowns, shown.missing_fields), (recorded.known_unknowns, recorded.missing_fields)]
    {
        assert_eq!(unknowns, ["who the customer is"]);
        assert_eq!(missing, ["account", "sector"]);
    }
}

crate::tests::support::on_postgres!(
    evidence_is_kept_shown_and_recorded_as_it_was_handed_in,
    what_its_type_requires_is_asked_for_by_kind_until_it_comes,
    what_is_unknown_and_what_is_missing_are_two_lists,
);
