//! Proposals that are about the same thing, were rejected before, or would change the same field.

use countersign_api::candidate::v1::{
    ApproveCandidateRequest, BatchDecision, Candidate, Conflict, DecideBatchRequest, EditCandidateRequest,
    GetCandidateRequest, GetCandidateResponse, Proposal, RecordReference, State, WithdrawCandidateRequest,
    batch_answer::Result as Outcome, batch_decision::Decision, edit_candidate_request::Change,
};
use tonic::Code;

use super::support::{
    Bench, CATALOGUE, PARENT, approve, edit, evidence, item, name_of, proposal, propose, reason, reject,
    report_success, update_field,
};

const REMEMBER: &str = "[[rules]]\nreason = \"rejections are remembered\"\nremember_rejection_days = 30";
const DAY_SECS: u64 = 24 * 60 * 60;

fn keyed(deal: &str, key: &str) -> Proposal {
    Proposal { dedup_key: key.into(), ..proposal(deal) }
}

/// A change of one field, with the evidence that it needs.
fn change(deal: &str, to: &str) -> Proposal {
    let payload =
        format!(r#"{{"object_type":"deal","record_id":"{deal}","field":"product","from":"GTXPro","to":"{to}"}}"#);
    Proposal { payload_json: payload, evidence: vec![evidence("record_field")], ..update_field(deal) }
}

async fn shown(bench: &Bench, name: &str) -> GetCandidateResponse {
    let request = GetCandidateRequest { name: name.into(), include_history: true };
    bench.reviewer("humans/anna").get_candidate(request).await.expect("a candidate").into_inner()
}

#[tokio::test]
async fn the_same_dedup_key_supersedes_what_is_open_and_each_names_the_other() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", keyed("7", "deal-7")).await;
    let second = bench.propose("p2", keyed("7", "deal-7")).await;
    assert_eq!(second.supersedes, first.name);
    let first = bench.candidate(&first.name).await;
    assert_eq!((first.state(), first.superseded_by.as_str()), (State::Withdrawn, second.name.as_str()));
    // The same request again is answered as before and supersedes nothing.
    let again = bench.proposer().propose_candidate(propose("p1", keyed("7", "deal-7"))).await.expect("answered");
    assert!(again.into_inner().replayed);
    assert_eq!(bench.candidate(&second.name).await.state(), State::Proposed);
}

#[tokio::test]
async fn two_proposals_of_one_commit_see_each_other() {
    let bench = Bench::open().await;
    let items = (0..20).map(|n| item(&format!("s{n}"), keyed("7", "deal-7")));
    let mut client = bench.proposer();
    let mut answers =
        client.stream_proposals(tokio_stream::iter(items.collect::<Vec<_>>())).await.expect("a stream").into_inner();
    let mut names = Vec::new();
    while let Some(answer) = answers.message().await.expect("an answer") {
        names.push(name_of(&answer));
    }
    let last = names.pop().expect("twenty");
    assert_eq!(bench.candidate(&last).await.state(), State::Proposed);
    for name in names {
        assert_eq!(bench.candidate(&name).await.state(), State::Withdrawn, "{name}");
    }
}

#[tokio::test]
async fn nobody_buries_what_another_proposed_or_a_person_approved() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", keyed("7", "deal-7")).await;
    let request = propose("p1", keyed("7", "deal-7"));
    bench.proposer_named("generators/other").propose_candidate(request).await.expect("a candidate of its own");
    assert_eq!(bench.candidate(&first.name).await.state(), State::Proposed);

    let approved = bench.approved("p3", keyed("9", "deal-9")).await;
    let beside = bench.propose("p4", keyed("9", "deal-9")).await;
    assert_eq!((beside.supersedes.as_str(), bench.candidate(&approved.name).await.state()), ("", State::Approved));
}

#[tokio::test]
async fn what_was_rejected_is_refused_while_it_is_remembered() {
    let bench = Bench::with_rules(REMEMBER).await;
    let first = bench.propose("p1", proposal("7")).await;
    let mut anna = bench.reviewer("humans/anna");
    anna.reject_candidate(reject(&first, "r1")).await.expect("a rejection");
    assert!(shown(&bench, &first.name).await.rejection_remembered_until.is_some());

    // The same again, by anybody, also with its keys in another order.
    let reordered = r#"{"due":"2026-11-30", "owner":"humans/anna", "subject":"Ask for the account"}"#;
    let again = Proposal { payload_json: reordered.into(), ..proposal("7") };
    let refused = bench.proposer_named("generators/other").propose_candidate(propose("p2", again)).await;
    let refused = refused.expect_err("it is remembered");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "REJECTED_BEFORE"));
    assert!(
        refused.message().contains(&first.name) && refused.message().contains("NOT_WORTH_IT"),
        "{}",
        refused.message()
    );
    // Another record, or another payload, is another thing.
    bench.propose("p3", proposal("8")).await;

    let bench = bench.restart().await;
    assert!(
        bench.proposer().propose_candidate(propose("p4", proposal("7"))).await.is_err(),
        "a restart forgets nothing"
    );
    bench.advance_secs(30 * DAY_SECS);
    bench.propose("p5", proposal("7")).await;
}

#[tokio::test]
async fn an_edit_does_not_hide_what_was_proposed_from_the_memory() {
    let bench = Bench::with_rules(REMEMBER).await;
    let first = bench.propose("p1", keyed("7", "deal-7")).await;
    let mut anna = bench.reviewer("humans/anna");
    let edited = anna.edit_candidate(edit(&first, "e1", "2026-12-24")).await.expect("an edit").into_inner();
    anna.reject_candidate(reject(&edited.candidate.expect("a candidate"), "r1")).await.expect("a rejection");
    for (id, again) in [
        ("p2", proposal("7")),
        ("p3", Proposal { payload_json: proposal("7").payload_json.replace("11-30", "12-24"), ..proposal("7") }),
        ("p4", Proposal { payload_json: proposal("7").payload_json.replace("11-30", "12-31"), ..keyed("7", "deal-7") }),
    ] {
        let refused = bench.proposer().propose_candidate(propose(id, again)).await.expect_err(id);
        assert_eq!(reason(&refused), "REJECTED_BEFORE", "{id}");
    }
}

/// What runs is the payload: another record beside it makes it no other thing.
#[tokio::test]
async fn a_payload_that_names_its_record_is_known_again_whatever_it_is_said_to_be_about() {
    let bench = Bench::with_rules(REMEMBER).await;
    let first = bench.propose("p1", change("7", "GTX Pro")).await;
    bench.reviewer("humans/anna").reject_candidate(reject(&first, "r1")).await.expect("a rejection");
    let said = |id: &str| Proposal {
        record: Some(RecordReference {
            system: "erp".into(),
            object_type: "order".into(),
            id: id.into(),
            ..Default::default()
        }),
        ..change("7", "GTX Pro")
    };
    for (id, again) in [("p2", said("99")), ("p3", Proposal { target: said("98").record, ..change("7", "GTX Pro") })] {
        let refused = bench.proposer().propose_candidate(propose(id, again)).await.expect_err(id);
        assert_eq!(reason(&refused), "REJECTED_BEFORE", "{id}");
    }
    bench.propose("p4", change("8", "GTX Pro")).await;

    // What was proposed is known again as well, though it was edited before somebody rejected it.
    let second = bench.propose("p5", change("9", "GTX Pro")).await;
    let patch = r#"[{"op":"replace","path":"/to","value":"GTX Plus"}]"#.to_owned();
    let to_plus = EditCandidateRequest { change: Some(Change::PatchJson(patch)), ..edit(&second, "e1", "") };
    let edited = bench.reviewer("humans/anna").edit_candidate(to_plus).await.expect("an edit").into_inner();
    let edited = edited.candidate.expect("a candidate");
    bench.reviewer("humans/anna").reject_candidate(reject(&edited, "r2")).await.expect("a rejection");
    for (id, to) in [("p6", "GTX Pro"), ("p7", "GTX Plus")] {
        let again = Proposal { record: said("99").record, ..change("9", to) };
        let refused = bench.proposer().propose_candidate(propose(id, again)).await.expect_err(id);
        assert_eq!(reason(&refused), "REJECTED_BEFORE", "{id}");
    }
}

#[tokio::test]
async fn nobody_takes_a_proposal_back_for_one_that_does_not_exist() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", proposal("7")).await;
    let withdraw = |request_id: &str, superseded_by: &str| WithdrawCandidateRequest {
        name: first.name.clone(),
        request_id: request_id.into(),
        etag: first.etag.clone(),
        superseded_by: superseded_by.into(),
        ..Default::default()
    };
    let ghost = "workspaces/demo/candidates/01a22b84-9d37-7979-87a4-000000000000";
    let refused = bench.proposer().withdraw_candidate(withdraw("w1", ghost)).await.expect_err("a ghost");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));
    assert_eq!(bench.candidate(&first.name).await.state(), State::Proposed);
    let second = bench.propose("p2", proposal("8")).await;
    bench.proposer().withdraw_candidate(withdraw("w2", &second.name)).await.expect("withdrawn");
    assert_eq!(bench.candidate(&first.name).await.superseded_by, second.name);
}

#[tokio::test]
async fn by_default_nothing_is_remembered() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", proposal("7")).await;
    bench.reviewer("humans/anna").reject_candidate(reject(&first, "r1")).await.expect("a rejection");
    assert_eq!(shown(&bench, &first.name).await.rejection_remembered_until, None);
    bench.propose("p2", proposal("7")).await;
}

fn beside(candidate: &Candidate, request_id: &str, seen: &[&Candidate]) -> ApproveCandidateRequest {
    let acknowledged_conflicts = seen.iter().map(|other| other.name.clone()).collect();
    ApproveCandidateRequest { acknowledged_conflicts, ..approve(candidate, request_id) }
}

#[tokio::test]
async fn two_changes_of_one_field_are_shown_and_not_both_approved_unseen() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", change("7", "GTX Pro")).await;
    let second = bench.propose("p2", change("7", "GTX Basic")).await;
    let elsewhere = bench.propose("p3", change("8", "GTX Pro")).await;
    let expected =
        Conflict { candidate: second.name.clone(), state: State::Proposed.into(), subject: "deal/7#product".into() };
    assert_eq!(shown(&bench, &first.name).await.conflicts, [expected]);
    assert_eq!(shown(&bench, &elsewhere.name).await.conflicts, []);

    let mut anna = bench.reviewer("humans/anna");
    anna.approve_candidate(approve(&first, "a1")).await.expect("the first");
    let refused = anna.approve_candidate(approve(&second, "a2")).await.expect_err("unseen");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "CONFLICT_UNSEEN"));
    assert!(refused.message().contains(&first.name), "{}", refused.message());
    let approved = anna.approve_candidate(beside(&second, "a3", &[&first])).await.expect("seen").into_inner();
    assert_eq!(approved.candidate.expect("a candidate").state(), State::Approved);
    anna.approve_candidate(approve(&elsewhere, "a4")).await.expect("nothing conflicts");
}

#[tokio::test]
async fn a_conflict_outlives_what_the_catalogue_says_of_it() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", change("7", "GTX Pro")).await;
    let second = bench.propose("p2", change("7", "GTX Basic")).await;
    let [note, task, update, call] = CATALOGUE;
    let silent = update.1.replace("changes_field_named_at", "# changes_field_named_at");
    let bench = bench.with_catalogue(&[note, task, (update.0, &silent), call]).restart().await;
    let mut anna = bench.reviewer("humans/anna");
    anna.approve_candidate(approve(&first, "a1")).await.expect("the first");
    assert_eq!(shown(&bench, &second.name).await.conflicts[0].subject, "deal/7#product");
    let refused = anna.approve_candidate(approve(&second, "a2")).await.expect_err("unseen");
    assert_eq!(reason(&refused), "CONFLICT_UNSEEN");

    let bench = bench.with_catalogue(&[note, task, call]).restart().await;
    let mut anna = bench.reviewer("humans/anna");
    let refused =
        anna.approve_candidate(beside(&second, "a3", &[&first])).await.expect_err("what would run it is gone");
    assert_eq!(reason(&refused), "ACTION_TYPE_UNKNOWN");
    anna.reject_candidate(reject(&second, "r1")).await.expect("it can be rejected");
    assert_eq!(shown(&bench, &first.name).await.conflicts, []);
}

#[tokio::test]
async fn a_conflict_is_told_by_what_runs_and_not_by_what_is_said_about_it() {
    let bench = Bench::open().await;
    let first = bench.propose("p1", change("7", "GTX Pro")).await;
    let elsewhere = |spelling: &str| RecordReference {
        system: format!(" {spelling} "),
        object_type: "inquiry".into(),
        id: "99".into(),
        ..RecordReference::default()
    };
    let mut anna = bench.reviewer("humans/anna");
    anna.approve_candidate(approve(&first, "a1")).await.expect("the first");
    for (n, record) in [None, Some(elsewhere("CRM")), Some(elsewhere("crm"))].into_iter().enumerate() {
        let other = bench.propose(&format!("o{n}"), Proposal { record, ..change("7", &format!("GTX {n}")) }).await;
        let refused = anna.approve_candidate(approve(&other, &format!("b{n}"))).await.expect_err("unseen");
        assert_eq!(reason(&refused), "CONFLICT_UNSEEN", "{n}");
        assert_eq!(shown(&bench, &other.name).await.conflicts[0].subject, "deal/7#product");
    }
}

#[tokio::test]
async fn what_was_changed_since_is_seen_before_it_is_changed_again() {
    let bench = Bench::open().await;
    let second = bench.propose("p2", change("7", "GTX Basic")).await;
    let permit = bench.claimed("p1", change("7", "GTX Pro")).await;
    bench.executor().report_outcome(report_success(&permit, "o")).await.expect("executed");
    let first = bench.candidate(&permit.candidate).await;
    assert_eq!(first.state(), State::Executed);
    assert_eq!(shown(&bench, &second.name).await.conflicts[0].candidate, first.name);
    let mut anna = bench.reviewer("humans/anna");
    let refused = anna.approve_candidate(approve(&second, "a1")).await.expect_err("unseen");
    assert_eq!(reason(&refused), "CONFLICT_UNSEEN");
    anna.approve_candidate(beside(&second, "a2", &[&first])).await.expect("seen");
    // Who proposes after the change has seen what it left.
    bench.advance_secs(1);
    let third = bench.propose("p3", change("7", "GTX Max")).await;
    assert_eq!(shown(&bench, &third.name).await.conflicts.len(), 1, "the second alone");
}

#[tokio::test]
async fn two_conflicting_approvals_of_one_commit_do_not_both_pass() {
    let rule = "[[rules]]\nreason = \"fields together\"\nwhen.action_types = [\"update_field\"]\nbulk_allowed = true";
    let bench = Bench::with_rules(rule).await;
    let first = bench.propose("p1", change("7", "GTX Pro")).await;
    let second = bench.propose("p2", change("7", "GTX Basic")).await;
    let decisions = [approve(&first, "a1"), approve(&second, "a2")];
    let decisions = decisions.map(|approve| BatchDecision { decision: Some(Decision::Approve(approve)) }).to_vec();
    let request = DecideBatchRequest { parent: PARENT.into(), decisions };
    let answers = bench.reviewer("humans/anna").decide_batch(request).await.expect("answers").into_inner().answers;
    let passed = |outcome: Option<&Outcome>| matches!(outcome, Some(Outcome::Candidate(_)));
    assert_eq!(answers.iter().map(|answer| passed(answer.result.as_ref())).collect::<Vec<_>>(), [true, false]);
}

crate::tests::support::on_postgres!(
    the_same_dedup_key_supersedes_what_is_open_and_each_names_the_other,
    two_proposals_of_one_commit_see_each_other,
    nobody_buries_what_another_proposed_or_a_person_approved,
    what_was_rejected_is_refused_while_it_is_remembered,
    an_edit_does_not_hide_what_was_proposed_from_the_memory,
    a_payload_that_names_its_record_is_known_again_whatever_it_is_said_to_be_about,
    nobody_takes_a_proposal_back_for_one_that_does_not_exist,
    by_default_nothing_is_remembered,
    two_changes_of_one_field_are_shown_and_not_both_approved_unseen,
    a_conflict_outlives_what_the_catalogue_says_of_it,
    a_conflict_is_told_by_what_runs_and_not_by_what_is_said_about_it,
    what_was_changed_since_is_seen_before_it_is_changed_again,
    two_conflicting_approvals_of_one_commit_do_not_both_pass,
);
