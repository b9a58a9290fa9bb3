//! Lists and counts of candidates: a condition becomes parameterised SQL over an allow-list of columns. Which index serves it, the server
//! chooses by its statistics.

use std::sync::Arc;

use countersign_api::name::Workspace;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};

use crate::{
    domain::{Candidate, RiskTier},
    listing::{
        condition::{Condition, TextField},
        count::{Census, FieldCount, VALUES_MAX},
        order::{ListOrder, TIERS, rank_of, tier_of},
        page::{Listing, Place},
    },
    store::{
        Error,
        condition::{self, text_column},
        rows::{
            candidates::of_row,
            column::{self, Column},
        },
    },
};

/// Reads at most `limit` candidates of a list, after a place in it. On a connection that sees one moment all are as they stand then.
pub(in crate::store) async fn page(
    connection: &mut PgConnection,
    workspace: &Workspace,
    listing: &Listing,
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut found = Vec::new();
    for (tiers, after) in listing.stretches(after) {
        let left = i64::from(limit) - i64::try_from(found.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        let mut query = stretch(workspace, listing, &tiers, after, left);
        for row in query.build().fetch_all(&mut *connection).await? {
            found.push(of_row(workspace, &row)?);
        }
    }
    Ok(found)
}

/// Counts what meets a condition, in all and by each of these fields. On a connection that sees one moment all counts are of that one.
pub(in crate::store) async fn count(
    connection: &mut PgConnection,
    workspace: &Workspace,
    condition: &Condition,
    fields: &[TextField],
) -> Result<Census, Error> {
    let mut query = QueryBuilder::new("SELECT count(*)");
    push_where(&mut query, workspace, condition);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *connection).await?;
    let mut by_field = Vec::with_capacity(fields.len());
    for &field in fields {
        let mut query = QueryBuilder::new("SELECT ");
        query.push(text_column(field)).push(" AS value, count(*) AS count");
        push_where(&mut query, workspace, condition);
        query.push(" GROUP BY value ORDER BY count DESC, value LIMIT ").push_bind(i64::from(VALUES_MAX));
        let mut values = Vec::new();
        for row in query.build().fetch_all(&mut *connection).await? {
            let value = match field {
                TextField::Risk => risk_word(row.try_get("value")?)?,
                _ => row.try_get("value")?,
            };
            values.push((value, row.try_get("count")?));
        }
        let named: i64 = values.iter().map(|(_, count)| count).sum();
        by_field.push(FieldCount { values, others: total - named });
    }
    Ok(Census { total, by_field })
}

/// Writes the statement for a part of a list that stands in one order of times.
fn stretch(
    workspace: &Workspace,
    listing: &Listing,
    tiers: &[RiskTier],
    after: Option<&Place>,
    limit: i64,
) -> QueryBuilder<Postgres> {
    let time = match listing.order_by {
        ListOrder::CreateTime | ListOrder::Risk => "created_at_us",
        ListOrder::UpdateTime => "updated_at_us",
        ListOrder::DueTime => "due_at_us",
    };
    // Within a tier, who waits longest comes first, whichever tier is first.
    let is_descending = listing.descending && listing.order_by != ListOrder::Risk;
    let (sign, direction) = if is_descending { ("<", " DESC") } else { (">", "") };
    let mut query = QueryBuilder::new("SELECT id, snapshot");
    push_where(&mut query, workspace, &listing.condition);
    match tiers {
        [tier] => _ = query.push(" AND risk_rank = ").push_bind(i64::from(rank_of(*tier))),
        _ if tiers.len() < TIERS.len() => {
            let ranks: Vec<i64> = tiers.iter().map(|tier| i64::from(rank_of(*tier))).collect();
            query.push(" AND risk_rank = ANY(").push_bind(ranks).push(")");
        }
        _ => {}
    }
    if let Some(place) = after {
        query.push(format_args!(" AND ({time}, id) {sign} ("));
        query.push_bind(place.at_us).push(", ").push_bind(place.id.as_bytes().to_vec()).push(")");
    }
    query.push(format_args!(" ORDER BY {time}{direction}, id{direction} LIMIT ")).push_bind(limit);
    query
}

fn push_where(query: &mut QueryBuilder<Postgres>, workspace: &Workspace, condition: &Condition) {
    query.push(" FROM candidates WHERE workspace = ").push_bind(workspace.id().to_owned()).push(" AND ");
    condition::push(query, condition);
}

fn risk_word(rank: i64) -> Result<String, Error> {
    let at = Column { table: "candidates", column: "risk_rank" };
    let tier = tier_of(column::natural(at, "?", rank)?);
    let tier = tier.ok_or_else(|| at.corrupt("?", format_args!("`{rank}` is no tier")))?;
    Ok(tier.as_str().to_owned())
}
