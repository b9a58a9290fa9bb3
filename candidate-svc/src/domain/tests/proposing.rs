//! How a candidate begins.

use super::cast::{ANNA, RULES, actor};
use super::story::{DAY_SECS, Story, evidence};
use crate::catalogue::Catalogue;
use crate::domain::*;

fn update_field(story: &mut Story) -> Propose {
    let name = "update_field".parse().expect("a name");
    story.action_type = Catalogue::built_in().get(&name).expect("it is built in").clone();
    let payload = r#"{"object_type":"deal","record_id":"D-17","field":"product","from":"GTXPro","to":"GTX Pro"}"#;
    Propose { payload: PayloadDraft::read(payload), ..story.proposal() }
}

#[test]
fn a_proposal_waits_for_a_decision() {
    let story = Story::proposed();
    let it = story.it();
    assert_eq!((it.revision, &it.state), (1, &State::Proposed));
    assert_eq!(it.proposer.as_str(), RULES);
    assert_eq!(it.expires_at, story.now.plus_secs(14 * DAY_SECS));
    assert_eq!(it.evidence[0].number, 1);
    assert_eq!(it.evidence[0].added_by.as_str(), RULES);
    assert_eq!(it.policy, story.verdict);
    assert_eq!(it.idempotency_key(), None);
    let event = &story.events[0];
    assert_eq!(event.idempotency_key(), format!("{}/1/0", it.name.id));
    assert!(!event.simulated);
}

#[test]
fn who_does_not_say_what_made_the_proposal_made_it() {
    let mut story = Story::new();
    let mut proposal = story.proposal();
    proposal.proposal.generator.name.clear();
    story.propose(proposal).expect("a proposal");
    assert_eq!(story.it().proposal.generator.name, RULES);
}

#[test]
fn a_payload_is_kept_in_canonical_form() {
    let mut story = Story::new();
    let spaced = r#"{ "subject": "Call", "owner": "humans/anna",  "due": "2026-11-30" }"#;
    story.propose(Propose { payload: PayloadDraft::read(spaced), ..story.proposal() }).expect("a proposal");
    let canonical = r#"{"due":"2026-11-30","owner":"humans/anna","subject":"Call"}"#;
    assert_eq!(story.it().payload.canonical_json(), canonical);
}

#[test]
fn missing_evidence_is_asked_for_before_an_owner_is() {
    let mut story = Story::new();
    let proposal = update_field(&mut story);
    story.propose(Propose { evidence: Vec::new(), owner: None, ..without_numbers(proposal) }).expect("a proposal");
    let State::NeedsEvidence(needs) = &story.it().state else { panic!("it needs evidence") };
    assert_eq!(needs.question.kinds, ["record_field".parse().expect("a kind")]);
    assert_eq!(needs.question.asked_by, None);
}

fn without_numbers(mut proposal: Propose) -> Propose {
    proposal.proposal.evidence_numbers.clear();
    proposal
}

#[test]
fn without_an_owner_it_waits_for_one() {
    let mut story = Story::new();
    story.propose(Propose { owner: None, ..story.proposal() }).expect("a proposal");
    assert_eq!(story.state(), StateName::NeedsOwner);
}

#[test]
fn a_proposer_raises_the_risk_and_never_lowers_it() {
    let mut story = Story::new();
    story.propose(Propose { risk_tier: Some(RiskTier::High), ..story.proposal() }).expect("a proposal");
    assert_eq!(story.it().risk.tier, RiskTier::High);
    assert_eq!(story.it().risk.reasons, ["the catalogue has `create_task` at `LOW`", "the proposal asks for `HIGH`"]);

    let mut story = Story::new();
    let proposal = update_field(&mut story);
    story.propose(Propose { risk_tier: Some(RiskTier::Low), ..proposal }).expect("a proposal");
    assert_eq!(story.it().risk.tier, RiskTier::ApprovalRequired);
    assert_eq!(story.it().risk.reasons.len(), 1);
}

#[test]
fn an_action_type_that_the_catalogue_lacks_is_named() {
    let mut story = Story::new();
    let mut proposal = story.proposal();
    proposal.proposal.action_type = "send_flowers".parse().expect("a name");
    let refusal = story.propose(proposal).expect_err("unknown");
    assert_eq!(refusal, Refusal::ActionTypeUnknown { name: "send_flowers".into() });
}

#[test]
fn a_payload_that_breaks_its_schema_is_refused_at_the_place_and_without_its_values() {
    let mut story = Story::new();
    for (payload, pointer, words) in [
        (r#"{"due":"2026-11-30","owner":"a","subject":"secret","colour":"red"}"#, "", "colour"),
        (r#"{"due":"30 November","owner":"a","subject":"secret"}"#, "/due", "date"),
        (r#"{"due":"2026-02-30","owner":"a","subject":"secret"}"#, "/due", "date"),
        (r#"{"due":"2026-11-30","owner":7,"subject":"secret"}"#, "/owner", "string"),
        (r#"{"due":"2026-11-30","owner":"a"}"#, "", "subject"),
        (r#"{"due":"2026-11-30""#, "", "line `1`"),
        (r#"{"due":"2026-11-30","due":"2026-11-30"}"#, "", "twice"),
        (r#"["secret"]"#, "", "object"),
        ("", "", "it is missing"),
        (" \n", "", "it is missing"),
    ] {
        let refusal =
            story.propose(Propose { payload: PayloadDraft::read(payload), ..story.proposal() }).expect_err(payload);
        let Refusal::Payload { pointer: at, reason } = &refusal else { panic!("{refusal}") };
        assert_eq!(at, pointer, "{payload}");
        assert!(reason.contains(words), "{payload}: {reason}");
        let place = if pointer.is_empty() { "itself is".to_owned() } else { format!("is at `{pointer}`") };
        assert!(refusal.to_string().starts_with(&format!("the payload {place} refused: ")), "{refusal}");
        assert!(!refusal.to_string().contains("secret"), "{refusal}");
        assert!(!refusal.to_string().contains("30 November"), "{refusal}");
    }
}

#[test]
fn evidence_that_a_reason_names_is_there() {
    let mut story = Story::new();
    let mut proposal = story.proposal();
    proposal.evidence.push(evidence("note"));
    proposal.proposal.evidence_numbers = vec![2, 3];
    let refusal = story.propose(proposal).expect_err("there is no third piece");
    let Refusal::Malformed { field, .. } = refusal else { panic!("{refusal}") };
    assert_eq!(field, "proposal.evidence_numbers[1]");
}

#[test]
fn a_reviewer_who_is_no_proposer_does_not_propose() {
    let mut story = Story::new();
    let proposal = story.proposal();
    let refusal = story.propose_as(&actor(ANNA), proposal).expect_err("a reviewer");
    assert_eq!(refusal.to_string(), "`propose` is not yours to do: it takes one of the roles `proposer`, `admin`");
}

#[test]
fn what_a_simulated_person_does_is_marked() {
    let mut story = Story::proposed();
    let approve = story.approve();
    story.tell("humans/simulated-ines", approve);
    assert_eq!(story.events.iter().map(|event| event.simulated).collect::<Vec<_>>(), [false, true]);
}
