//! Chooses the index for a page. The database keeps no statistics, so what is rare is found out by looking.

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::lens::Lens;
use crate::listing::{order::ListOrder, page::Listing};

/// Up to so many rows are sorted rather than searched for in the order of the list.
const RARE_MAX: i64 = 4_000;

/// How a page is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Path<'a> {
    /// An index hands out what it finds in the order of the list; without a lens, the whole workspace.
    InOrder(Option<&'a Lens<'a>>),
    /// Few are found; they are sorted.
    Sorted(&'a Lens<'a>),
}

impl Path<'_> {
    /// Returns the lens that it looks through.
    pub(super) const fn lens(&self) -> Option<&Lens<'_>> {
        match self {
            Self::InOrder(lens) => *lens,
            Self::Sorted(lens) => Some(lens),
        }
    }
}

/// Tells whether indexes hand out what they find in this order.
pub(super) const fn is_indexed(order_by: ListOrder) -> bool {
    match order_by {
        ListOrder::CreateTime | ListOrder::Risk => true,
        ListOrder::UpdateTime | ListOrder::DueTime => false,
    }
}

/// Chooses: the first lens under which few candidates are; else the first that hands out in order what it finds, without reading rows that
/// are not shown; else the order alone. What is not rare is met often on the way along the order. A stretch of time in the order of the
/// list needs no lens: the order's own index begins there.
pub(super) async fn choose<'a>(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    listing: &Listing,
    lenses: &'a [Lens<'a>],
) -> Result<Path<'a>, sqlx::Error> {
    if let [only] = lenses
        && is_in_order(listing, only)
    {
        return Ok(Path::InOrder(Some(only)));
    }
    for lens in lenses {
        if is_rare(&mut *connection, workspace, lens).await? {
            let in_order = is_indexed(listing.order_by) && lens.is_exact();
            return Ok(if in_order { Path::InOrder(Some(lens)) } else { Path::Sorted(lens) });
        }
    }
    Ok(Path::InOrder(along(listing, lenses)))
}

/// Returns the lens through which a list is followed in its order when nothing is rare.
pub(super) fn along<'a>(listing: &Listing, lenses: &'a [Lens<'a>]) -> Option<&'a Lens<'a>> {
    lenses.iter().find(|lens| is_in_order(listing, lens))
}

fn is_in_order(listing: &Listing, lens: &Lens<'_>) -> bool {
    is_indexed(listing.order_by) && lens.is_exact() && lens.covers(&listing.condition)
}

/// Chooses for a count, which no order binds: the first lens over one index under which few candidates are, if there is one.
pub(super) async fn rare<'a>(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    lenses: &'a [Lens<'a>],
) -> Result<Option<&'a Lens<'a>>, sqlx::Error> {
    for lens in lenses.iter().filter(|lens| lens.index().is_some()) {
        if is_rare(&mut *connection, workspace, lens).await? {
            return Ok(Some(lens));
        }
    }
    Ok(None)
}

async fn is_rare(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    lens: &Lens<'_>,
) -> Result<bool, sqlx::Error> {
    let is_common: bool = common_query(workspace, lens).build_query_scalar().fetch_one(connection).await?;
    Ok(!is_common)
}

/// Asks whether more is under a lens than is rare: it steps over so many entries of the index alone, and counts none.
pub(super) fn common_query(workspace: &Workspace, lens: &Lens<'_>) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT EXISTS (");
    for (at, look) in lens.looks.iter().enumerate() {
        query.push(if at > 0 { " UNION ALL SELECT 1" } else { "SELECT 1" });
        query.push(" FROM candidates INDEXED BY ").push(look.index()).push(" WHERE workspace = ");
        query.push_bind(workspace.id().to_owned()).push(" AND ");
        look.push(&mut query);
    }
    query.push(" LIMIT 1 OFFSET ").push_bind(RARE_MAX).push(")");
    query
}
