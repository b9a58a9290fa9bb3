use countersign_api::candidate::v1::{
    AddEvidenceRequest, AssignOwnerRequest, Candidate, ExecutionResult, ExternalReference, Failure, FailureClass,
    Fault, HoldCandidateRequest, ReleaseCandidateRequest, RequestEvidenceRequest, RetryExecutionRequest,
    SendBackForReworkRequest, SettleOutcomeRequest, WithdrawApprovalRequest, WithdrawCandidateRequest,
    proposal_service_client::ProposalServiceClient, review_service_client::ReviewServiceClient,
    settle_outcome_request::Settlement,
};
use service_kit::{
    access::{PrincipalKind, Role},
    grpc::AuthorizedChannel,
};
use tonic::Status;

use super::super::support::{approve, edit, evidence, reject};

/// What is asked over the wire, in the words of the table.
pub(super) const ACTS: [&str; 15] = [
    "add_evidence",
    "request_evidence",
    "assign_owner",
    "edit",
    "approve",
    "withdraw_approval",
    "reject",
    "hold",
    "release",
    "withdraw",
    "retry",
    "send_back",
    "settle (executed)",
    "settle (failed)",
    "settle (approve)",
];

/// Says who may call the rpc at all, whatever the candidate: people decide, proposers add evidence and take back, and any
/// person may own what is to be sent back.
pub(super) fn may_call(act: &str, kind: PrincipalKind, role: Role) -> bool {
    let decides = kind == PrincipalKind::Human && matches!(role, Role::Reviewer | Role::Manager | Role::Admin);
    match act {
        "add_evidence" => decides || role == Role::Proposer,
        "withdraw" => role == Role::Proposer || (kind == PrincipalKind::Human && role == Role::Admin),
        "send_back" => kind == PrincipalKind::Human,
        "claim" | "extend_claim" | "report_success" | "report_failure" | "lose_track (said)" => {
            kind == PrincipalKind::Service && role == Role::Executor
        }
        "settle (executed)" | "settle (failed)" | "settle (approve)" => decides || role == Role::Executor,
        _ => decides,
    }
}

/// Asks for it, on what stands.
pub(super) async fn ask(channel: AuthorizedChannel, act: &str, it: &Candidate, request_id: &str) -> Result<(), Status> {
    let mut reviews = ReviewServiceClient::new(channel.clone());
    let (name, etag, request_id) = (it.name.clone(), it.etag.clone(), request_id.to_owned());
    match act {
        "add_evidence" => {
            let evidence = vec![evidence("note")];
            reviews.add_evidence(AddEvidenceRequest { name, request_id, etag, evidence }).await.map(drop)
        }
        "request_evidence" => {
            let question = "Which account is it?".into();
            let request = RequestEvidenceRequest { name, request_id, etag, question, ..Default::default() };
            reviews.request_evidence(request).await.map(drop)
        }
        "assign_owner" => {
            let owner = "humans/dora".into();
            reviews
                .assign_owner(AssignOwnerRequest { name, request_id, etag, owner, note: String::new() })
                .await
                .map(drop)
        }
        "edit" => reviews.edit_candidate(edit(it, &request_id, "2026-12-09")).await.map(drop),
        "approve" => reviews.approve_candidate(approve(it, &request_id)).await.map(drop),
        "withdraw_approval" => {
            let request = WithdrawApprovalRequest { name, request_id, etag, note: String::new() };
            reviews.withdraw_approval(request).await.map(drop)
        }
        "reject" => reviews.reject_candidate(reject(it, &request_id)).await.map(drop),
        "hold" => {
            let reason = "The customer is away.".into();
            let request = HoldCandidateRequest { name, request_id, etag, reason, ..Default::default() };
            reviews.hold_candidate(request).await.map(drop)
        }
        "release" => reviews.release_candidate(ReleaseCandidateRequest { name, request_id, etag }).await.map(drop),
        "withdraw" => {
            let request = WithdrawCandidateRequest { name, request_id, etag, ..Default::default() };
            ProposalServiceClient::new(channel).withdraw_candidate(request).await.map(drop)
        }
        "retry" => {
            let digest = it.payload.as_ref().expect("a payload").digest.clone();
            let request = RetryExecutionRequest { name, request_id, etag, digest, ..Default::default() };
            reviews.retry_execution(request).await.map(drop)
        }
        "send_back" => {
            let reason = "The task went to the wrong person.".into();
            let request = SendBackForReworkRequest { name, request_id, etag, reason, fault: Fault::Proposal.into() };
            reviews.send_back_for_rework(request).await.map(drop)
        }
        "settle (executed)" => {
            let (system, object_type, id) = ("crm".into(), "task".into(), "42".into());
            let references = vec![ExternalReference { system, object_type, id, ..Default::default() }];
            let result = ExecutionResult { references, ..Default::default() };
            reviews.settle_outcome(settle(it, request_id, Settlement::Executed(result))).await.map(drop)
        }
        "settle (failed)" => {
            let message = "no answer".into();
            let failure = Failure { class: FailureClass::Unavailable.into(), message, ..Failure::default() };
            reviews.settle_outcome(settle(it, request_id, Settlement::Failed(failure))).await.map(drop)
        }
        "settle (approve)" => {
            let digest = it.payload.as_ref().expect("a payload").digest.clone();
            reviews.settle_outcome(settle(it, request_id, Settlement::ApproveDigest(digest))).await.map(drop)
        }
        other => panic!("nobody knows how to ask for {other}"),
    }
}

/// Says what was found, with the last fence: without it no service may.
fn settle(it: &Candidate, request_id: String, settlement: Settlement) -> SettleOutcomeRequest {
    SettleOutcomeRequest {
        name: it.name.clone(),
        request_id,
        etag: it.etag.clone(),
        finding: "Looked.".into(),
        settlement: Some(settlement),
        fence: it.execution.as_ref().map_or(0, |execution| execution.fence),
        acknowledged_conflicts: Vec::new(),
    }
}
