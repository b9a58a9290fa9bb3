//! Pages of candidates: a condition becomes parameterised SQL over an allow-list of columns.

use std::sync::Arc;

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use super::candidates;
use crate::{
    domain::Candidate,
    listing::{
        condition::{Condition, Order, Pattern, TextField, TimeField},
        page::{Listing, Place},
    },
    store::Error,
};

/// Reads at most `limit` candidates of a list, after a place in it.
pub(super) async fn page(
    readers: &SqlitePool,
    workspace: &Workspace,
    listing: &Listing,
    after: Option<&Place>,
    limit: u32,
) -> Result<Vec<Arc<Candidate>>, Error> {
    let mut query = QueryBuilder::new("SELECT id, snapshot FROM candidates WHERE workspace = ");
    query.push_bind(workspace.id().to_owned()).push(" AND ");
    push_condition(&mut query, &listing.condition);
    let column = time_column(listing.order_by);
    if let Some(place) = after {
        let sign = if listing.descending { " < (" } else { " > (" };
        query.push(" AND (").push(column).push(", id)").push(sign);
        query.push_bind(place.at_us).push(", ").push_bind(place.id.as_bytes().to_vec()).push(")");
    }
    let direction = if listing.descending { " DESC" } else { "" };
    query.push(" ORDER BY ").push(column).push(direction).push(", id").push(direction);
    query.push(" LIMIT ").push_bind(limit);
    let rows = query.build().fetch_all(readers).await?;
    rows.iter().map(|row| candidates::of_row(workspace, row)).collect()
}

fn push_condition(query: &mut QueryBuilder<Sqlite>, condition: &Condition) {
    match condition {
        Condition::All(parts) if parts.is_empty() => {
            query.push("TRUE");
        }
        Condition::All(parts) => push_joined(query, parts, " AND "),
        Condition::Any(parts) => push_joined(query, parts, " OR "),
        Condition::Not(inner) => {
            query.push("NOT (");
            push_condition(query, inner);
            query.push(")");
        }
        Condition::Text { field, pattern, negated } => {
            query.push(if *negated { "NOT (" } else { "(" });
            push_pattern(query, text_column(*field), pattern);
            query.push(")");
        }
        Condition::Time { field, order, at } => {
            query.push(time_column(*field)).push(sign_of(*order)).push_bind(at.as_microsecond());
        }
    }
}

fn push_joined(query: &mut QueryBuilder<Sqlite>, parts: &[Condition], between: &str) {
    query.push("(");
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            query.push(between);
        }
        push_condition(query, part);
    }
    query.push(")");
}

fn push_pattern(query: &mut QueryBuilder<Sqlite>, column: &str, pattern: &Pattern) {
    match pattern {
        Pattern::Is(text) => {
            query.push(column).push(" = ").push_bind(text.clone());
        }
        // A range, not LIKE or GLOB: it needs no escaping and an index serves it. U+10FFFF sorts behind every other letter.
        Pattern::BeginsWith(text) => {
            query.push(column).push(" >= ").push_bind(text.clone());
            query.push(" AND ").push(column).push(" < ").push_bind(format!("{text}\u{10FFFF}"));
        }
    }
}

fn text_column(field: TextField) -> &'static str {
    match field {
        TextField::State => "state",
        TextField::Owner => "owner",
        TextField::ActionType => "action_type",
        TextField::Risk => "risk",
        TextField::Confidence => "confidence",
        TextField::Proposer => "proposer",
        TextField::Record => "record",
    }
}

fn time_column(field: TimeField) -> &'static str {
    match field {
        TimeField::CreateTime => "created_at_us",
        TimeField::UpdateTime => "updated_at_us",
    }
}

fn sign_of(order: Order) -> &'static str {
    match order {
        Order::Equal => " = ",
        Order::NotEqual => " <> ",
        Order::Before => " < ",
        Order::NotAfter => " <= ",
        Order::After => " > ",
        Order::NotBefore => " >= ",
    }
}
