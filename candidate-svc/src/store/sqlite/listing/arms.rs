//! Writes the statement for a stretch of a list: one arm for each value and tier, each in order by its index, merged by the database.

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite};

use super::{
    lens::Look,
    path::{Path, is_indexed},
};
use crate::{
    domain::RiskTier,
    listing::{
        condition::{Condition, TextField},
        order::{ListOrder, rank_of},
        page::{Listing, Place},
    },
    store::condition,
};

/// A part of a list that stands in one order of times.
pub(super) struct Stretch<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) listing: &'a Listing,
    pub(super) path: &'a Path<'a>,
    /// The tiers in it.
    pub(super) tiers: &'a [RiskTier],
    /// Behind which place it begins.
    pub(super) after: Option<&'a Place>,
    pub(super) limit: u32,
}

/// One look through the lens, in one tier; none means all.
struct Arm<'a> {
    look: Option<Look<'a>>,
    tier: Option<RiskTier>,
    /// What its look and its tier leave to ask.
    condition: Condition,
}

impl Stretch<'_> {
    /// Writes the statement; it selects `at_us` and `id`. None means that nothing can be found.
    pub(super) fn statement(&self) -> Option<QueryBuilder<Sqlite>> {
        let arms = self.arms();
        if arms.is_empty() {
            return None;
        }
        let mut query = QueryBuilder::new("");
        let overlap = self.path.lens().is_some_and(|lens| !lens.is_disjoint());
        let and = if overlap { " UNION SELECT " } else { " UNION ALL SELECT " };
        for (at, arm) in arms.iter().enumerate() {
            query.push(if at > 0 { and } else { "SELECT " });
            self.push_arm(&mut query, arm);
        }
        let direction = if self.is_descending() { " DESC" } else { "" };
        query.push(" ORDER BY at_us").push(direction).push(", id").push(direction);
        query.push(" LIMIT ").push_bind(self.limit);
        Some(query)
    }

    /// Returns the arms in which something can be found.
    fn arms(&self) -> Vec<Arm<'_>> {
        let looks: Vec<_> = match self.path.lens() {
            Some(lens) => lens.looks.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        let tiers: Vec<_> =
            if is_indexed(self.listing.order_by) { self.tiers.iter().copied().map(Some).collect() } else { vec![None] };
        let arms = looks.into_iter().flat_map(|look| {
            let asked =
                look.map_or_else(|| self.listing.condition.clone(), |look| look.leaves(&self.listing.condition));
            tiers.iter().map(move |&tier| {
                let known = tier.map(|tier| asked.given(TextField::Risk, tier.as_str()));
                Arm { look, tier, condition: known.unwrap_or_else(|| asked.clone()) }
            })
        });
        arms.filter(|arm| arm.condition != Condition::NEVER).collect()
    }

    fn push_arm(&self, query: &mut QueryBuilder<Sqlite>, arm: &Arm<'_>) {
        let time = time_column(self.listing.order_by);
        let index = arm.look.map_or_else(|| order_index(self.listing.order_by), Look::index);
        query.push(time).push(" AS at_us, id FROM candidates INDEXED BY ").push(index).push(" WHERE workspace = ");
        query.push_bind(self.workspace.id().to_owned());
        if let Some(look) = arm.look {
            query.push(" AND ");
            look.push(query);
        }
        if let Some(tier) = arm.tier {
            query.push(" AND risk_rank = ").push_bind(i64::from(rank_of(tier)));
        }
        if let Some(place) = self.after {
            let sign = if self.is_descending() { ", id) < (" } else { ", id) > (" };
            query.push(" AND (").push(time).push(sign);
            query.push_bind(place.at_us).push(", ").push_bind(place.id.as_bytes().to_vec()).push(")");
        }
        if arm.condition != Condition::ALWAYS {
            query.push(" AND ");
            condition::push(query, &arm.condition);
        }
    }

    /// Within a tier, who waits longest comes first, whichever tier is first.
    fn is_descending(&self) -> bool {
        self.listing.descending && self.listing.order_by != ListOrder::Risk
    }
}

const fn time_column(order_by: ListOrder) -> &'static str {
    match order_by {
        ListOrder::CreateTime | ListOrder::Risk => "created_at_us",
        ListOrder::UpdateTime => "updated_at_us",
        ListOrder::DueTime => "due_at_us",
    }
}

const fn order_index(order_by: ListOrder) -> &'static str {
    match order_by {
        ListOrder::CreateTime | ListOrder::Risk => "candidates_by_risk",
        ListOrder::UpdateTime => "candidates_by_update_time",
        ListOrder::DueTime => "candidates_by_due_time",
    }
}
