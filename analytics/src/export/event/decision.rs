//! What people decided.

use std::borrow::Cow;

use countersign_api::candidate::v1::{
    ApprovalCause, ApprovalCollected, CandidateApproved, CandidateEdited, CandidateEscalated, CandidateHeld,
    CandidateRejected, CandidateReleased, CandidateWithdrawn, EvidenceRequested, RejectionReason, ReleaseCause,
};

use super::count;
use super::label::label;
use super::proposal::{kinds_asked, name, risk, verdict};
use super::time::micros;
use super::token::token;
use crate::export::disguise::Disguise;
use crate::export::edit::Edited;
use crate::export::row::Row;

/// What an escalation to everybody with a role names.
const ROLES: &str = "roles/";

pub(super) fn evidence_requested<'a>(row: &mut Row<'a>, event: &'a EvidenceRequested) {
    row.evidence_kinds = event.question.as_ref().map(|question| kinds_asked(&question.kinds));
    row.approvals_dropped = Some(event.approvals_dropped);
}

pub(super) fn edited<'a>(row: &mut Row<'a>, event: &'a CandidateEdited, edited: &'a Edited) {
    risk(row, event.risk.as_ref());
    verdict(row, event.policy.as_ref());
    row.payload_bytes = event.payload.as_ref().map(|payload| count(payload.canonical_json.len()));
    row.approvals_dropped = Some(event.approvals_dropped);
    row.expires_at = micros(event.expire_time.as_ref());
    row.edit = Some(&edited.changes);
    row.wording = Some(&edited.wordings);
}

pub(super) fn approval_collected(row: &mut Row<'_>, event: &ApprovalCollected) {
    row.approvals = Some(event.approvals);
    row.quorum = Some(event.quorum);
}

pub(super) fn approved<'a>(row: &mut Row<'a>, event: &'a CandidateApproved) {
    row.approval_cause = label::<ApprovalCause>(event.cause);
    row.approvals = Some(count(event.approvals.len()));
    row.standing_approval = name(&event.standing_approval);
    row.approval_expires_at = micros(event.approval_expire_time.as_ref());
    row.conflicts_acknowledged = Some(count(event.acknowledged_conflicts.len()));
}

pub(super) fn rejected(row: &mut Row<'_>, event: &CandidateRejected) {
    row.rejection_reason = label::<RejectionReason>(event.reason);
}

pub(super) fn held(row: &mut Row<'_>, event: &CandidateHeld) {
    row.held_until = micros(event.until_time.as_ref());
    row.held_until_evidence = Some(event.until_evidence);
}

pub(super) fn released(row: &mut Row<'_>, event: CandidateReleased) {
    row.release_cause = label::<ReleaseCause>(event.cause);
}

pub(super) fn withdrawn<'a>(row: &mut Row<'a>, event: &'a CandidateWithdrawn) {
    row.superseded = Some(!event.superseded_by.is_empty());
    row.superseded_by = name(&event.superseded_by);
}

/// A role is named, a person is not.
pub(super) fn escalated<'a>(row: &mut Row<'a>, event: &'a CandidateEscalated, disguise: &mut Disguise) {
    row.escalation_step = Some(event.step);
    row.escalated_to =
        if event.to.starts_with(ROLES) { token(&event.to) } else { disguise.person(&event.to).map(Cow::Owned) };
}
