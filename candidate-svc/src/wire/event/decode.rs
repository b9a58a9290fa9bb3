use std::sync::Arc;

use countersign_api::{candidate::v1 as api, name::CandidateName};
use prost::Message;

use api::candidate_event::Event as WireBody;

use crate::domain::{
    Approval, ApprovalCollected, ApprovalWithdrawn, CandidateApproved, CandidateEdited, CandidateEscalated,
    CandidateExecuted, CandidateExpired, CandidateHeld, CandidateProposed, CandidateRejected, CandidateReleased,
    CandidateSentBack, CandidateWithdrawn, ClaimExtended, Event, EventBody, EvidenceAdded, EvidenceRequested,
    ExecutionFailed, ExecutionStarted, Finding, OutcomeLost, OutcomeSettled, OwnerAssigned, Proposal,
};
use crate::wire::{
    FieldError, assessment, evidence, execution, field, payload, principal, proposal, record, standing_approval, time,
    words,
};

/// Why stored content is no event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are not the contract's message.
    #[error("the bytes are no `CandidateEvent`")]
    Message(#[from] prost::DecodeError),
    /// The message does not say what an event says.
    #[error("the event is not of its form")]
    Field(#[from] FieldError),
}

/// Decodes the content of a ledger entry, as [`encode`](super::encode) wrote it.
///
/// # Errors
/// Says what about the bytes is not of their form.
pub fn decode(content: &[u8]) -> Result<Event, DecodeError> {
    Ok(from_wire(api::CandidateEvent::decode(content)?)?)
}

/// Reads an event of the contract.
///
/// # Errors
/// Names the field that is not of its form.
fn from_wire(event: api::CandidateEvent) -> Result<Event, FieldError> {
    Ok(Event {
        candidate: field::parsed("candidate", &event.candidate)?,
        revision: field::natural("revision", event.revision)?,
        ordinal: field::natural("ordinal", event.ordinal)?,
        occurred_at: field::required("occur_time", event.occur_time, time::from_wire)?,
        actor: field::required("actor", event.actor.as_ref(), principal::from_wire)?,
        request_id: field::parsed_unless_empty("request_id", &event.request_id)?,
        traceparent: event.traceparent,
        state: words::from_wire("state", event.state)?,
        simulated: event.simulated,
        erased: event.erased,
        standing_approval: field::parsed_unless_empty("standing_approval", &event.standing_approval)?,
        body: body_from_wire(event.event.ok_or_else(|| FieldError::missing("event"))?)?,
    })
}

fn body_from_wire(body: WireBody) -> Result<EventBody, FieldError> {
    Ok(match body {
        WireBody::CandidateProposed(proposed) => EventBody::CandidateProposed(Box::new(proposed_from_wire(proposed)?)),
        WireBody::EvidenceAdded(added) => EventBody::EvidenceAdded(EvidenceAdded {
            evidence: field::each("evidence", added.evidence, evidence::from_wire)?,
            requirement_met: added.requirement_met,
            still_asked: field::optional("still_asked", added.still_asked, evidence::question_from_wire)?,
            approvals_dropped: field::natural("approvals_dropped", added.approvals_dropped)?,
        }),
        WireBody::EvidenceRequested(requested) => EventBody::EvidenceRequested(EvidenceRequested {
            question: field::required("question", requested.question, evidence::question_from_wire)?,
            approvals_dropped: field::natural("approvals_dropped", requested.approvals_dropped)?,
        }),
        WireBody::OwnerAssigned(assigned) => EventBody::OwnerAssigned(OwnerAssigned {
            owner_before: field::parsed_unless_empty("owner_before", &assigned.owner_before)?,
            owner: field::parsed("owner", &assigned.owner)?,
            note: assigned.note,
        }),
        WireBody::CandidateEdited(edited) => EventBody::CandidateEdited(Box::new(edited_from_wire(edited)?)),
        WireBody::ApprovalCollected(collected) => EventBody::ApprovalCollected(ApprovalCollected {
            digest: field::fixed("digest", &collected.digest)?,
            note: collected.note,
            approvals: field::natural("approvals", collected.approvals)?,
            quorum: field::natural("quorum", collected.quorum)?,
            acknowledged_conflicts: conflicts_from_wire(&collected.acknowledged_conflicts)?,
        }),
        WireBody::CandidateApproved(approved) => EventBody::CandidateApproved(approved_from_wire(approved)?),
        WireBody::ApprovalWithdrawn(withdrawn) => EventBody::ApprovalWithdrawn(ApprovalWithdrawn {
            note: withdrawn.note,
            approvals: field::natural("approvals", withdrawn.approvals)?,
        }),
        WireBody::CandidateRejected(rejected) => EventBody::CandidateRejected(CandidateRejected {
            reason: words::from_wire("reason", rejected.reason)?,
            note: rejected.note,
        }),
        WireBody::CandidateHeld(held) => EventBody::CandidateHeld(CandidateHeld {
            reason: held.reason,
            until_at: field::optional("until_time", held.until_time, time::from_wire)?,
            until_evidence: held.until_evidence,
        }),
        WireBody::CandidateReleased(released) => {
            EventBody::CandidateReleased(CandidateReleased { cause: words::from_wire("cause", released.cause)? })
        }
        WireBody::CandidateWithdrawn(withdrawn) => EventBody::CandidateWithdrawn(CandidateWithdrawn {
            reason: withdrawn.reason,
            superseded_by: field::parsed_unless_empty("superseded_by", &withdrawn.superseded_by)?,
        }),
        WireBody::CandidateExpired(expired) => EventBody::CandidateExpired(CandidateExpired {
            expires_at: field::required("expire_time", expired.expire_time, time::from_wire)?,
        }),
        WireBody::ExecutionStarted(started) => EventBody::ExecutionStarted(ExecutionStarted {
            attempt_number: field::natural("attempt_number", started.attempt_number)?,
            fence: field::natural("fence", started.fence)?,
            lease_expires_at: field::required("lease_expire_time", started.lease_expire_time, time::from_wire)?,
            idempotency_key: started.idempotency_key,
            digest: field::fixed("digest", &started.digest)?,
            approving_entry_index: field::natural("approving_entry_index", started.approving_entry_index)?,
        }),
        WireBody::ClaimExtended(extended) => EventBody::ClaimExtended(ClaimExtended {
            fence: field::natural("fence", extended.fence)?,
            lease_expires_at: field::required("lease_expire_time", extended.lease_expire_time, time::from_wire)?,
        }),
        WireBody::CandidateExecuted(executed) => EventBody::CandidateExecuted(CandidateExecuted {
            attempt_number: field::natural("attempt_number", executed.attempt_number)?,
            fence: field::natural("fence", executed.fence)?,
            result: field::required("result", executed.result, execution::result_from_wire)?,
        }),
        WireBody::ExecutionFailed(failed) => EventBody::ExecutionFailed(ExecutionFailed {
            attempt_number: field::natural("attempt_number", failed.attempt_number)?,
            fence: field::natural("fence", failed.fence)?,
            failure: field::required("failure", failed.failure, execution::failure_from_wire)?,
            retry_after_ms: field::optional("retry_after", failed.retry_after, time::ms_from_wire)?,
        }),
        WireBody::OutcomeLost(lost) => EventBody::OutcomeLost(OutcomeLost {
            attempt_number: field::natural("attempt_number", lost.attempt_number)?,
            fence: field::natural("fence", lost.fence)?,
            cause: words::from_wire("cause", lost.cause)?,
            message: lost.message,
            retry_after_ms: field::optional("retry_after", lost.retry_after, time::ms_from_wire)?,
        }),
        WireBody::OutcomeSettled(settled) => EventBody::OutcomeSettled(settled_from_wire(settled)?),
        WireBody::CandidateSentBack(sent_back) => EventBody::CandidateSentBack(CandidateSentBack {
            reason: sent_back.reason,
            fault: words::from_wire("fault", sent_back.fault)?,
        }),
        WireBody::CandidateEscalated(escalated) => EventBody::CandidateEscalated(CandidateEscalated {
            step: field::natural("step", escalated.step)?,
            to: field::parsed("to", &escalated.to)?,
            expires_at: field::optional("expire_time", escalated.expire_time, time::from_wire)?,
        }),
    })
}

fn proposed_from_wire(proposed: api::CandidateProposed) -> Result<CandidateProposed, FieldError> {
    let explanation = proposed.explanation.unwrap_or_default();
    Ok(CandidateProposed {
        proposal: Arc::new(Proposal {
            generator: proposal::generator_from_wire(proposed.generator.unwrap_or_default()),
            trigger: Arc::new(field::required("trigger", proposed.trigger, record::trigger_from_wire)?),
            record: proposed.record.map(record::from_wire),
            context_summary: proposed.context_summary,
            known_unknowns: proposed.known_unknowns,
            missing_fields: proposed.missing_fields,
            confidence: field::required("confidence", proposed.confidence, assessment::confidence_from_wire)?,
            action_type: field::parsed("action_type", &proposed.action_type)?,
            target: proposed.target.map(record::from_wire),
            reason: explanation.reason,
            evidence_numbers: proposal::evidence_numbers_from_wire(&explanation.evidence_numbers)?,
            due_at: field::optional("due_time", proposed.due_time, time::from_wire)?,
            dedup_key: proposed.dedup_key,
            supersedes: field::parsed_unless_empty("supersedes", &proposed.supersedes)?,
        }),
        evidence: field::each("evidence", proposed.evidence, evidence::from_wire)?,
        risk: field::required("risk", proposed.risk, assessment::risk_from_wire)?,
        owner: field::parsed_unless_empty("owner", &proposed.owner)?,
        owner_reason: proposed.owner_reason,
        owner_team: field::parsed_unless_empty("owner_team", &proposed.owner_team)?,
        policy: field::required("policy", proposed.policy, assessment::verdict_from_wire)?,
        payload: Arc::new(field::required("payload", proposed.payload.as_ref(), payload::from_wire)?),
        expires_at: field::required("expire_time", proposed.expire_time, time::from_wire)?,
        evidence_question: field::optional(
            "evidence_question",
            proposed.evidence_question,
            evidence::question_from_wire,
        )?,
        standing_approval: field::optional(
            "standing_approval_use",
            proposed.standing_approval_use.as_ref(),
            standing_approval::use_from_wire,
        )?,
    })
}

fn edited_from_wire(edited: api::CandidateEdited) -> Result<CandidateEdited, FieldError> {
    Ok(CandidateEdited {
        patch_json: edited.patch_json,
        note: edited.note,
        payload: Arc::new(field::required("payload", edited.payload.as_ref(), payload::from_wire)?),
        digest_before: field::fixed("digest_before", &edited.digest_before)?,
        risk: field::required("risk", edited.risk, assessment::risk_from_wire)?,
        policy: field::required("policy", edited.policy, assessment::verdict_from_wire)?,
        approvals_dropped: field::natural("approvals_dropped", edited.approvals_dropped)?,
        expires_at: field::required("expire_time", edited.expire_time, time::from_wire)?,
    })
}

fn approved_from_wire(approved: api::CandidateApproved) -> Result<CandidateApproved, FieldError> {
    Ok(CandidateApproved {
        digest: field::fixed("digest", &approved.digest)?,
        note: approved.note,
        cause: words::from_wire("cause", approved.cause)?,
        approvals: field::each("approvals", approved.approvals, approval_from_wire)?,
        standing_approval: field::parsed_unless_empty("standing_approval", &approved.standing_approval)?,
        valid_until: field::required("approval_expire_time", approved.approval_expire_time, time::from_wire)?,
        acknowledged_conflicts: conflicts_from_wire(&approved.acknowledged_conflicts)?,
    })
}

fn conflicts_from_wire(names: &[String]) -> Result<Vec<CandidateName>, FieldError> {
    field::each("acknowledged_conflicts", names, |name| field::parsed("", name))
}

fn approval_from_wire(approval: api::Approval) -> Result<Approval, FieldError> {
    Ok(Approval {
        approver: field::required("approver", approval.approver.as_ref(), principal::person_from_wire)?,
        digest: field::fixed("digest", &approval.digest)?,
        approved_at: field::required("approve_time", approval.approve_time, time::from_wire)?,
        note: approval.note,
    })
}

fn settled_from_wire(settled: api::OutcomeSettled) -> Result<OutcomeSettled, FieldError> {
    let finding = match (settled.result, settled.failure) {
        (Some(result), None) => Finding::Executed(execution::result_from_wire(result)?),
        (None, Some(failure)) => Finding::Failed(execution::failure_from_wire(failure)?),
        (None, None) => Finding::MayRetry,
        (Some(_), Some(_)) => return Err(FieldError::new("failure", "stands beside `result`; only one can be true")),
    };
    Ok(OutcomeSettled { words: settled.finding, finding })
}
