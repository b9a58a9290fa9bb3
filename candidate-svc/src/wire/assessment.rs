//! Confidence and risk, and what the review policy made of them.

use countersign_api::candidate::v1 as api;
use service_kit::access::Role;

use super::{FieldError, field, time, words::Word};
use crate::domain::{
    Confidence, ConfidenceBasis, ConfidenceLevel, EscalationStep, Impact, PolicyVerdict, ReviewPath, Risk, RiskTier,
};

/// Writes a confidence as the contract has it.
pub fn confidence_to_wire(confidence: &Confidence) -> api::Confidence {
    let level = match confidence.level {
        ConfidenceLevel::High => api::ConfidenceLevel::High,
        ConfidenceLevel::Medium => api::ConfidenceLevel::Medium,
        ConfidenceLevel::Low => api::ConfidenceLevel::Low,
        ConfidenceLevel::NeedsReview => api::ConfidenceLevel::NeedsReview,
    };
    let basis = match confidence.basis {
        ConfidenceBasis::IdMatch => api::ConfidenceBasis::IdMatch,
        ConfidenceBasis::MultiFieldMatch => api::ConfidenceBasis::MultiFieldMatch,
        ConfidenceBasis::Inferred => api::ConfidenceBasis::Inferred,
        ConfidenceBasis::InsufficientData => api::ConfidenceBasis::InsufficientData,
    };
    api::Confidence { level: level.into(), basis: basis.into(), note: confidence.note.clone() }
}

/// Reads a confidence; what is not stated counts as the least.
///
/// # Errors
/// When a word is not of this release's contract.
pub fn confidence_from_wire(confidence: api::Confidence) -> Result<Confidence, FieldError> {
    let level = match field::word("level", confidence.level)? {
        api::ConfidenceLevel::High => ConfidenceLevel::High,
        api::ConfidenceLevel::Medium => ConfidenceLevel::Medium,
        api::ConfidenceLevel::Low => ConfidenceLevel::Low,
        api::ConfidenceLevel::NeedsReview | api::ConfidenceLevel::Unspecified => ConfidenceLevel::NeedsReview,
    };
    let basis = match field::word("basis", confidence.basis)? {
        api::ConfidenceBasis::IdMatch => ConfidenceBasis::IdMatch,
        api::ConfidenceBasis::MultiFieldMatch => ConfidenceBasis::MultiFieldMatch,
        api::ConfidenceBasis::Inferred => ConfidenceBasis::Inferred,
        api::ConfidenceBasis::InsufficientData | api::ConfidenceBasis::Unspecified => ConfidenceBasis::InsufficientData,
    };
    Ok(Confidence { level, basis, note: confidence.note })
}

/// Writes a risk tier as the contract has it.
pub fn tier_to_wire(tier: RiskTier) -> api::RiskTier {
    match tier {
        RiskTier::Low => api::RiskTier::Low,
        RiskTier::ApprovalRequired => api::RiskTier::ApprovalRequired,
        RiskTier::High => api::RiskTier::High,
    }
}

/// Reads a risk tier; none when it is not stated.
///
/// # Errors
/// When the word is not of this release's contract.
pub fn tier_from_wire(field: &str, tier: i32) -> Result<Option<RiskTier>, FieldError> {
    Ok(match field::word(field, tier)? {
        api::RiskTier::Unspecified => None,
        api::RiskTier::Low => Some(RiskTier::Low),
        api::RiskTier::ApprovalRequired => Some(RiskTier::ApprovalRequired),
        api::RiskTier::High => Some(RiskTier::High),
    })
}

/// Writes an impact as the contract has it.
pub fn impact_to_wire(impact: Impact) -> api::Impact {
    match impact {
        Impact::InternalNote => api::Impact::InternalNote,
        Impact::OwnerTask => api::Impact::OwnerTask,
        Impact::RecordField => api::Impact::RecordField,
        Impact::CustomerMessage => api::Impact::CustomerMessage,
        Impact::Amount => api::Impact::Amount,
    }
}

/// Writes a settled risk as the contract has it.
pub fn risk_to_wire(risk: &Risk) -> api::Risk {
    api::Risk {
        tier: tier_to_wire(risk.tier).into(),
        impact: impact_to_wire(risk.impact).into(),
        reasons: risk.reasons.clone(),
    }
}

/// Reads a settled risk.
///
/// # Errors
/// Names the field that is not of its form.
pub fn risk_from_wire(risk: api::Risk) -> Result<Risk, FieldError> {
    let impact = match field::word("impact", risk.impact)? {
        api::Impact::Unspecified => return Err(FieldError::missing("impact")),
        api::Impact::InternalNote => Impact::InternalNote,
        api::Impact::OwnerTask => Impact::OwnerTask,
        api::Impact::RecordField => Impact::RecordField,
        api::Impact::CustomerMessage => Impact::CustomerMessage,
        api::Impact::Amount => Impact::Amount,
    };
    let tier = tier_from_wire("tier", risk.tier)?.ok_or_else(|| FieldError::missing("tier"))?;
    Ok(Risk { tier, impact, reasons: risk.reasons })
}

/// Writes a verdict of the review policy as the contract has it.
pub fn verdict_to_wire(verdict: &PolicyVerdict) -> api::PolicyVerdict {
    api::PolicyVerdict {
        policy_digest: verdict.policy_digest.as_bytes().to_vec(),
        quorum: i32::try_from(verdict.quorum).unwrap_or(i32::MAX),
        four_eyes: verdict.four_eyes,
        approver_roles: verdict.approver_roles.iter().map(Role::to_string).collect(),
        reasons: verdict.reasons.clone(),
        expire_after: Some(time::secs_to_wire(verdict.expire_after_secs)),
        approval_valid_for: Some(time::secs_to_wire(verdict.approval_valid_for_secs)),
        path: verdict.path.to_wire().into(),
        bulk_allowed: verdict.bulk_allowed,
        escalations: verdict.escalations.iter().map(step_to_wire).collect(),
        rejection_memory: Some(time::secs_to_wire(verdict.rejection_memory_secs)),
    }
}

fn step_to_wire(step: &EscalationStep) -> api::EscalationStep {
    api::EscalationStep { after: Some(time::secs_to_wire(step.after_secs)), to: step.to.to_string() }
}

fn step_from_wire(step: &api::EscalationStep) -> Result<EscalationStep, FieldError> {
    Ok(EscalationStep {
        after_secs: field::required("after", step.after, time::secs_from_wire)?,
        to: field::parsed("to", &step.to)?,
    })
}

/// Reads a verdict of the review policy.
///
/// # Errors
/// Names the field that is not of its form.
pub fn verdict_from_wire(verdict: api::PolicyVerdict) -> Result<PolicyVerdict, FieldError> {
    Ok(PolicyVerdict {
        policy_digest: field::fixed("policy_digest", &verdict.policy_digest)?,
        quorum: field::natural("quorum", verdict.quorum)?,
        four_eyes: verdict.four_eyes,
        approver_roles: field::each("approver_roles", &verdict.approver_roles, |role| field::parsed("", role))?,
        reasons: verdict.reasons,
        expire_after_secs: field::required("expire_after", verdict.expire_after, time::secs_from_wire)?,
        approval_valid_for_secs: field::required(
            "approval_valid_for",
            verdict.approval_valid_for,
            time::secs_from_wire,
        )?,
        path: ReviewPath::of_wire(field::word("path", verdict.path)?).unwrap_or_default(),
        bulk_allowed: verdict.bulk_allowed,
        escalations: field::each("escalations", &verdict.escalations, step_from_wire)?,
        rejection_memory_secs: field::optional("rejection_memory", verdict.rejection_memory, time::secs_from_wire)?
            .unwrap_or_default(),
    })
}
