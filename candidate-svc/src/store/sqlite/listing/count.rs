//! Counts candidates, also by the values of a field.

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Row, Sqlite, SqlitePool};

use super::{
    lens::{self, Lens},
    path,
};
use crate::{
    listing::{
        condition::{Condition, TextField},
        count::{Census, FieldCount, VALUES_MAX},
        order::tier_of,
    },
    store::{
        Error,
        condition::{self, text_column},
        rows::column::{self, Column},
    },
};

/// Holds every column that a condition or a facet can name, so that counting many reads none of their rows.
const COVERING_INDEX: &str = "candidates_by_state";

/// Counts what meets a condition, in all and by each of these fields, as they stand at one moment.
pub(in crate::store) async fn count(
    readers: &SqlitePool,
    workspace: &Workspace,
    condition: &Condition,
    fields: &[TextField],
) -> Result<Census, Error> {
    let mut transaction = readers.begin().await?;
    let lenses = lens::lenses(condition);
    let lens = path::rare(&mut transaction, workspace, &lenses).await?;
    let mut query = QueryBuilder::new("SELECT COUNT(*)");
    push_where(&mut query, workspace, condition, lens);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *transaction).await?;
    let mut by_field = Vec::with_capacity(fields.len());
    for &field in fields {
        let mut query = facet_query(workspace, condition, lens, field);
        let mut values = Vec::new();
        for row in query.build().fetch_all(&mut *transaction).await? {
            let value = match field {
                TextField::Risk => risk_word(row.try_get("value")?)?,
                _ => row.try_get("value")?,
            };
            values.push((value, row.try_get("count")?));
        }
        let named: i64 = values.iter().map(|(_, count)| count).sum();
        by_field.push(FieldCount { values, others: total - named });
    }
    transaction.rollback().await?;
    Ok(Census { total, by_field })
}

/// Writes the statement that counts by one field, through a lens under which few candidates are, or else through all of them.
pub(super) fn facet_query(
    workspace: &Workspace,
    condition: &Condition,
    lens: Option<&Lens<'_>>,
    field: TextField,
) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(text_column(field)).push(" AS value, COUNT(*) AS count");
    push_where(&mut query, workspace, condition, lens);
    query.push(" GROUP BY value ORDER BY count DESC, value LIMIT ").push_bind(VALUES_MAX);
    query
}

fn push_where(query: &mut QueryBuilder<Sqlite>, workspace: &Workspace, condition: &Condition, lens: Option<&Lens<'_>>) {
    query.push(" FROM candidates INDEXED BY ").push(lens.and_then(Lens::index).unwrap_or(COVERING_INDEX));
    query.push(" WHERE workspace = ").push_bind(workspace.id().to_owned());
    if let Some(lens) = lens {
        query.push(" AND ");
        lens.push_any(query);
    }
    query.push(" AND ");
    condition::push(query, condition);
}

fn risk_word(rank: i64) -> Result<String, Error> {
    let at = Column { table: "candidates", column: "risk_rank" };
    let tier = tier_of(column::natural(at, "?", rank)?);
    let tier = tier.ok_or_else(|| at.corrupt("?", format_args!("`{rank}` is no tier")))?;
    Ok(tier.as_str().to_owned())
}
