//! In which order a list stands.

use crate::domain::{Candidate, Moment, RiskTier};

/// By what a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListOrder {
    /// When it was proposed.
    CreateTime,
    /// When it last changed.
    UpdateTime,
    /// When it is due; without such a time, behind everything that has one.
    DueTime,
    /// What a mistake would cost, tier by tier; within a tier, who waits longest comes first.
    Risk,
}

/// Stands for the due time of what has none: behind every other.
pub const NEVER_DUE_US: i64 = i64::MAX;

/// Every tier, from least to most.
pub const TIERS: [RiskTier; 3] = [RiskTier::Low, RiskTier::ApprovalRequired, RiskTier::High];

impl ListOrder {
    /// Returns the time that orders a candidate, in microseconds since 1970; by risk, within its tier.
    pub fn time_us(self, candidate: &Candidate) -> i64 {
        match self {
            Self::CreateTime | Self::Risk => candidate.created_at.as_micros(),
            Self::UpdateTime => candidate.updated_at.as_micros(),
            Self::DueTime => due_us(candidate),
        }
    }
}

/// Returns when a candidate is due, in microseconds since 1970.
pub fn due_us(candidate: &Candidate) -> i64 {
    candidate.proposal.due_at.map_or(NEVER_DUE_US, Moment::as_micros)
}

/// Returns a tier's place among the tiers, from 1.
pub const fn rank_of(tier: RiskTier) -> u8 {
    match tier {
        RiskTier::Low => 1,
        RiskTier::ApprovalRequired => 2,
        RiskTier::High => 3,
    }
}

/// Returns the tier at a place; none where there is none.
pub fn tier_of(rank: u8) -> Option<RiskTier> {
    TIERS.into_iter().find(|tier| rank_of(*tier) == rank)
}
