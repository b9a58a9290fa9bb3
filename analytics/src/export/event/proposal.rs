//! What a proposal and its evidence say.

use std::borrow::Cow;

use countersign_api::candidate::v1::{
    CandidateProposed, ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceAdded, Impact, PolicyVerdict,
    RecordReference, ReviewPath, Risk, RiskTier, StandingApprovalUse,
};

use super::count;
use super::label::label;
use super::reading_bytes::reading_bytes;
use super::time::micros;
use super::token::token;
use crate::export::column::Word;
use crate::export::disguise::Disguise;
use crate::export::edit::{fields_of, parse_payload};
use crate::export::row::Row;

pub(super) fn proposed<'a>(row: &mut Row<'a>, event: &'a CandidateProposed, disguise: &mut Disguise) {
    row.action_type = token(&event.action_type);
    if let Some(generator) = &event.generator {
        row.generator = token(&generator.name);
        row.model = token(&generator.model);
        row.prompt_version = token(&generator.prompt_version);
    }
    if let Some(trigger) = &event.trigger {
        row.source_system = token(&trigger.source_system);
        row.trigger_type = token(&trigger.r#type);
        row.triggered_at = micros(trigger.occur_time.as_ref());
    }
    records(row, event, disguise);
    if let Some(confidence) = &event.confidence {
        row.confidence = label::<ConfidenceLevel>(confidence.level);
        row.confidence_basis = label::<ConfidenceBasis>(confidence.basis);
    }
    risk(row, event.risk.as_ref());
    verdict(row, event.policy.as_ref());
    row.evidence_count = Some(count(event.evidence.len()));
    row.evidence_kinds = Some(kinds(&event.evidence));
    row.unknowns_count = Some(count(event.known_unknowns.len()));
    row.missing_fields_count = Some(count(event.missing_fields.len()));
    row.reading_bytes = Some(reading_bytes(event));
    let payload = event.payload.as_ref().and_then(|payload| parse_payload(&payload.canonical_json));
    row.payload_fields = payload.map(|payload| fields_of(&payload).into_iter().map(Cow::Owned).collect());
    row.payload_bytes = event.payload.as_ref().map(|payload| count(payload.canonical_json.len()));
    row.has_owner = Some(!event.owner.is_empty());
    row.owner = disguise.person(&event.owner).map(Cow::Owned);
    row.owner_team = token(&event.owner_team);
    row.supersedes = Some(!event.supersedes.is_empty());
    row.supersedes_candidate = name(&event.supersedes);
    row.due_at = micros(event.due_time.as_ref());
    row.expires_at = micros(event.expire_time.as_ref());
    if let Some(standing) = &event.standing_approval_use {
        standing_approval(row, standing);
    }
}

pub(super) fn evidence_added<'a>(row: &mut Row<'a>, event: &'a EvidenceAdded) {
    row.evidence_count = Some(count(event.evidence.len()));
    row.evidence_kinds = Some(kinds(&event.evidence));
    row.requirement_met = Some(event.requirement_met);
    row.approvals_dropped = Some(event.approvals_dropped);
}

pub(super) fn risk(row: &mut Row<'_>, risk: Option<&Risk>) {
    if let Some(risk) = risk {
        row.risk_tier = label::<RiskTier>(risk.tier);
        row.risk_reasons = Some(risk.reasons.iter().map(|reason| Cow::Borrowed(category_of(reason))).collect());
        row.impact = label::<Impact>(risk.impact);
    }
}

pub(super) fn verdict(row: &mut Row<'_>, verdict: Option<&PolicyVerdict>) {
    if let Some(verdict) = verdict {
        row.policy_digest = digest(&verdict.policy_digest);
        row.review_path = label::<ReviewPath>(verdict.path);
        row.quorum = Some(verdict.quorum);
        row.four_eyes = Some(verdict.four_eyes);
        row.bulk_allowed = Some(verdict.bulk_allowed);
        row.escalation_steps = Some(count(verdict.escalations.len()));
    }
}

/// Returns a digest as hexadecimal digits; none for an empty one.
pub(super) fn digest(bytes: &[u8]) -> Word<'static> {
    (!bytes.is_empty()).then(|| Cow::Owned(hex::encode(bytes)))
}

/// Returns a resource name; none for an empty one.
pub(super) fn name(name: &str) -> Word<'_> {
    (!name.is_empty()).then_some(Cow::Borrowed(name))
}

fn records<'a>(row: &mut Row<'a>, event: &'a CandidateProposed, disguise: &Disguise) {
    let key = |record: &RecordReference| disguise.record(record).map(Cow::Owned);
    if let Some(record) = &event.record {
        row.record_system = token(&record.system);
        row.record_object_type = token(&record.object_type);
        row.record_key = key(record);
    }
    if let Some(target) = &event.target {
        row.target_system = token(&target.system);
        row.target_object_type = token(&target.object_type);
        row.target_key = if event.record.as_ref() == Some(target) { row.record_key.clone() } else { key(target) };
    }
}

fn standing_approval<'a>(row: &mut Row<'a>, standing: &'a StandingApprovalUse) {
    row.standing_approval = name(&standing.standing_approval);
    row.standing_use_number = u64::try_from(standing.use_number).ok();
    row.drawn_for_audit = Some(standing.drawn_for_audit);
    row.grant_entry_index = u64::try_from(standing.grant_entry_index).ok();
}

fn kinds(evidence: &[Evidence]) -> Vec<Cow<'_, str>> {
    evidence.iter().filter_map(|evidence| token(&evidence.kind)).collect()
}

/// Returns the kinds of evidence that a question asks for.
pub(super) fn kinds_asked(kinds: &[String]) -> Vec<Cow<'_, str>> {
    kinds.iter().filter_map(|kind| token(kind)).collect()
}

/// Tells by its beginning who asked for a tier; the sentence itself may repeat what somebody wrote.
fn category_of(reason: &str) -> &'static str {
    if reason.starts_with("the catalogue ") {
        "catalogue"
    } else if reason.starts_with("the proposal ") {
        "proposal"
    } else {
        "other"
    }
}
