//! What happened in a workspace beside its candidates.

use std::borrow::Cow;

use countersign_api::candidate::v1::workspace_event::Event;
use countersign_api::candidate::v1::{
    ConfidenceLevel, Delegation, PolicyRevision, RiskTier, StandingApproval, WorkspaceEvent,
};

use super::label::label;
use super::proposal::{digest, name};
use super::time::micros;
use super::token::token;
use crate::export::column::Word;
use crate::export::disguise::Disguise;
use crate::export::row::Row;

/// What people's ids begin with.
const HUMANS: &str = "humans/";

pub(super) fn tell<'a>(row: &mut Row<'a>, event: &'a WorkspaceEvent, disguise: &mut Disguise) {
    row.occurred_at = micros(event.occur_time.as_ref());
    row.simulated = Some(event.simulated);
    match event.event.as_ref() {
        Some(Event::StandingApprovalGranted(granted)) => {
            row.standing_approval = name(&event.subject);
            granted_ahead(row, granted, disguise);
        }
        Some(Event::StandingApprovalRevoked(revoked)) => {
            row.standing_approval = name(&event.subject);
            row.uses = u64::try_from(revoked.uses).ok();
        }
        Some(Event::DelegationMade(delegation)) => delegated(row, delegation, disguise),
        Some(Event::PolicyApplied(policy)) => applied(row, policy),
        // That a delegation ended early says its kind; a reading without event is unreadable.
        Some(Event::DelegationEnded(_)) | None => {}
    }
}

fn granted_ahead<'a>(row: &mut Row<'a>, granted: &'a StandingApproval, disguise: &mut Disguise) {
    row.action_type = token(&granted.action_type);
    row.proposer = principal(&granted.proposer, disguise);
    row.risk_tier = label::<RiskTier>(granted.risk_tier);
    row.confidence = label::<ConfidenceLevel>(granted.confidence_level);
    row.expires_at = micros(granted.expire_time.as_ref());
    row.use_limit = u64::try_from(granted.use_limit).ok();
    row.audit_per_mille = Some(granted.audit_per_mille);
}

fn delegated(row: &mut Row<'_>, delegation: &Delegation, disguise: &mut Disguise) {
    row.delegator = disguise.person(&delegation.delegator).map(Cow::Owned);
    row.delegate = disguise.person(&delegation.delegate).map(Cow::Owned);
    row.delegated_from = micros(delegation.start_time.as_ref());
    row.delegated_until = micros(delegation.end_time.as_ref());
}

fn applied<'a>(row: &mut Row<'a>, policy: &'a PolicyRevision) {
    row.policy_digest = digest(&policy.policy_digest);
    row.policy_revision = u64::try_from(policy.revision).ok();
    row.policy_candidate = name(&policy.candidate);
}

/// A machine is named by its id, a person by the exporter's pseudonym.
fn principal<'a>(id: &'a str, disguise: &mut Disguise) -> Word<'a> {
    if id.starts_with(HUMANS) { disguise.person(id).map(Cow::Owned) } else { token(id) }
}
