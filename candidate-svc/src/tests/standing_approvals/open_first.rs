//! What a person has touched or must still decide on is not decided by a standing approval.

use countersign_api::candidate::v1::{
    Candidate, CandidateEvent, Confidence, ConfidenceLevel, HoldCandidateRequest, Proposal, RequestEvidenceRequest,
    State, candidate_event::Event,
};

use super::{approved_ahead, ask, granted, open, sure};
use crate::tests::support::{Bench, edit, reject};

/// The same as [`sure`], said with less.
fn unsure(deal: &str) -> Proposal {
    let confidence = Confidence { level: ConfidenceLevel::Medium.into(), ..Confidence::default() };
    Proposal { confidence: Some(confidence), ..sure(deal) }
}

async fn touch(bench: &Bench, how: &str, candidate: &Candidate) {
    let (name, etag) = (candidate.name.clone(), candidate.etag.clone());
    let request_id = format!("{how}-{name}");
    let mut ben = bench.reviewer("humans/ben");
    match how {
        "hold" => {
            let reason = "The customer is away.".into();
            let request =
                HoldCandidateRequest { name, request_id, etag, reason, until_time: None, until_evidence: false };
            ben.hold_candidate(request).await.expect("held");
        }
        "edit" => _ = ben.edit_candidate(edit(candidate, &request_id, "2026-12-01")).await.expect("edited"),
        "ask" => {
            let question = "Who says so?".into();
            let request = RequestEvidenceRequest { name, request_id, etag, question, kinds: vec!["note".into()] };
            ben.request_evidence(request).await.expect("asked");
        }
        "nothing" => {}
        other => panic!("no such act: {other}"),
    }
}

async fn waits_because(bench: &Bench, candidate: &Candidate, part: &str, earlier: &str) {
    assert_eq!((candidate.state(), candidate.standing_approval.as_str()), (State::Proposed, ""), "{part}");
    let reasons = candidate.policy.clone().expect("a verdict").reasons;
    let said = reasons.last().expect("a reason");
    assert!(said.contains(part) && said.contains(earlier), "{said}");
    let history = bench.get(&candidate.name).await.history;
    let event: CandidateEvent = history[0].event.clone().expect("an event");
    let Some(Event::CandidateProposed(facts)) = event.event else { panic!("a proposal") };
    assert_eq!(facts.policy.expect("a verdict").reasons, reasons, "the event says it, too");
}

/// The same bytes come again with more confidence: with the key that supersedes, without a key, about another record, with other blanks.
#[tokio::test]
async fn what_a_person_touched_is_not_overridden() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    for how in ["hold", "edit", "ask", "nothing"] {
        let keyed = |proposal: Proposal| Proposal { dedup_key: format!("key-{how}"), ..proposal };
        let earlier = bench.propose(&format!("{how}-1"), unsure(how)).await;
        touch(&bench, how, &earlier).await;
        let same = bench.propose(&format!("{how}-2"), sure(how)).await;
        waits_because(&bench, &same, "alike", &earlier.name).await;
        let spaced = sure(how).payload_json.replace("Ask for", "ASK  for ");
        let spaced = Proposal { payload_json: spaced, ..sure(&format!("{how}-elsewhere")) };
        let spaced = bench.propose(&format!("{how}-3"), spaced).await;
        waits_because(&bench, &spaced, "alike", "candidates/").await;

        let earlier = bench.propose(&format!("{how}-4"), keyed(unsure(&format!("{how}-keyed")))).await;
        touch(&bench, how, &earlier).await;
        let again = bench.propose(&format!("{how}-5"), keyed(sure(&format!("{how}-keyed")))).await;
        waits_because(&bench, &again, "supersedes", &earlier.name).await;
    }
    approved_ahead(&bench).await;
}

#[tokio::test]
async fn what_an_edit_says_is_open_as_well() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    let earlier = bench.propose("1", unsure("7")).await;
    touch(&bench, "edit", &earlier).await;
    let edited = Proposal { payload_json: sure("7").payload_json.replace("2026-11-30", "2026-12-01"), ..sure("8") };
    let same = bench.propose("2", edited).await;
    waits_because(&bench, &same, "alike", &earlier.name).await;
}

/// Once nothing is open that says the same, the standing approval covers it again, also after a restart.
#[tokio::test]
async fn what_is_decided_stands_in_no_way() {
    let bench = open().await;
    granted(&bench, ask(&bench, "g")).await;
    for n in 0..5 {
        let deal = format!("deal-{n}");
        let earlier = bench.propose(&format!("{deal}-1"), unsure(&deal)).await;
        bench.reviewer("humans/ben").reject_candidate(reject(&earlier, &format!("{deal}-no"))).await.expect("no");
    }
    let bench = bench.restart().await;
    approved_ahead(&bench).await;
}

crate::tests::support::on_postgres!(
    what_a_person_touched_is_not_overridden,
    what_an_edit_says_is_open_as_well,
    what_is_decided_stands_in_no_way,
);
