//! One rule: for which candidates, and what it asks of them.

use serde::Deserialize;
use service_kit::access::{PrincipalId, PrincipalKind, Role};

use crate::domain::{ActionTypeName, ConfidenceLevel, EscalationStep, PolicyCase, PolicyVerdict, ReviewPath, RiskTier};

/// For which candidates a rule is. What is not named does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) action_types: Option<Vec<ActionTypeName>>,
    pub(super) risk_tiers: Option<Vec<RiskTier>>,
    pub(super) confidence_levels: Option<Vec<ConfidenceLevel>>,
    pub(super) proposers: Option<Vec<Machine>>,
}

/// A generator or a service. A policy names no people: it is about what is proposed, not about them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Machine(pub(super) PrincipalId);

/// Says that a text names no generator and no service.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no generator and no service: write `generators/…` or `services/…`")]
pub(super) struct NoMachine(String);

impl TryFrom<String> for Machine {
    type Error = NoMachine;

    fn try_from(text: String) -> Result<Self, NoMachine> {
        match text.parse::<PrincipalId>() {
            Ok(id) if id.kind() != PrincipalKind::Human => Ok(Self(id)),
            Ok(_) | Err(_) => Err(NoMachine(text.chars().take(100).collect())),
        }
    }
}

/// What a rule asks. What is not named stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Demands {
    pub(super) quorum: Option<u32>,
    pub(super) four_eyes: Option<bool>,
    pub(super) approver_roles: Option<Vec<Role>>,
    pub(super) path: Option<ReviewPath>,
    pub(super) bulk_allowed: Option<bool>,
    pub(super) expire_after_secs: Option<u64>,
    pub(super) approval_valid_for_secs: Option<u64>,
    pub(super) escalations: Option<Vec<EscalationStep>>,
    pub(super) rejection_memory_secs: Option<u64>,
}

/// What a rule can ask, by the key that asks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    Quorum,
    FourEyes,
    ApproverRoles,
    Path,
    BulkAllowed,
    ExpireAfter,
    ApprovalValidFor,
    Escalate,
    RememberRejection,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) reason: String,
    pub(super) when: Condition,
    pub(super) asks: Demands,
}

impl Condition {
    /// Tells whether a candidate meets it.
    pub(super) fn is_met(&self, case: PolicyCase<'_>) -> bool {
        names(self.action_types.as_deref(), case.action_type)
            && names(self.risk_tiers.as_deref(), &case.risk.tier)
            && names(self.confidence_levels.as_deref(), &case.confidence.level)
            && self.proposers.as_ref().is_none_or(|named| named.iter().any(|machine| Some(&machine.0) == case.proposer))
    }
}

impl Demand {
    /// Returns the key.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Quorum => "quorum",
            Self::FourEyes => "four_eyes",
            Self::ApproverRoles => "approver_roles",
            Self::Path => "path",
            Self::BulkAllowed => "bulk_allowed",
            Self::ExpireAfter => "expire_after_days",
            Self::ApprovalValidFor => "approval_valid_for_days",
            Self::Escalate => "escalate",
            Self::RememberRejection => "remember_rejection_days",
        }
    }
}

impl Demands {
    /// Returns what it asks.
    pub(super) fn demands(&self) -> Vec<Demand> {
        let asked = [
            (self.quorum.is_some(), Demand::Quorum),
            (self.four_eyes.is_some(), Demand::FourEyes),
            (self.approver_roles.is_some(), Demand::ApproverRoles),
            (self.path.is_some(), Demand::Path),
            (self.bulk_allowed.is_some(), Demand::BulkAllowed),
            (self.expire_after_secs.is_some(), Demand::ExpireAfter),
            (self.approval_valid_for_secs.is_some(), Demand::ApprovalValidFor),
            (self.escalations.is_some(), Demand::Escalate),
            (self.rejection_memory_secs.is_some(), Demand::RememberRejection),
        ];
        asked.into_iter().filter_map(|(asked, demand)| asked.then_some(demand)).collect()
    }
}

impl Rule {
    /// Returns whom its condition names.
    pub(super) fn proposers(&self) -> impl Iterator<Item = &PrincipalId> {
        self.when.proposers.iter().flatten().map(|machine| &machine.0)
    }

    /// Changes a verdict.
    pub(super) fn apply(&self, verdict: &mut PolicyVerdict) {
        let asks = &self.asks;
        verdict.quorum = asks.quorum.unwrap_or(verdict.quorum);
        verdict.four_eyes = asks.four_eyes.unwrap_or(verdict.four_eyes);
        if let Some(roles) = &asks.approver_roles {
            verdict.approver_roles.clone_from(roles);
        }
        verdict.path = asks.path.unwrap_or(verdict.path);
        verdict.bulk_allowed = asks.bulk_allowed.unwrap_or(verdict.bulk_allowed);
        verdict.expire_after_secs = asks.expire_after_secs.unwrap_or(verdict.expire_after_secs);
        verdict.approval_valid_for_secs = asks.approval_valid_for_secs.unwrap_or(verdict.approval_valid_for_secs);
        if let Some(steps) = &asks.escalations {
            verdict.escalations.clone_from(steps);
        }
        verdict.rejection_memory_secs = asks.rejection_memory_secs.unwrap_or(verdict.rejection_memory_secs);
        verdict.reasons.push(self.reason.clone());
    }
}

fn names<T: PartialEq>(wanted: Option<&[T]>, found: &T) -> bool {
    wanted.is_none_or(|wanted| wanted.contains(found))
}
