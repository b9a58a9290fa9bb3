//! A candidate as the contract shows it.

use countersign_api::candidate::v1 as api;

use super::{assessment, evidence, execution, payload, record, time, words::Word};
use crate::domain::{
    Approval, Candidate, Erasure, Escalation, Executing, Execution, Generator, Held, NeedsEvidence, Rejection, Rework,
    State, Waiting,
};

/// Writes a candidate as the contract has it.
pub fn to_wire(candidate: &Candidate) -> api::Candidate {
    let proposal = &candidate.proposal;
    let facts = facts_of(&candidate.state);
    api::Candidate {
        name: candidate.name.to_string(),
        revision: i64::try_from(candidate.revision).unwrap_or(i64::MAX),
        etag: candidate.etag().to_string(),
        state: candidate.state.name().to_wire().into(),
        create_time: Some(time::to_wire(candidate.created_at)),
        update_time: Some(time::to_wire(candidate.updated_at)),
        proposer: Some(candidate.proposer.to_wire()),
        generator: Some(generator_to_wire(&proposal.generator)),
        trigger: Some(record::trigger_to_wire(&proposal.trigger)),
        record: proposal.record.as_ref().map(record::to_wire),
        context_summary: proposal.context_summary.clone(),
        known_unknowns: proposal.known_unknowns.clone(),
        missing_fields: proposal.missing_fields.clone(),
        evidence: candidate.evidence.iter().map(evidence::to_wire).collect(),
        confidence: Some(assessment::confidence_to_wire(&proposal.confidence)),
        risk: Some(assessment::risk_to_wire(&candidate.risk)),
        owner: candidate.owner.as_ref().map(ToString::to_string).unwrap_or_default(),
        policy: Some(assessment::verdict_to_wire(&candidate.policy)),
        approvals: candidate.approvals.iter().map(approval_to_wire).collect(),
        action_type: proposal.action_type.to_string(),
        target: proposal.target.as_ref().map(record::to_wire),
        payload: Some(payload::to_wire(&candidate.payload)),
        explanation: Some(explanation_to_wire(candidate)),
        due_time: proposal.due_at.map(time::to_wire),
        expire_time: Some(time::to_wire(candidate.expires_at)),
        dedup_key: proposal.dedup_key.clone(),
        standing_approval: candidate.standing_approval.as_ref().map(|used| used.name.to_string()).unwrap_or_default(),
        supersedes: proposal.supersedes.as_ref().map(ToString::to_string).unwrap_or_default(),
        superseded_by: facts.superseded_by,
        evidence_question: facts.evidence_question,
        hold: facts.hold,
        rejection: facts.rejection,
        rework: facts.rework,
        execution: execution_to_wire(candidate),
        turn: candidate.turn().to_string(),
        escalation: candidate.escalation.as_ref().map(escalation_to_wire),
        erased: candidate.erased.map(erasure_to_wire),
    }
}

fn erasure_to_wire(erasure: Erasure) -> api::Erasure {
    api::Erasure {
        erase_time: Some(time::to_wire(erasure.erased_at)),
        entry_index: i64::try_from(erasure.entry_index).unwrap_or(i64::MAX),
    }
}

fn escalation_to_wire(escalation: &Escalation) -> api::Escalation {
    api::Escalation {
        step: i32::try_from(escalation.step).unwrap_or(i32::MAX),
        to: escalation.to.to_string(),
        escalate_time: Some(time::to_wire(escalation.escalated_at)),
    }
}

/// Writes what made a proposal as the contract has it.
pub fn generator_to_wire(generator: &Generator) -> api::Generator {
    api::Generator {
        name: generator.name.clone(),
        model: generator.model.clone(),
        prompt_version: generator.prompt_version.clone(),
    }
}

/// Writes one person's approval as the contract has it.
pub fn approval_to_wire(approval: &Approval) -> api::Approval {
    api::Approval {
        approver: Some(approval.approver.id().to_wire()),
        digest: approval.digest.as_bytes().to_vec(),
        approve_time: Some(time::to_wire(approval.approved_at)),
        note: approval.note.clone(),
    }
}

/// What the contract shows of a state beside its name.
#[derive(Default)]
struct Facts {
    evidence_question: Option<api::EvidenceQuestion>,
    hold: Option<api::Hold>,
    rejection: Option<api::Rejection>,
    rework: Option<api::Rework>,
    superseded_by: String,
}

fn facts_of(state: &State) -> Facts {
    let mut facts = Facts::default();
    match state {
        State::NeedsEvidence(needs) => facts.evidence_question = Some(question_to_wire(needs)),
        State::Held(held) => {
            facts.hold = Some(hold_to_wire(held));
            if let Waiting::NeedsEvidence(needs) = &held.before {
                facts.evidence_question = Some(question_to_wire(needs));
            }
        }
        State::Rework(rework) => facts.rework = Some(rework_to_wire(rework)),
        State::Rejected(rejection) => facts.rejection = Some(rejection_to_wire(rejection)),
        State::Withdrawn(withdrawal) => {
            facts.superseded_by = withdrawal.superseded_by.as_ref().map(ToString::to_string).unwrap_or_default();
        }
        State::Proposed
        | State::NeedsOwner
        | State::Edited
        | State::Approved(_)
        | State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Expired => {}
    }
    facts
}

fn question_to_wire(needs: &NeedsEvidence) -> api::EvidenceQuestion {
    evidence::question_to_wire(&needs.question)
}

fn hold_to_wire(held: &Held) -> api::Hold {
    api::Hold {
        held_by: Some(held.held_by.to_wire()),
        reason: held.reason.clone(),
        until_time: held.until_at.map(time::to_wire),
        until_evidence: held.until_evidence,
        state_before: State::from(held.before.clone()).name().to_wire().into(),
    }
}

fn rework_to_wire(rework: &Rework) -> api::Rework {
    api::Rework {
        sent_back_by: Some(rework.sent_back_by.to_wire()),
        reason: rework.reason.clone(),
        fault: rework.fault.to_wire().into(),
        send_back_time: Some(time::to_wire(rework.sent_back_at)),
    }
}

fn rejection_to_wire(rejection: &Rejection) -> api::Rejection {
    api::Rejection {
        rejected_by: Some(rejection.rejected_by.to_wire()),
        reason: rejection.reason.to_wire().into(),
        note: rejection.note.clone(),
        reject_time: Some(time::to_wire(rejection.rejected_at)),
    }
}

fn explanation_to_wire(candidate: &Candidate) -> api::Explanation {
    let proposal = &candidate.proposal;
    let number = |number: &u32| i32::try_from(*number).unwrap_or(i32::MAX);
    api::Explanation {
        reason: proposal.reason.clone(),
        evidence_numbers: proposal.evidence_numbers.iter().map(number).collect(),
        human_note: candidate.edit_note.clone(),
    }
}

/// Writes what happened on execution; none while nothing did.
fn execution_to_wire(candidate: &Candidate) -> Option<api::Execution> {
    let Execution { attempts, fence, result } = &candidate.execution;
    let idempotency_key = candidate.idempotency_key();
    if attempts.is_empty() && idempotency_key.is_none() {
        return None;
    }
    let (lease_expires_at, retry_not_before) = match &candidate.state {
        State::Executing(Executing { claim, .. }) => (Some(claim.lease_expires_at), None),
        State::Approved(approved) => (None, approved.retry_not_before),
        _ => (None, None),
    };
    Some(api::Execution {
        attempts: attempts.iter().map(execution::attempt_to_wire).collect(),
        idempotency_key: idempotency_key.unwrap_or_default(),
        fence: i64::try_from(*fence).unwrap_or(i64::MAX),
        lease_expire_time: lease_expires_at.map(time::to_wire),
        retry_not_before_time: retry_not_before.map(time::to_wire),
        result: result.as_ref().map(execution::result_to_wire),
    })
}
