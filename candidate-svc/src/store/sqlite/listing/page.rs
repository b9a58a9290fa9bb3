//! Reads a page.

use std::sync::Arc;

use countersign_api::name::{CandidateName, Workspace};
use sqlx::SqlitePool;

use super::{arms::Stretch, lens, path};
use crate::{
    domain::Candidate,
    listing::page::{Listing, Place},
    store::{Error, rows::candidates::name_in, sqlite::candidates},
};

/// Reads at most `limit` candidates of a list, after a place in it, as they stand at one moment.
pub(in crate::store) async fn page(
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
    for (tiers, after) in listing.stretches(after) {
        let left = limit.saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
        if left == 0 {
            break;
        }
        let stretch = Stretch { workspace, listing, path: &path, tiers: &tiers, after, limit: left };
        let Some(mut statement) = stretch.statement() else { continue };
        for row in statement.build().fetch_all(&mut *transaction).await? {
            names.push(name_in(workspace, &row)?);
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
