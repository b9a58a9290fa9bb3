//! Conditions as SQL.

use sqlx::{Postgres, QueryBuilder, Sqlite};

use crate::listing::{
    condition::{Condition, Order, Pattern, TextField, TimeField},
    order::{NEVER_DUE_US, TIERS, rank_of},
};

/// A statement that is being written.
pub(in crate::store) trait Statement {
    fn push(&mut self, sql: &str) -> &mut Self;

    fn bind_text(&mut self, text: String) -> &mut Self;

    fn bind_number(&mut self, number: i64) -> &mut Self;
}

impl Statement for QueryBuilder<Sqlite> {
    fn push(&mut self, sql: &str) -> &mut Self {
        Self::push(self, sql)
    }

    fn bind_text(&mut self, text: String) -> &mut Self {
        self.push_bind(text)
    }

    fn bind_number(&mut self, number: i64) -> &mut Self {
        self.push_bind(number)
    }
}

impl Statement for QueryBuilder<Postgres> {
    fn push(&mut self, sql: &str) -> &mut Self {
        Self::push(self, sql)
    }

    fn bind_text(&mut self, text: String) -> &mut Self {
        self.push_bind(searchable(text))
    }

    fn bind_number(&mut self, number: i64) -> &mut Self {
        self.push_bind(number)
    }
}

/// Returns a text as columns of PostgreSQL hold it that are searched by what it says: they take no U+0000.
pub(in crate::store) fn searchable(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

/// Writes a condition; values are bound, never written.
pub(in crate::store) fn push(query: &mut impl Statement, condition: &Condition) {
    match condition {
        Condition::All(parts) if parts.is_empty() => {
            query.push("TRUE");
        }
        Condition::Any(parts) if parts.is_empty() => {
            query.push("FALSE");
        }
        Condition::All(parts) => push_joined(query, parts, " AND "),
        Condition::Any(parts) => push_joined(query, parts, " OR "),
        Condition::Not(inner) => {
            query.push("NOT (");
            push(query, inner);
            query.push(")");
        }
        Condition::Text { field, pattern, negated } => {
            query.push(if *negated { "NOT (" } else { "(" });
            push_pattern(query, *field, pattern);
            query.push(")");
        }
        Condition::Time { field, order, at } => {
            query.push("(").push(time_column(*field)).push(sign_of(*order)).bind_number(at.as_microsecond());
            if *field == TimeField::Due {
                query.push(" AND due_at_us <> ").bind_number(NEVER_DUE_US);
            }
            query.push(")");
        }
    }
}

fn push_joined(query: &mut impl Statement, parts: &[Condition], between: &str) {
    query.push("(");
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            query.push(between);
        }
        push(query, part);
    }
    query.push(")");
}

/// Writes that a text field is, or begins with, something.
pub(in crate::store) fn push_pattern(query: &mut impl Statement, field: TextField, pattern: &Pattern) {
    if field == TextField::Risk {
        // Tiers stand in rows by their rank.
        query.push("FALSE");
        for tier in TIERS.into_iter().filter(|tier| pattern.matches(tier.as_str())) {
            query.push(" OR risk_rank = ").bind_number(i64::from(rank_of(tier)));
        }
        return;
    }
    let column = text_column(field);
    match pattern {
        Pattern::Is(text) => {
            query.push(column).push(" = ").bind_text(text.clone());
        }
        // A range, not LIKE or GLOB: it needs no escaping and an index serves it. U+10FFFF sorts behind every other letter.
        Pattern::BeginsWith(text) => {
            query.push(column).push(" >= ").bind_text(text.clone());
            query.push(" AND ").push(column).push(" < ").bind_text(format!("{text}\u{10FFFF}"));
        }
    }
}

/// Returns the column that holds a text field.
pub(in crate::store) const fn text_column(field: TextField) -> &'static str {
    match field {
        TextField::State => "state",
        TextField::Owner => "owner",
        TextField::Turn => "turn",
        TextField::ActionType => "action_type",
        TextField::Risk => "risk_rank",
        TextField::Confidence => "confidence",
        TextField::Proposer => "proposer",
        TextField::Record => "record",
    }
}

const fn time_column(field: TimeField) -> &'static str {
    match field {
        TimeField::Create => "created_at_us",
        TimeField::Update => "updated_at_us",
        TimeField::Due => "due_at_us",
        TimeField::Expire => "expires_at_us",
    }
}

const fn sign_of(order: Order) -> &'static str {
    match order {
        Order::Equal => " = ",
        Order::NotEqual => " <> ",
        Order::Before => " < ",
        Order::NotAfter => " <= ",
        Order::After => " > ",
        Order::NotBefore => " >= ",
    }
}
