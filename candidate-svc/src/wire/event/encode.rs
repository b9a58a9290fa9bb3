use countersign_api::candidate::v1 as api;
use ledger_format::PayloadDigest;
use prost::Message;

use api::candidate_event::Event as WireBody;

use crate::domain::{
    CandidateApproved, CandidateEdited, CandidateProposed, Event, EventBody, Finding, OutcomeSettled, Proposal,
};
use crate::wire::{assessment, candidate, evidence, execution, payload, record, standing_approval, time, words::Word};

/// Encodes an event into the content that is stored and sent to the ledger.
pub fn encode(event: &Event) -> Vec<u8> {
    to_wire(event).encode_to_vec()
}

/// Writes an event as the contract has it.
fn to_wire(event: &Event) -> api::CandidateEvent {
    api::CandidateEvent {
        candidate: event.candidate.to_string(),
        revision: signed(event.revision),
        ordinal: count(event.ordinal),
        occur_time: Some(time::to_wire(event.occurred_at)),
        actor: Some(event.actor.to_wire()),
        request_id: event.request_id.as_ref().map(ToString::to_string).unwrap_or_default(),
        traceparent: event.traceparent.clone(),
        state: event.state.to_wire().into(),
        simulated: event.simulated,
        erased: event.erased,
        standing_approval: event.standing_approval.as_ref().map(ToString::to_string).unwrap_or_default(),
        event: Some(body_to_wire(&event.body)),
    }
}

/// Returns the payload digest that the event's ledger leaf shows, where it is about one.
pub fn payload_digest(body: &EventBody) -> Option<PayloadDigest> {
    match body {
        EventBody::CandidateProposed(proposed) => Some(proposed.payload.digest()),
        EventBody::CandidateEdited(edited) => Some(edited.payload.digest()),
        EventBody::ApprovalCollected(collected) => Some(collected.digest),
        EventBody::CandidateApproved(approved) => Some(approved.digest),
        EventBody::ExecutionStarted(started) => Some(started.digest),
        EventBody::EvidenceAdded(_)
        | EventBody::EvidenceRequested(_)
        | EventBody::OwnerAssigned(_)
        | EventBody::ApprovalWithdrawn(_)
        | EventBody::CandidateRejected(_)
        | EventBody::CandidateHeld(_)
        | EventBody::CandidateReleased(_)
        | EventBody::CandidateWithdrawn(_)
        | EventBody::CandidateExpired(_)
        | EventBody::ClaimExtended(_)
        | EventBody::CandidateExecuted(_)
        | EventBody::ExecutionFailed(_)
        | EventBody::OutcomeLost(_)
        | EventBody::OutcomeSettled(_)
        | EventBody::CandidateSentBack(_)
        | EventBody::CandidateEscalated(_) => None,
    }
}

fn body_to_wire(body: &EventBody) -> WireBody {
    match body {
        EventBody::CandidateProposed(proposed) => WireBody::CandidateProposed(proposed_to_wire(proposed)),
        EventBody::EvidenceAdded(added) => WireBody::EvidenceAdded(api::EvidenceAdded {
            evidence: added.evidence.iter().map(evidence::to_wire).collect(),
            requirement_met: added.requirement_met,
            still_asked: added.still_asked.as_ref().map(evidence::question_to_wire),
            approvals_dropped: count(added.approvals_dropped),
        }),
        EventBody::EvidenceRequested(requested) => WireBody::EvidenceRequested(api::EvidenceRequested {
            question: Some(evidence::question_to_wire(&requested.question)),
            approvals_dropped: count(requested.approvals_dropped),
        }),
        EventBody::OwnerAssigned(assigned) => WireBody::OwnerAssigned(api::OwnerAssigned {
            owner_before: assigned.owner_before.as_ref().map(ToString::to_string).unwrap_or_default(),
            owner: assigned.owner.to_string(),
            note: assigned.note.clone(),
        }),
        EventBody::CandidateEdited(edited) => WireBody::CandidateEdited(edited_to_wire(edited)),
        EventBody::ApprovalCollected(collected) => WireBody::ApprovalCollected(api::ApprovalCollected {
            digest: collected.digest.as_bytes().to_vec(),
            note: collected.note.clone(),
            approvals: count(collected.approvals),
            quorum: count(collected.quorum),
            acknowledged_conflicts: collected.acknowledged_conflicts.iter().map(ToString::to_string).collect(),
        }),
        EventBody::CandidateApproved(approved) => WireBody::CandidateApproved(approved_to_wire(approved)),
        EventBody::ApprovalWithdrawn(withdrawn) => WireBody::ApprovalWithdrawn(api::ApprovalWithdrawn {
            note: withdrawn.note.clone(),
            approvals: count(withdrawn.approvals),
        }),
        EventBody::CandidateRejected(rejected) => WireBody::CandidateRejected(api::CandidateRejected {
            reason: rejected.reason.to_wire().into(),
            note: rejected.note.clone(),
        }),
        EventBody::CandidateHeld(held) => WireBody::CandidateHeld(api::CandidateHeld {
            reason: held.reason.clone(),
            until_time: held.until_at.map(time::to_wire),
            until_evidence: held.until_evidence,
        }),
        EventBody::CandidateReleased(released) => {
            WireBody::CandidateReleased(api::CandidateReleased { cause: released.cause.to_wire().into() })
        }
        EventBody::CandidateWithdrawn(withdrawn) => WireBody::CandidateWithdrawn(api::CandidateWithdrawn {
            reason: withdrawn.reason.clone(),
            superseded_by: withdrawn.superseded_by.as_ref().map(ToString::to_string).unwrap_or_default(),
        }),
        EventBody::CandidateExpired(expired) => {
            WireBody::CandidateExpired(api::CandidateExpired { expire_time: Some(time::to_wire(expired.expires_at)) })
        }
        EventBody::ExecutionStarted(started) => WireBody::ExecutionStarted(api::ExecutionStarted {
            attempt_number: count(started.attempt_number),
            fence: signed(started.fence),
            lease_expire_time: Some(time::to_wire(started.lease_expires_at)),
            idempotency_key: started.idempotency_key.clone(),
            digest: started.digest.as_bytes().to_vec(),
            approving_entry_index: signed(started.approving_entry_index),
        }),
        EventBody::ClaimExtended(extended) => WireBody::ClaimExtended(api::ClaimExtended {
            fence: signed(extended.fence),
            lease_expire_time: Some(time::to_wire(extended.lease_expires_at)),
        }),
        EventBody::CandidateExecuted(executed) => WireBody::CandidateExecuted(api::CandidateExecuted {
            attempt_number: count(executed.attempt_number),
            fence: signed(executed.fence),
            result: Some(execution::result_to_wire(&executed.result)),
        }),
        EventBody::ExecutionFailed(failed) => WireBody::ExecutionFailed(api::ExecutionFailed {
            attempt_number: count(failed.attempt_number),
            fence: signed(failed.fence),
            failure: Some(execution::failure_to_wire(&failed.failure)),
            retry_after: failed.retry_after_ms.map(time::ms_to_wire),
        }),
        EventBody::OutcomeLost(lost) => WireBody::OutcomeLost(api::OutcomeLost {
            attempt_number: count(lost.attempt_number),
            fence: signed(lost.fence),
            cause: lost.cause.to_wire().into(),
            message: lost.message.clone(),
            retry_after: lost.retry_after_ms.map(time::ms_to_wire),
        }),
        EventBody::OutcomeSettled(settled) => WireBody::OutcomeSettled(settled_to_wire(settled)),
        EventBody::CandidateSentBack(sent_back) => WireBody::CandidateSentBack(api::CandidateSentBack {
            reason: sent_back.reason.clone(),
            fault: sent_back.fault.to_wire().into(),
        }),
        EventBody::CandidateEscalated(escalated) => WireBody::CandidateEscalated(api::CandidateEscalated {
            step: count(escalated.step),
            to: escalated.to.to_string(),
            expire_time: escalated.expires_at.map(time::to_wire),
        }),
    }
}

fn proposed_to_wire(proposed: &CandidateProposed) -> api::CandidateProposed {
    let proposal: &Proposal = &proposed.proposal;
    api::CandidateProposed {
        generator: Some(candidate::generator_to_wire(&proposal.generator)),
        trigger: Some(record::trigger_to_wire(&proposal.trigger)),
        record: proposal.record.as_ref().map(record::to_wire),
        context_summary: proposal.context_summary.clone(),
        known_unknowns: proposal.known_unknowns.clone(),
        missing_fields: proposal.missing_fields.clone(),
        evidence: proposed.evidence.iter().map(evidence::to_wire).collect(),
        confidence: Some(assessment::confidence_to_wire(&proposal.confidence)),
        risk: Some(assessment::risk_to_wire(&proposed.risk)),
        owner: proposed.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
        policy: Some(assessment::verdict_to_wire(&proposed.policy)),
        action_type: proposal.action_type.to_string(),
        target: proposal.target.as_ref().map(record::to_wire),
        payload: Some(payload::to_wire(&proposed.payload)),
        explanation: Some(api::Explanation {
            reason: proposal.reason.clone(),
            evidence_numbers: proposal.evidence_numbers.iter().map(|number| count(*number)).collect(),
            human_note: String::new(),
        }),
        due_time: proposal.due_at.map(time::to_wire),
        expire_time: Some(time::to_wire(proposed.expires_at)),
        dedup_key: proposal.dedup_key.clone(),
        supersedes: proposal.supersedes.as_ref().map(ToString::to_string).unwrap_or_default(),
        evidence_question: proposed.evidence_question.as_ref().map(evidence::question_to_wire),
        standing_approval_use: proposed.standing_approval.as_ref().map(standing_approval::use_to_wire),
        owner_reason: proposed.owner_reason.clone(),
        owner_team: proposed.owner_team.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

fn edited_to_wire(edited: &CandidateEdited) -> api::CandidateEdited {
    api::CandidateEdited {
        patch_json: edited.patch_json.clone(),
        note: edited.note.clone(),
        payload: Some(payload::to_wire(&edited.payload)),
        digest_before: edited.digest_before.as_bytes().to_vec(),
        risk: Some(assessment::risk_to_wire(&edited.risk)),
        policy: Some(assessment::verdict_to_wire(&edited.policy)),
        approvals_dropped: count(edited.approvals_dropped),
        expire_time: Some(time::to_wire(edited.expires_at)),
    }
}

fn approved_to_wire(approved: &CandidateApproved) -> api::CandidateApproved {
    api::CandidateApproved {
        digest: approved.digest.as_bytes().to_vec(),
        note: approved.note.clone(),
        cause: approved.cause.to_wire().into(),
        approvals: approved.approvals.iter().map(candidate::approval_to_wire).collect(),
        standing_approval: approved.standing_approval.as_ref().map(ToString::to_string).unwrap_or_default(),
        approval_expire_time: Some(time::to_wire(approved.valid_until)),
        acknowledged_conflicts: approved.acknowledged_conflicts.iter().map(ToString::to_string).collect(),
    }
}

fn settled_to_wire(settled: &OutcomeSettled) -> api::OutcomeSettled {
    let (result, failure) = match &settled.finding {
        Finding::Executed(result) => (Some(execution::result_to_wire(result)), None),
        Finding::Failed(failure) => (None, Some(execution::failure_to_wire(failure))),
        Finding::MayRetry => (None, None),
    };
    api::OutcomeSettled { finding: settled.words.clone(), result, failure }
}

/// Revisions, fences and indices count up from small numbers: 63 bits outlast every log.
fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a counter fits 63 bits")
}

fn count(number: u32) -> i32 {
    i32::try_from(number).expect("invariant: a counter of one candidate fits 31 bits")
}
