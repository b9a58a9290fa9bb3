//! Every decision of `ReviewService`: works, again, in the wrong state, on something else than was read.

use countersign_api::candidate::v1::{
    AddEvidenceRequest, ApproveCandidateRequest, AssignOwnerRequest, Candidate, EditCandidateRequest, Failure,
    FailureClass, Fault, Proposal, RejectCandidateRequest, RejectionReason, ReleaseCandidateRequest,
    RequestEvidenceRequest, RetryExecutionRequest, SendBackForReworkRequest, SettleOutcomeRequest, State,
    WithdrawApprovalRequest, edit_candidate_request::Change, review_service_client::ReviewServiceClient,
    settle_outcome_request::Settlement,
};
use service_kit::{access::Role, grpc::AuthorizedChannel};
use tonic::{Code, Status};

use super::support::{
    Bench, approve, call_customer, conflict, edit, evidence, hold, proposal, reason, reject, report_failure,
    report_success, update_field,
};

type Client = ReviewServiceClient<AuthorizedChannel>;

/// Tells one decision three times: it works, the same request again gives the same answer, and the same decision on what
/// the first one left is refused with what is possible instead.
macro_rules! works_again_wrong_state {
    ($bench:ident, $client:expr, $rpc:ident, $request:expr, to: $to:ident, then: $then:literal) => {{
        let mut client: Client = $client;
        let request = $request;
        let first = client.$rpc(request.clone()).await.expect(stringify!($rpc)).into_inner().candidate;
        let first: Candidate = first.expect("a candidate");
        assert_eq!(first.state(), State::$to);
        let again = client.$rpc(request.clone()).await.expect("answered again").into_inner().candidate;
        assert_eq!(again.as_ref(), Some(&first), "the same answer");

        let mut stale = request.clone();
        stale.request_id += "-stale";
        let refused = client.$rpc(stale.clone()).await.expect_err("the candidate has changed");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_STALE"));

        stale.request_id += "-fresh";
        stale.etag = first.etag.clone();
        let refused = client.$rpc(stale).await.expect_err("not possible from here");
        let conflict = conflict(&refused);
        assert_eq!((conflict.state.as_str(), conflict.etag.as_str()), ($then, first.etag.as_str()));
        assert_eq!($bench.candidate(&first.name).await, first, "a refusal changes nothing");
        first
    }};
}

/// Tells one decision that may be repeated on what it left.
macro_rules! works_and_again {
    ($client:expr, $rpc:ident, $request:expr, to: $to:ident) => {{
        let mut client: Client = $client;
        let request = $request;
        let first = client.$rpc(request.clone()).await.expect(stringify!($rpc)).into_inner().candidate;
        let first: Candidate = first.expect("a candidate");
        assert_eq!(first.state(), State::$to);
        let again = client.$rpc(request.clone()).await.expect("answered again").into_inner().candidate;
        assert_eq!(again.as_ref(), Some(&first), "the same answer");
        let mut stale = request.clone();
        stale.request_id += "-stale";
        let refused = client.$rpc(stale).await.expect_err("the candidate has changed");
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_STALE"));
        first
    }};
}

/// What a rejected candidate answers to a decision.
fn refused_when_over<T>(refused: Result<tonic::Response<T>, Status>) {
    let conflict = conflict(&refused.err().expect("nothing is possible any more"));
    assert_eq!((conflict.state.as_str(), conflict.allowed_transitions.len()), ("REJECTED", 0));
}

#[tokio::test]
async fn approve_candidate() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let request = approve(&candidate, "d");
    let approved = works_again_wrong_state!(bench, bench.reviewer("humans/anna"), approve_candidate, request, to: Approved, then: "APPROVED");
    assert_eq!(approved.approvals[0].approver.as_ref().expect("an approver").id, "humans/anna");
}

#[tokio::test]
async fn approving_asks_for_the_digest_that_was_read() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let wrong = ApproveCandidateRequest { digest: vec![9; 32], ..approve(&candidate, "d") };
    let refused = bench.reviewer("humans/anna").approve_candidate(wrong).await.expect_err("another digest");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "DIGEST_MISMATCH"));
    assert_eq!(bench.candidate(&candidate.name).await, candidate);
}

#[tokio::test]
async fn nobody_approves_their_own_edit_and_no_machine_approves() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let edited =
        bench.reviewer("humans/anna").edit_candidate(edit(&candidate, "e", "2026-12-02")).await.expect("edited");
    let edited = edited.into_inner().candidate.expect("a candidate");
    let refused =
        bench.reviewer("humans/anna").approve_candidate(approve(&edited, "own")).await.expect_err("her own edit");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "POLICY_DENIED"));

    for (machine, role) in [("generators/rules", Role::Proposer), ("services/executor", Role::Executor)] {
        let mut client = ReviewServiceClient::new(bench.channel(machine, role));
        let refused = client.approve_candidate(approve(&edited, "m")).await.expect_err(machine);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    }
    let by_ben = bench.reviewer("humans/ben").approve_candidate(approve(&edited, "b")).await;
    assert!(by_ben.is_ok());
}

#[tokio::test]
async fn withdraw_approval() {
    let bench = Bench::open().await;
    let candidate = bench.approved("p", proposal("7")).await;
    let request = WithdrawApprovalRequest {
        name: candidate.name.clone(),
        request_id: "d".into(),
        etag: candidate.etag.clone(),
        note: String::new(),
    };
    let back = works_and_again!(bench.reviewer("humans/anna"), withdraw_approval, request.clone(), to: Proposed);
    assert!(back.approvals.is_empty());
    let none_left = WithdrawApprovalRequest { request_id: "d2".into(), etag: back.etag, ..request };
    let refused = bench.reviewer("humans/anna").withdraw_approval(none_left).await.expect_err("there is none");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
}

#[tokio::test]
async fn edit_candidate() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let request = edit(&candidate, "d", "2026-12-02");
    let edited = works_and_again!(bench.reviewer("humans/anna"), edit_candidate, request.clone(), to: Edited);
    let payload = edited.payload.as_ref().expect("a payload");
    assert!(payload.canonical_json.contains("2026-12-02"));
    assert_ne!(payload.digest, candidate.payload.as_ref().expect("a payload").digest);

    let whole = r#"{"owner":"humans/ben","subject":"Ask","due":"2026-12-03"}"#;
    let by_whole = EditCandidateRequest {
        request_id: "d2".into(),
        etag: edited.etag.clone(),
        change: Some(Change::PayloadJson(whole.into())),
        ..request.clone()
    };
    let edited = bench.reviewer("humans/anna").edit_candidate(by_whole).await.expect("edited").into_inner();
    let edited = edited.candidate.expect("a candidate");
    assert!(edited.payload.as_ref().expect("a payload").canonical_json.contains("humans/ben"));

    let patch = |text: &str| EditCandidateRequest {
        request_id: "d3".into(),
        etag: edited.etag.clone(),
        change: Some(Change::PatchJson(text.into())),
        ..request.clone()
    };
    for (text, expected) in [
        (r#"[{"op":"remove","path":"/none"}]"#, "PATCH_INVALID"),
        ("no patch", "PATCH_INVALID"),
        (r#"[{"op":"remove","path":"/subject"}]"#, "PAYLOAD_INVALID"),
    ] {
        let refused = bench.reviewer("humans/anna").edit_candidate(patch(text)).await.expect_err(text);
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, expected), "{text}");
    }
    let approved = bench.approved("p2", proposal("8")).await;
    let refused = bench.reviewer("humans/ben").edit_candidate(edit(&approved, "d4", "2026-12-02")).await;
    assert_eq!(conflict(&refused.expect_err("approved")).state, "APPROVED");
}

#[tokio::test]
async fn reject_candidate() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let request = reject(&candidate, "d");
    let client = || bench.reviewer("humans/anna");
    let rejected =
        works_again_wrong_state!(bench, client(), reject_candidate, request.clone(), to: Rejected, then: "REJECTED");
    let rejection = rejected.rejection.as_ref().expect("a rejection");
    assert_eq!((rejection.reason(), rejection.note.as_str()), (RejectionReason::NotWorthIt, "Too small."));

    let unsaid = RejectCandidateRequest { reason: 0, request_id: "d2".into(), ..request };
    let refused = client().reject_candidate(unsaid).await.expect_err("no reason");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_MALFORMED"));
    refused_when_over(client().approve_candidate(approve(&rejected, "d3")).await);
    refused_when_over(client().edit_candidate(edit(&rejected, "d4", "2026-12-02")).await);
    refused_when_over(client().hold_candidate(hold(&rejected, "d5")).await);
}

#[tokio::test]
async fn hold_and_release() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let client = || bench.reviewer("humans/anna");
    let held = works_and_again!(client(), hold_candidate, hold(&candidate, "d"), to: Held);
    assert_eq!(held.hold.as_ref().expect("a hold").state_before(), State::Proposed);
    let again = client().hold_candidate(hold(&held, "d2")).await.expect("held again").into_inner().candidate;
    let again = again.expect("a candidate");
    let release = ReleaseCandidateRequest { name: again.name.clone(), request_id: "r".into(), etag: again.etag };
    works_again_wrong_state!(bench, client(), release_candidate, release, to: Proposed, then: "PROPOSED");
}

#[tokio::test]
async fn request_and_add_evidence() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", proposal("7")).await;
    let client = || bench.reviewer("humans/anna");
    let request = RequestEvidenceRequest {
        name: candidate.name.clone(),
        request_id: "d".into(),
        etag: candidate.etag,
        question: "Who says so?".into(),
        kinds: vec!["note".into()],
    };
    let asked = works_again_wrong_state!(bench, client(), request_evidence, request.clone(), to: NeedsEvidence, then: "NEEDS_EVIDENCE");
    assert_eq!(asked.evidence_question.as_ref().expect("a question").question, "Who says so?");
    let malformed = RequestEvidenceRequest { request_id: "d2".into(), kinds: vec!["A Note".into()], ..request };
    let refused = client().request_evidence(malformed).await.expect_err("no kind");
    assert!(refused.message().contains("`kinds[0]`"), "{}", refused.message());

    let add = AddEvidenceRequest {
        name: asked.name.clone(),
        request_id: "a".into(),
        etag: asked.etag,
        evidence: vec![evidence("note")],
    };
    // A stranger may not, its proposer may.
    let mut stranger = ReviewServiceClient::new(bench.channel("generators/other", Role::Proposer));
    let refused = stranger.add_evidence(add.clone()).await.expect_err("not theirs");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    let proposer = ReviewServiceClient::new(bench.channel("generators/rules", Role::Proposer));
    let added = works_and_again!(proposer, add_evidence, add.clone(), to: Proposed);
    assert_eq!(added.evidence[0].added_by.as_ref().expect("who").id, "generators/rules");

    let none = AddEvidenceRequest { request_id: "a2".into(), etag: added.etag.clone(), evidence: vec![], ..add };
    assert_eq!(reason(&client().add_evidence(none).await.expect_err("nothing")), "REQUEST_MALFORMED");
    let rejected = client().reject_candidate(reject(&added, "x")).await.expect("rejected").into_inner().candidate;
    let rejected = rejected.expect("a candidate");
    let late = AddEvidenceRequest {
        name: rejected.name,
        request_id: "a3".into(),
        etag: rejected.etag,
        evidence: vec![evidence("note")],
    };
    refused_when_over(client().add_evidence(late).await);
}

#[tokio::test]
async fn assign_owner() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", Proposal { owner: String::new(), ..proposal("7") }).await;
    let client = || bench.reviewer("humans/anna");
    let request = AssignOwnerRequest {
        name: candidate.name.clone(),
        request_id: "d".into(),
        etag: candidate.etag,
        owner: "humans/ben".into(),
        note: String::new(),
    };
    let owned = works_and_again!(client(), assign_owner, request.clone(), to: Proposed);
    assert_eq!(owned.owner, "humans/ben");
    let machine = AssignOwnerRequest { owner: "services/executor".into(), ..request.clone() };
    let refused = client().assign_owner(machine).await.expect_err("no person");
    assert!(refused.message().contains("`owner`"), "{}", refused.message());
    let rejected = client().reject_candidate(reject(&owned, "x")).await.expect("rejected").into_inner().candidate;
    let late = AssignOwnerRequest { request_id: "d2".into(), etag: rejected.expect("a candidate").etag, ..request };
    refused_when_over(client().assign_owner(late).await);
}

#[tokio::test]
async fn send_back_for_rework() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    bench.executor().report_outcome(report_success(&permit, "o")).await.expect("reported");
    let executed = bench.candidate(&permit.candidate).await;
    let request = SendBackForReworkRequest {
        name: executed.name.clone(),
        request_id: "d".into(),
        etag: executed.etag,
        reason: "The wrong person.".into(),
        fault: Fault::Execution.into(),
    };
    let back = works_again_wrong_state!(bench, bench.reviewer("humans/anna"), send_back_for_rework, request, to: Rework, then: "REWORK");
    assert_eq!(back.rework.as_ref().expect("a rework").fault(), Fault::Execution);
}

#[tokio::test]
async fn retry_execution() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", proposal("7")).await;
    bench.executor().report_outcome(report_failure(&permit, "o", false)).await.expect("reported");
    let failed = bench.candidate(&permit.candidate).await;
    assert_eq!(failed.state(), State::Failed);
    let approval = approve(&failed, "d");
    let request = RetryExecutionRequest {
        name: approval.name,
        request_id: approval.request_id,
        etag: approval.etag,
        digest: approval.digest,
        note: String::new(),
        acknowledged_conflicts: Vec::new(),
    };
    let wrong = RetryExecutionRequest { digest: vec![9; 32], request_id: "w".into(), ..request.clone() };
    let refused = bench.reviewer("humans/ben").retry_execution(wrong).await.expect_err("another digest");
    assert_eq!(reason(&refused), "DIGEST_MISMATCH");
    let approved = works_again_wrong_state!(bench, bench.reviewer("humans/ben"), retry_execution, request, to: Approved, then: "APPROVED");
    let key = approved.execution.expect("an execution").idempotency_key;
    assert_ne!(key, permit.idempotency_key, "a new approval has a key of its own");
}

#[tokio::test]
async fn settle_outcome() {
    let bench = Bench::open().await;
    let permit = bench.claimed("p", call_customer("7")).await;
    let mut lost = report_success(&permit, "o");
    lost.outcome = Some(countersign_api::candidate::v1::report_outcome_request::Outcome::Unknown("no answer".into()));
    bench.executor().report_outcome(lost).await.expect("reported");
    let unknown = bench.candidate(&permit.candidate).await;
    assert_eq!(unknown.state(), State::OutcomeUnknown);
    let request = SettleOutcomeRequest {
        name: unknown.name.clone(),
        request_id: "d".into(),
        etag: unknown.etag.clone(),
        finding: "The customer says that nobody called.".into(),
        settlement: Some(Settlement::Failed(Failure {
            class: FailureClass::Unavailable.into(),
            message: "never called".into(),
            ..Failure::default()
        })),
        fence: 0,
        acknowledged_conflicts: Vec::new(),
    };
    // A service settles only under the last fence.
    let mut executor = ReviewServiceClient::new(bench.channel("services/executor", Role::Executor));
    let stale = SettleOutcomeRequest { fence: permit.fence + 1, request_id: "s".into(), ..request.clone() };
    let refused = executor.settle_outcome(stale).await.expect_err("a stale fence");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "FENCE_STALE"));
    let anew = Settlement::ApproveDigest(unknown.payload.expect("a payload").digest);
    let by_machine =
        SettleOutcomeRequest { settlement: Some(anew), fence: permit.fence, request_id: "m".into(), ..request.clone() };
    let refused = executor.settle_outcome(by_machine).await.expect_err("no machine approves");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));

    works_again_wrong_state!(bench, bench.reviewer("humans/ben"), settle_outcome, request, to: Failed, then: "FAILED");
}

#[tokio::test]
async fn a_decision_names_a_candidate_that_is_there_and_within_reach() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", update_field("7")).await;
    for (name, code, expected) in [
        ("demo/7", Code::InvalidArgument, "REQUEST_MALFORMED"),
        ("workspaces/demo/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55", Code::NotFound, "RESOURCE_NOT_FOUND"),
        (
            "workspaces/other/candidates/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55",
            Code::PermissionDenied,
            "WORKSPACE_DENIED",
        ),
    ] {
        let request = RejectCandidateRequest { name: name.into(), ..reject(&candidate, "d") };
        let refused = bench.reviewer("humans/anna").reject_candidate(request).await.expect_err(name);
        assert_eq!((refused.code(), reason(&refused).as_str()), (code, expected), "{name}");
    }
    let other = ApproveCandidateRequest { request_id: "d".into(), ..approve(&candidate, "d") };
    assert_eq!(
        conflict(&bench.reviewer("humans/anna").approve_candidate(other).await.expect_err("not yet")).state,
        "NEEDS_EVIDENCE"
    );
}

crate::tests::support::on_postgres!(
    approve_candidate,
    approving_asks_for_the_digest_that_was_read,
    nobody_approves_their_own_edit_and_no_machine_approves,
    withdraw_approval,
    edit_candidate,
    reject_candidate,
    hold_and_release,
    request_and_add_evidence,
    assign_owner,
    send_back_for_rework,
    retry_execution,
    settle_outcome,
    a_decision_names_a_candidate_that_is_there_and_within_reach,
);
