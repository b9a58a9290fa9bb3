//! Who owns a candidate whose proposer named nobody.

use countersign_api::candidate::v1::{
    AssignOwnerRequest, Candidate, CandidateProposed, Proposal, RecordReference, SourceField, State, Trigger,
    candidate_event::Event, review_service_client::ReviewServiceClient,
};
use service_kit::access::Role;

use super::support::{Bench, proposal, propose, reason};

/// A proposal about something that came by mail, answered by somebody; nobody is named as its owner.
fn by_mail(object_type: &str, id: &str, answered_by: &str) -> Proposal {
    let record = RecordReference {
        system: "mail".into(),
        object_type: object_type.into(),
        id: id.into(),
        ..RecordReference::default()
    };
    let field = SourceField { name: "answered_by".into(), value: answered_by.into() };
    let trigger = Trigger { record: Some(record), fields: vec![field], ..proposal(id).trigger.expect("a trigger") };
    Proposal { owner: String::new(), trigger: Some(trigger), ..proposal(id) }
}

/// The candidate's first event.
async fn proposed(bench: &Bench, candidate: &Candidate) -> CandidateProposed {
    let history = bench.get(&candidate.name).await.history;
    match history[0].event.clone().and_then(|event| event.event) {
        Some(Event::CandidateProposed(proposed)) => proposed,
        other => panic!("{other:?}"),
    }
}

/// Why the candidate has its owner, as its first event says.
async fn owner_reason(bench: &Bench, candidate: &Candidate) -> String {
    proposed(bench, candidate).await.owner_reason
}

#[tokio::test]
async fn a_rule_finds_the_owner_and_the_event_says_which() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p1", by_mail("letter", "1", "Anna")).await;
    assert_eq!((candidate.state(), candidate.owner.as_str()), (State::Proposed, "humans/anna"));
    assert_eq!(candidate.turn, "humans/anna");
    assert_eq!(owner_reason(&bench, &candidate).await, "rule 1: the record's owner");

    let dealt = bench.propose("p2", by_mail("thread", "2", "Somebody")).await;
    assert_eq!(dealt.owner, "humans/anna");
    assert_eq!(owner_reason(&bench, &dealt).await, "rule 2: the team member whose turn it is");
}

#[tokio::test]
async fn the_event_names_the_team_of_the_owner() {
    let bench = Bench::open().await;
    let named = |owner: &str, id: &str| Proposal { owner: owner.into(), ..by_mail("note", id, "Somebody") };
    let told = [
        ("its turn it was", by_mail("thread", "1", "Somebody"), "humans/anna", "threads"),
        ("the first that lists whom a rule found", by_mail("letter", "2", "Anna"), "humans/anna", "letters"),
        ("the first that lists whom the proposer named", named("humans/ben", "3"), "humans/ben", "threads"),
        ("no team lists whom the proposer named", named("humans/cara", "4"), "humans/cara", ""),
        ("nobody owns it", named("", "5"), "", ""),
    ];
    for (number, (why, proposal, owner, team)) in told.into_iter().enumerate() {
        let candidate = bench.propose(&format!("p{number}"), proposal).await;
        let event = proposed(&bench, &candidate).await;
        assert_eq!((event.owner.as_str(), event.owner_team.as_str()), (owner, team), "{why}");
    }
}

#[tokio::test]
async fn a_team_takes_turns_whatever_is_refused_sent_again_or_restarted() {
    let mut bench = Bench::open().await;
    let mut dealt = Vec::new();
    for number in 0..16 {
        let (id, record) = (format!("p{number}"), number.to_string());
        let candidate = bench.propose(&id, by_mail("thread", &record, "Somebody")).await;
        // Asked again it is the same candidate, and nobody's turn passes.
        assert_eq!(bench.propose(&id, by_mail("thread", &record, "Somebody")).await.owner, candidate.owner);
        let broken = Proposal { payload_json: "[]".into(), ..by_mail("thread", &record, "Somebody") };
        let refused = bench.proposer().propose_candidate(propose(&format!("bad{number}"), broken)).await;
        assert_eq!(reason(&refused.expect_err("no payload")), "PAYLOAD_INVALID");
        dealt.push(candidate.owner);
        if number == 6 {
            bench = bench.restart().await;
        }
    }
    let expected: Vec<&str> = ["humans/anna", "humans/ben"].into_iter().cycle().take(16).collect();
    assert_eq!(dealt, expected);
}

#[tokio::test]
async fn whom_the_proposer_names_needs_no_rule() {
    let bench = Bench::open().await;
    let named = Proposal { owner: "humans/ben".into(), ..by_mail("letter", "1", "Anna") };
    let candidate = bench.propose("p", named).await;
    assert_eq!(candidate.owner, "humans/ben");
    assert_eq!(owner_reason(&bench, &candidate).await, "");
}

#[tokio::test]
async fn where_no_rule_knows_a_manager_is_asked() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", by_mail("letter", "1", "Somebody")).await;
    assert_eq!((candidate.state(), candidate.turn.as_str()), (State::NeedsOwner, "roles/manager"));
    let request = AssignOwnerRequest {
        name: candidate.name.clone(),
        request_id: "o".into(),
        etag: candidate.etag.clone(),
        owner: "humans/ben".into(),
        note: String::new(),
    };
    // Deciding takes the right to; the proposer has none.
    let mut rules = ReviewServiceClient::new(bench.channel("generators/rules", Role::Proposer));
    assert_eq!(reason(&rules.assign_owner(request.clone()).await.expect_err("a machine")), "ACCESS_DENIED");
    let mut manager = ReviewServiceClient::new(bench.channel("humans/cara", Role::Manager));
    let owned = manager.assign_owner(request).await.expect("assigned").into_inner().candidate.expect("a candidate");
    assert_eq!((owned.state(), owned.turn.as_str()), (State::Proposed, "humans/ben"));
}

crate::tests::support::on_postgres!(
    a_rule_finds_the_owner_and_the_event_says_which,
    the_event_names_the_team_of_the_owner,
    a_team_takes_turns_whatever_is_refused_sent_again_or_restarted,
    whom_the_proposer_names_needs_no_rule,
    where_no_rule_knows_a_manager_is_asked,
);
