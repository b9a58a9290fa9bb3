use countersign_api::candidate::v1::{
    self as api, ApproveCandidateRequest, Candidate, ClaimExecutionsRequest, EditCandidateRequest, Evidence,
    ExecutionResult, ExternalReference, Failure, FailureClass, Generator, HoldCandidateRequest, Permit, Proposal,
    ProposeCandidateRequest, RecordReference, RejectCandidateRequest, RejectionReason, ReportOutcomeRequest,
    StreamProposalsRequest, Trigger, report_outcome_request::Outcome,
};

/// How long a claim lasts.
pub(crate) const LEASE_SECS: i64 = 60;

/// The one workspace of the stories.
pub(crate) const PARENT: &str = "workspaces/demo";

/// A task for Anna, complete.
pub(crate) fn proposal(deal: &str) -> Proposal {
    let record = RecordReference {
        system: "crm".into(),
        object_type: "deal".into(),
        id: deal.into(),
        ..RecordReference::default()
    };
    Proposal {
        generator: Some(Generator { name: "crm-rules".into(), ..Generator::default() }),
        trigger: Some(Trigger {
            source_system: "crm".into(),
            r#type: "deal_exported".into(),
            source_id: deal.into(),
            record: Some(record),
            ..Trigger::default()
        }),
        context_summary: "The deal has no account.".into(),
        owner: "humans/anna".into(),
        action_type: "create_task".into(),
        payload_json: r#"{"subject":"Ask for the account","owner":"humans/anna","due":"2026-11-30"}"#.into(),
        reason: "Nobody can be invoiced.".into(),
        ..Proposal::default()
    }
}

/// A change of a field; it needs evidence that it lacks.
pub(crate) fn update_field(deal: &str) -> Proposal {
    let payload = r#"{"object_type":"deal","record_id":"7","field":"product","from":"GTXPro","to":"GTX Pro"}"#;
    Proposal { action_type: "update_field".into(), payload_json: payload.into(), ..proposal(deal) }
}

pub(crate) fn propose(request_id: &str, proposal: Proposal) -> ProposeCandidateRequest {
    ProposeCandidateRequest { parent: PARENT.into(), request_id: request_id.into(), proposal: Some(proposal) }
}

pub(crate) fn item(request_id: &str, proposal: Proposal) -> StreamProposalsRequest {
    StreamProposalsRequest { parent: PARENT.into(), request_id: request_id.into(), proposal: Some(proposal) }
}

pub(crate) fn approve(candidate: &Candidate, request_id: &str) -> ApproveCandidateRequest {
    ApproveCandidateRequest {
        name: candidate.name.clone(),
        request_id: request_id.into(),
        etag: candidate.etag.clone(),
        digest: candidate.payload.as_ref().expect("a payload").digest.clone(),
        note: String::new(),
        acknowledged_conflicts: Vec::new(),
    }
}

pub(crate) fn reject(candidate: &Candidate, request_id: &str) -> RejectCandidateRequest {
    RejectCandidateRequest {
        name: candidate.name.clone(),
        request_id: request_id.into(),
        etag: candidate.etag.clone(),
        reason: RejectionReason::NotWorthIt.into(),
        note: "Too small.".into(),
    }
}

pub(crate) fn hold(candidate: &Candidate, request_id: &str) -> HoldCandidateRequest {
    HoldCandidateRequest {
        name: candidate.name.clone(),
        request_id: request_id.into(),
        etag: candidate.etag.clone(),
        reason: "The customer is away.".into(),
        until_time: None,
        until_evidence: false,
    }
}

pub(crate) fn edit(candidate: &Candidate, request_id: &str, due: &str) -> EditCandidateRequest {
    let patch = format!(r#"[{{"op":"replace","path":"/due","value":"{due}"}}]"#);
    EditCandidateRequest {
        name: candidate.name.clone(),
        request_id: request_id.into(),
        etag: candidate.etag.clone(),
        change: Some(api::edit_candidate_request::Change::PatchJson(patch)),
        note: "Later.".into(),
    }
}

pub(crate) fn evidence(kind: &str) -> Evidence {
    Evidence { kind: kind.into(), title: "The deal as exported".into(), ..Evidence::default() }
}

/// The name of an accepted item's candidate.
pub(crate) fn name_of(answer: &api::StreamProposalsResponse) -> String {
    match answer.result.as_ref().expect("an answer says something") {
        api::stream_proposals_response::Result::Accepted(accepted) => accepted.candidate.clone(),
        api::stream_proposals_response::Result::Refused(status) => panic!("refused: {}", status.message),
    }
}

/// A call to the customer: of high risk, and not to be repeated.
pub(crate) fn call_customer(deal: &str) -> Proposal {
    Proposal { action_type: "call_customer".into(), payload_json: r#"{"number":"+49 1"}"#.into(), ..proposal(deal) }
}

/// Asks for permits of everything, until nothing is left.
pub(crate) fn drain_all() -> ClaimExecutionsRequest {
    ClaimExecutionsRequest {
        parent: PARENT.into(),
        operations: vec!["create_task".into(), "update_field".into(), "call_customer".into()],
        lease: Some(prost_types::Duration { seconds: LEASE_SECS, nanos: 0 }),
        max_in_flight: 256,
        drain: true,
        reissue_held: false,
    }
}

/// Says that an attempt made a task.
pub(crate) fn report_success(permit: &Permit, request_id: &str) -> ReportOutcomeRequest {
    let reference = ExternalReference {
        system: "sandbox".into(),
        object_type: "task".into(),
        id: "42".into(),
        ..ExternalReference::default()
    };
    let result = ExecutionResult { references: vec![reference], ..ExecutionResult::default() };
    ReportOutcomeRequest {
        name: permit.candidate.clone(),
        request_id: request_id.into(),
        fence: permit.fence,
        outcome: Some(Outcome::Succeeded(result)),
    }
}

/// Says that an attempt failed.
pub(crate) fn report_failure(permit: &Permit, request_id: &str, retry_safe: bool) -> ReportOutcomeRequest {
    let (class, system) = (FailureClass::Unavailable.into(), "crm".into());
    let failure = Failure { class, message: "no answer".into(), retry_safe, system };
    ReportOutcomeRequest { outcome: Some(Outcome::Failed(failure)), ..report_success(permit, request_id) }
}
