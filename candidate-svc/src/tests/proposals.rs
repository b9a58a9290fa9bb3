//! Proposing, alone: works, again, and what is refused.

use countersign_api::candidate::v1::{
    ListActionTypesRequest, Proposal, ProposeCandidateRequest, State, Trigger, WithdrawCandidateRequest,
};
use tonic::Code;

use super::support::{Bench, PARENT, conflict, evidence, proposal, propose, reason, update_field};

#[tokio::test]
async fn a_proposal_becomes_a_candidate() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p1", proposal("7")).await;
    assert_eq!((candidate.state(), candidate.revision, candidate.etag.as_str()), (State::Proposed, 1, "r1"));
    assert_eq!(candidate.owner, "humans/anna");
    assert_eq!(candidate.proposer.as_ref().expect("a proposer").id, "generators/rules");
    // The record is the trigger's, and the target is the record, where the proposal names neither.
    for record in [candidate.record.as_ref(), candidate.target.as_ref()] {
        assert_eq!(record.expect("a record").id, "7");
    }
    let payload = candidate.payload.as_ref().expect("a payload");
    let canonical = r#"{"due":"2026-11-30","owner":"humans/anna","subject":"Ask for the account"}"#;
    assert_eq!(payload.canonical_json, canonical);
    assert_eq!((payload.nonce.len(), payload.digest.len()), (32, 32));
    assert_eq!(bench.candidate(&candidate.name).await, candidate);
}

#[tokio::test]
async fn the_same_request_gives_the_same_answer_also_after_changes() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", proposal("7")).await;
    let again = bench.proposer().propose_candidate(propose("p1", proposal("7"))).await.expect("answered").into_inner();
    assert_eq!((again.candidate.as_ref(), again.replayed), (Some(&first), true));

    bench.approved("p2", proposal("8")).await;
    let approved = bench.approved("p1-other", proposal("9")).await;
    let then = bench.proposer().propose_candidate(propose("p1-other", proposal("9"))).await.expect("answered");
    let then = then.into_inner().candidate.expect("a candidate");
    assert_eq!((approved.state(), approved.revision), (State::Approved, 2));
    assert_eq!((then.state(), then.revision, &then.name), (State::Proposed, 1, &approved.name));
}

#[tokio::test]
async fn the_same_request_id_with_other_content_is_refused() {
    let bench = Bench::open().await;
    bench.propose("p1", proposal("7")).await;
    let refused = bench.proposer().propose_candidate(propose("p1", proposal("8"))).await.expect_err("reused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    assert!(refused.message().contains("`p1`"), "{}", refused.message());

    // Ids are the caller's own.
    let other = bench.proposer_named("generators/other").propose_candidate(propose("p1", proposal("8"))).await;
    assert!(other.is_ok());
}

#[tokio::test]
async fn what_is_missing_decides_where_a_candidate_waits() {
    let bench = Bench::open().await;
    let needs_evidence = bench.propose("p1", update_field("7")).await;
    assert_eq!(needs_evidence.state(), State::NeedsEvidence);
    assert_eq!(needs_evidence.evidence_question.expect("a question").kinds, ["record_field"]);
    let unowned = Proposal { owner: String::new(), ..proposal("8") };
    assert_eq!(bench.propose("p2", unowned).await.state(), State::NeedsOwner);
    let complete = Proposal { evidence: vec![evidence("record_field")], ..update_field("9") };
    let complete = bench.propose("p3", complete).await;
    assert_eq!(complete.state(), State::Proposed);
    assert_eq!(complete.evidence[0].number, 1);
}

#[tokio::test]
async fn what_is_not_of_its_form_is_refused_by_name_and_leaves_nothing() {
    let bench = Bench::open().await;
    let payload = |json: &str| Proposal { payload_json: json.into(), ..proposal("7") };
    let too_large = format!(r#"{{"notes":"{}"}}"#, "x".repeat(65_536));
    for (request, expected, part) in [
        (propose("", proposal("7")), "REQUEST_MALFORMED", "`request_id`"),
        (
            ProposeCandidateRequest { parent: "demo".into(), ..propose("p", proposal("7")) },
            "REQUEST_MALFORMED",
            "`parent`",
        ),
        (ProposeCandidateRequest { proposal: None, ..propose("p", proposal("7")) }, "REQUEST_MALFORMED", "`proposal`"),
        (
            ProposeCandidateRequest { parent: "workspaces/other".into(), ..propose("p", proposal("7")) },
            "WORKSPACE_DENIED",
            "workspaces/other",
        ),
        (propose("p", Proposal { trigger: None, ..proposal("7") }), "REQUEST_MALFORMED", "`proposal.trigger`"),
        (propose("p", Proposal { owner: "anna".into(), ..proposal("7") }), "REQUEST_MALFORMED", "`proposal.owner`"),
        (
            propose("p", Proposal { evidence_numbers: vec![-1], ..proposal("7") }),
            "REQUEST_MALFORMED",
            "`proposal.evidence_numbers[0]`",
        ),
        (
            propose("p", Proposal { action_type: "send_money".into(), ..proposal("7") }),
            "ACTION_TYPE_UNKNOWN",
            "send_money",
        ),
        (
            propose("p", Proposal { action_type: "Send Money".into(), ..proposal("7") }),
            "ACTION_TYPE_UNKNOWN",
            "Send Money",
        ),
        (propose("p", payload("{")), "PAYLOAD_INVALID", "payload"),
        (propose("p", payload(r#"{"subject":"x"}"#)), "PAYLOAD_INVALID", "payload"),
        (propose("p", payload(&too_large)), "ITEM_TOO_LARGE", "65536"),
    ] {
        let refused = bench.proposer().propose_candidate(request).await.expect_err(part);
        assert_eq!(reason(&refused), expected, "{part}: {}", refused.message());
        assert!(refused.message().contains(part), "{part}: {}", refused.message());
    }
    assert_eq!(bench.store().read().outbox_events().await.expect("the outbox"), 0);
    assert!(bench.ledger.entries().is_empty());
}

#[tokio::test]
async fn a_trigger_that_is_kept_is_named_or_found_by_its_source() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", proposal("7")).await;
    let trigger = first.trigger.expect("a trigger");
    let again = bench.propose("p2", proposal("7")).await;
    assert_eq!(again.trigger.as_ref(), Some(&trigger), "one source, one trigger");

    let named = Trigger { name: trigger.name.clone(), ..Trigger::default() };
    let by_name = bench.propose("p3", Proposal { trigger: Some(named), ..proposal("7") }).await;
    assert_eq!(by_name.trigger, Some(trigger));

    let unknown = "workspaces/demo/triggers/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
    let missing = Trigger { name: unknown.into(), ..Trigger::default() };
    let request = propose("p4", Proposal { trigger: Some(missing), ..proposal("7") });
    let refused = bench.proposer().propose_candidate(request).await.expect_err("no such trigger");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}

#[tokio::test]
async fn a_proposal_is_taken_back_once_and_by_its_proposer_alone() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p1", proposal("7")).await;
    let request = WithdrawCandidateRequest {
        name: candidate.name.clone(),
        request_id: "w1".into(),
        etag: candidate.etag.clone(),
        reason: "The account was found.".into(),
        superseded_by: String::new(),
    };
    let refused =
        bench.proposer_named("generators/other").withdraw_candidate(request.clone()).await.expect_err("not theirs");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));

    for _ in 0..2 {
        let withdrawn = bench.proposer().withdraw_candidate(request.clone()).await.expect("withdrawn").into_inner();
        assert_eq!(withdrawn.candidate.expect("a candidate").state(), State::Withdrawn);
    }
    let later = WithdrawCandidateRequest { request_id: "w2".into(), etag: "r2".into(), ..request.clone() };
    let refused = bench.proposer().withdraw_candidate(later).await.expect_err("over");
    let conflict = conflict(&refused);
    assert_eq!((conflict.state.as_str(), conflict.allowed_transitions.len()), ("WITHDRAWN", 0));
    let missing = "workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55";
    let unknown = WithdrawCandidateRequest { request_id: "w3".into(), name: missing.into(), ..request };
    let refused = bench.proposer().withdraw_candidate(unknown).await.expect_err("no such candidate");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
}

#[tokio::test]
async fn the_catalogue_is_listed() {
    let bench = Bench::open().await;
    let request = ListActionTypesRequest { parent: PARENT.into() };
    let listed = bench.proposer().list_action_types(request).await.expect("a list").into_inner();
    let names: Vec<&str> = listed.action_types.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["add_note", "call_customer", "change_policy", "create_task", "update_field"]);
    assert!(listed.action_types[2].payload_schema.contains("maxLength"));
}

crate::tests::support::on_postgres!(
    a_proposal_becomes_a_candidate,
    the_same_request_gives_the_same_answer_also_after_changes,
    the_same_request_id_with_other_content_is_refused,
    what_is_missing_decides_where_a_candidate_waits,
    what_is_not_of_its_form_is_refused_by_name_and_leaves_nothing,
    a_trigger_that_is_kept_is_named_or_found_by_its_source,
    a_proposal_is_taken_back_once_and_by_its_proposer_alone,
    the_catalogue_is_listed,
);
