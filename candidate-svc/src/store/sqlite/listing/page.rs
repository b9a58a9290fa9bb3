//! Reads a page.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use sqlx::{Row, SqlitePool};

use super::{arms::Stretch, lens, path};
use crate::{
    domain::{Candidate, RiskTier},
    listing::{
        order::ListOrder,
        page::{Listing, Place},
    },
    store::{
        Error,
        sqlite::{
            candidates,
            column::{self, Column},
        },
    },
};

const ID: Column = Column { table: "candidates", column: "id" };

/// Reads at most `limit` candidates of a list, after a place in it, as they stand at one moment.
pub(in crate::store::sqlite) async fn page(
    readers: &SqlitePool,
    workspace: &Workspace,
    listing: &Listing,
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut transaction = readers.begin().await?;
    let lenses = lens::lenses(&listing.condition);
    let path = path::choose(&mut transaction, workspace, listing, &lenses).await?;
    let mut names: Vec<CandidateName> = Vec::new();
    for (tiers, after) in stretches(listing, after) {
        let left = limit.saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let stretch = Stretch { workspace, listing, path: &path, tiers: &tiers, after, limit: left };
        for row in stretch.statement().build().fetch_all(&mut *transaction).await? {
            names.push(CandidateName::new(workspace.clone(), column::uuid(ID, "?", row.try_get("id")?)?));
        }
    }
    let mut found = candidates::find(&mut transaction, &names).await?;
    transaction.rollback().await?;
    let in_order = names.iter().map(|name| {
        let candidate = found.remove(name).expect("invariant: both statements see the same moment");
        Ok(candidate?)
    });
    in_order.collect()
}

/// Cuts a list into the parts that each stand in one order of times, from a place on: by risk a tier each, else one.
pub(super) fn stretches<'a>(listing: &Listing, after: Option<&'a Place>) -> Vec<(Vec<RiskTier>, Option<&'a Place>)> {
    let mut tiers = lens::tiers(&listing.condition);
    if tiers.is_empty() {
        return Vec::new();
    }
    if listing.order_by != ListOrder::Risk {
        return vec![(tiers, after)];
    }
    if listing.descending {
        tiers.reverse();
    }
    let begun = after.and_then(|place| place.tier);
    let is_behind =
        |tier: &RiskTier| begun.is_some_and(|begun| if listing.descending { *tier > begun } else { *tier < begun });
    let left = tiers.into_iter().filter(|tier| !is_behind(tier));
    left.map(|tier| (vec![tier], after.filter(|_| begun == Some(tier)))).collect()
}
