//! Puts an action forward: from here on there is a candidate.

use std::sync::Arc;

use super::{check_proposal, payload, required_evidence, transcript::Transcript};
use crate::domain::limits::EVIDENCE_MAX_ITEMS;
use crate::domain::{
    ApprovalCause, CandidateApproved, CandidateProposed, Context, Event, EventBody, Evidence, EvidenceItem, Payload,
    PolicyCase, PolicyVerdict, Propose, Refusal, Risk, StandingApproval, StandingOffer, StateName, entitlement,
    standing_approval,
};

/// Judges a proposal and returns what happens: it is proposed and, under a standing approval that covers it, approved.
///
/// # Errors
///
/// A [`Refusal`]; nothing changed.
pub fn propose(mut command: Propose, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    entitlement::check_proposer(context.actor)?;
    // Who does not say what made the proposal made it.
    if command.proposal.generator.name.is_empty() {
        command.proposal.generator.name = context.actor.principal().to_string();
    }
    let action_type = context.catalogued(&command.proposal.action_type)?;
    check_proposal::check(&command, context.now)?;
    let canonical = payload::take(command.payload, &action_type.schema)?;
    let payload = Arc::new(Payload::new(&canonical, command.nonce));
    let risk = Risk::settle(action_type, command.risk_tier);
    let principal = context.actor.principal();
    let mut policy = context.policy.judge(PolicyCase {
        action_type: &action_type.name,
        proposer: Some(&principal),
        risk: &risk,
        confidence: &command.proposal.confidence,
    });
    let evidence_question = required_evidence::question(action_type, &command.evidence.iter().collect::<Vec<_>>());
    let missing = evidence_question.as_ref().map_or(0, |question| question.kinds.len());
    if command.evidence.len() + missing > EVIDENCE_MAX_ITEMS {
        let reason = format!(
            "a candidate holds {EVIDENCE_MAX_ITEMS} pieces, and these leave no room for the {missing} kinds that `{}` takes besides: hand \
             those in instead of others",
            action_type.name
        );
        return Err(Refusal::malformed("evidence", reason));
    }
    let state = match (&evidence_question, &command.owner) {
        (Some(_), _) => StateName::NeedsEvidence,
        (None, None) => StateName::NeedsOwner,
        (None, Some(_)) => StateName::Proposed,
    };
    let case = standing_approval::Case {
        proposer: &principal,
        proposal: &command.proposal,
        action_type,
        payload: &canonical,
        risk: &risk,
        policy: &policy,
        now: context.now,
    };
    // What waits for evidence or an owner waits for a person.
    let offers = if state == StateName::Proposed { &command.standing[..] } else { &[] };
    let (approved, used, not_ahead) = match (standing_approval::find_cover(offers, case), &command.precedence) {
        (None, _) => (None, None, None),
        (Some(_), Some(precedence)) => (None, None, Some(precedence.reason())),
        (Some((StandingOffer { drawn: Some(draw), .. }, used)), None) => {
            let reason = format!("not approved ahead under `{}`: {}", used.name, draw.reason());
            (None, Some(used), Some(reason))
        }
        (Some((StandingOffer { drawn: None, standing }, used)), None) => {
            (Some(approve_ahead(standing, &payload, &policy, context)), Some(used), None)
        }
    };
    policy.reasons.extend(not_ahead);

    let proposed = EventBody::CandidateProposed(Box::new(CandidateProposed {
        proposal: Arc::new(command.proposal),
        evidence: number(command.evidence, context),
        risk,
        owner: command.owner,
        owner_reason: command.owner_reason,
        owner_team: command.owner_team,
        expires_at: context.now.plus_secs(policy.expire_after_secs),
        policy,
        payload,
        evidence_question,
        standing_approval: used.clone(),
    }));
    let transcript = Transcript::of_new(&command.name, context).then(state, proposed);
    let transcript = match (approved, used) {
        // The approval is the act of whoever gave it ahead, and the ledger shows it as theirs.
        (Some(approved), Some(used)) => {
            let granted_by = used.granted_by.id().clone();
            transcript.then_by(granted_by, StateName::Approved, EventBody::CandidateApproved(approved))
        }
        (Some(_), None) | (None, _) => transcript,
    };
    Ok(transcript.events())
}

fn number(evidence: Vec<EvidenceItem>, context: &Context<'_>) -> Vec<Evidence> {
    let added_by = context.actor.principal();
    let numbered = (1..).zip(evidence);
    numbered.map(|(number, item)| Evidence { number, added_by: added_by.clone(), item }).collect()
}

fn approve_ahead(
    standing: &StandingApproval,
    payload: &Payload,
    policy: &PolicyVerdict,
    context: &Context<'_>,
) -> CandidateApproved {
    CandidateApproved {
        digest: payload.digest(),
        note: String::new(),
        cause: ApprovalCause::StandingApproval,
        approvals: Vec::new(),
        standing_approval: Some(standing.name.clone()),
        acknowledged_conflicts: Vec::new(),
        valid_until: context.now.plus_secs(policy.approval_valid_for_secs).min(standing.valid_until),
    }
}
