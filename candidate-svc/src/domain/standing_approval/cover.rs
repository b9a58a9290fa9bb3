//! What a standing approval covers.

use service_kit::access::PrincipalId;

use super::{Draw, StandingApproval, StandingApprovalUse, StandingOffer};
use crate::domain::{ActionType, ConfidenceLevel, Moment, PolicyVerdict, Proposal, RecordReference, Risk, RiskTier};

/// A proposal as policy judged it.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Case<'a> {
    pub(in crate::domain) proposer: &'a PrincipalId,
    pub(in crate::domain) proposal: &'a Proposal,
    pub(in crate::domain) action_type: &'a ActionType,
    /// In canonical JSON.
    pub(in crate::domain) payload: &'a str,
    pub(in crate::domain) risk: &'a Risk,
    pub(in crate::domain) policy: &'a PolicyVerdict,
    pub(in crate::domain) now: Moment,
}

/// Finds the first standing approval on offer that covers the case, with the use that is made of it. Its draw counts, no other's: where
/// several cover the same, none gives a second chance.
pub(in crate::domain) fn find_cover<'a>(
    offers: &'a [StandingOffer],
    case: Case<'_>,
) -> Option<(&'a StandingOffer, StandingApprovalUse)> {
    offers.iter().find_map(|offer| {
        let standing = &*offer.standing;
        let grant_entry_index = standing.entry_index.filter(|_| standing.covers(case))?;
        let used = StandingApprovalUse {
            name: standing.name.clone(),
            granted_by: standing.granted_by.clone(),
            use_number: u64::from(standing.uses) + u64::from(standing.audits) + 1,
            drawn_for_audit: offer.drawn.is_some(),
            in_place_of_another: offer.drawn.is_some_and(|draw| draw != Draw::Sample),
            grant_entry_index,
            found_harmful: None,
        };
        Some((offer, used))
    })
}

impl StandingApproval {
    /// Tells whether it covers the case: in force, of this category in every respect, and given by somebody who could approve the case
    /// one by one under the policy of today (C-9).
    fn covers(&self, case: Case<'_>) -> bool {
        self.is_active(case.now)
            && self.is_of_category(case)
            && self.is_allowed_by(case.policy)
            && *self.granted_by.id() != *case.proposer
            && self.is_about_its_records(case)
            // What its proposer says is missing, a person looks for.
            && case.proposal.missing_fields.is_empty()
    }

    fn is_of_category(&self, case: Case<'_>) -> bool {
        self.action_type == case.action_type.name
            && self.proposer == *case.proposer
            && case.risk.tier == RiskTier::Low
            && case.proposal.confidence.level == ConfidenceLevel::High
    }

    fn is_allowed_by(&self, policy: &PolicyVerdict) -> bool {
        policy.allows_approval_ahead() && policy.approver_roles.iter().any(|role| self.granted_as.contains(role))
    }

    /// Whatever the proposal names must be of its records: what it is about, what it would change, and what its payload says.
    fn is_about_its_records(&self, case: Case<'_>) -> bool {
        let named: Vec<&RecordReference> =
            [&case.proposal.record, &case.proposal.target].into_iter().filter_map(Option::as_ref).collect();
        let named_here = self.records.is_any() || !named.is_empty();
        named_here
            && named.iter().all(|record| self.records.covers(record))
            && case.action_type.payload_record.as_ref().is_none_or(|of_payload| {
                case.proposal.target.as_ref().is_some_and(|target| of_payload.names(case.payload, target))
            })
    }
}
