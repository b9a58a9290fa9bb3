//! What people decided.

use countersign_api::candidate::v1::{
    ApprovalCause, ApprovalCollected, CandidateApproved, CandidateEdited, CandidateRejected, CandidateReleased,
    EvidenceRequested, RejectionReason, ReleaseCause,
};

use super::label::label;
use super::proposal::risk;
use super::time::micros;
use crate::export::edit::Edit;
use crate::export::row::Row;

pub(super) fn evidence_requested(row: &mut Row<'_>, event: &EvidenceRequested) {
    row.approvals_dropped = Some(event.approvals_dropped);
}

pub(super) fn edited<'a>(row: &mut Row<'a>, event: &'a CandidateEdited, edits: &'a [Edit]) {
    risk(row, event.risk.as_ref());
    row.quorum = event.policy.as_ref().map(|policy| policy.quorum);
    row.approvals_dropped = Some(event.approvals_dropped);
    row.expires_at = micros(event.expire_time.as_ref());
    row.edit = Some(edits);
}

pub(super) fn approval_collected(row: &mut Row<'_>, event: &ApprovalCollected) {
    row.approvals = Some(event.approvals);
    row.quorum = Some(event.quorum);
}

pub(super) fn approved(row: &mut Row<'_>, event: &CandidateApproved) {
    row.approval_cause = label::<ApprovalCause>(event.cause);
    row.approvals = Some(i32::try_from(event.approvals.len()).unwrap_or(i32::MAX));
}

pub(super) fn rejected(row: &mut Row<'_>, event: &CandidateRejected) {
    row.rejection_reason = label::<RejectionReason>(event.reason);
}

pub(super) fn released(row: &mut Row<'_>, event: CandidateReleased) {
    row.release_cause = label::<ReleaseCause>(event.cause);
}
