//! What a proposal and its evidence say.

use countersign_api::candidate::v1::{
    CandidateProposed, ConfidenceBasis, ConfidenceLevel, EvidenceAdded, Impact, Risk, RiskTier,
};

use super::label::label;
use super::time::micros;
use super::token::token;
use crate::export::row::Row;

pub(super) fn proposed<'a>(row: &mut Row<'a>, event: &'a CandidateProposed) {
    row.action_type = token(&event.action_type);
    if let Some(generator) = &event.generator {
        row.generator = token(&generator.name);
        row.model = token(&generator.model);
        row.prompt_version = token(&generator.prompt_version);
    }
    if let Some(trigger) = &event.trigger {
        row.source_system = token(&trigger.source_system);
        row.trigger_type = token(&trigger.r#type);
    }
    if let Some(confidence) = &event.confidence {
        row.confidence = label::<ConfidenceLevel>(confidence.level);
        row.confidence_basis = label::<ConfidenceBasis>(confidence.basis);
    }
    risk(row, event.risk.as_ref());
    row.quorum = event.policy.as_ref().map(|policy| policy.quorum);
    row.evidence_count = Some(count(&event.evidence));
    row.unknowns_count = Some(count(&event.known_unknowns));
    row.missing_fields_count = Some(count(&event.missing_fields));
    row.has_owner = Some(!event.owner.is_empty());
    row.supersedes = Some(!event.supersedes.is_empty());
    row.due_at = micros(event.due_time.as_ref());
    row.expires_at = micros(event.expire_time.as_ref());
}

pub(super) fn evidence_added(row: &mut Row<'_>, event: &EvidenceAdded) {
    row.evidence_count = Some(count(&event.evidence));
    row.approvals_dropped = Some(event.approvals_dropped);
}

pub(super) fn risk(row: &mut Row<'_>, risk: Option<&Risk>) {
    if let Some(risk) = risk {
        row.risk_tier = label::<RiskTier>(risk.tier);
        row.impact = label::<Impact>(risk.impact);
    }
}

/// An entry's content is at most 256 KiB, so that no list in it comes near the limit of the type.
fn count<T>(items: &[T]) -> i32 {
    i32::try_from(items.len()).unwrap_or(i32::MAX)
}
