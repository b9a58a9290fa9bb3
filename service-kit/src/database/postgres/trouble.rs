//! What a server that was in order at the start can not do now: whether it is worth asking again, and in words.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use sqlx::error::DatabaseError;

use super::{PostgresDatabase, PostgresError};

/// PostgreSQL's classes of errors that come again however often one asks: values and rows that it does not take, statements that its schema
/// does not fit, what a trigger refuses, and what the server finds broken in itself.
const STANDING: [&str; 5] = ["22", "23", "42", "P0", "XX"];

/// What a role may not do, though, it may once it is granted.
const NOT_GRANTED: &str = "42501";

/// Why new connections were refused the last time, until one is taken.
#[derive(Debug, Clone, Default)]
pub(super) struct LastRefusal(Arc<Mutex<Option<String>>>);

/// Tells whether a server that gave this answer, or none, can be asked again: once it is back, reachable, or has room.
pub fn passes(error: &sqlx::Error) -> bool {
    match code(error) {
        Some(code) => code == NOT_GRANTED || !STANDING.iter().any(|class| code.starts_with(class)),
        // What does not read back, does not the next time either.
        None => !matches!(error, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound),
    }
}

impl PostgresDatabase {
    /// Says what is wrong with the database now: which one it is, the reason, and the mend. No value of a row is in it.
    pub fn trouble(&self, error: &sqlx::Error) -> String {
        let refusal = matches!(error, sqlx::Error::PoolTimedOut).then(|| self.refused.last()).flatten();
        // It names the database itself.
        refusal.unwrap_or_else(|| {
            let code = code(error);
            format!("`{self}` does not do what it is asked: {}; {}", Reason(error), mend(code.as_deref()))
        })
    }
}

impl LastRefusal {
    pub(super) fn note(&self, refused: Option<&PostgresError>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refused.map(ToString::to_string);
    }

    fn last(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the server says, or the driver where the server says nothing.
struct Reason<'e>(&'e sqlx::Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            // What is said of a value quotes the value.
            sqlx::Error::Database(error) if code(self.0).is_some_and(|code| code.starts_with("22")) => {
                write!(f, "a value is refused (SQLSTATE `{}`)", error.code().unwrap_or_default())
            }
            sqlx::Error::Database(error) => f.write_str(error.message()),
            sqlx::Error::PoolTimedOut => f.write_str("no connection came up in time"),
            error => error.fmt(f),
        }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(DatabaseError::code).map(std::borrow::Cow::into_owned)
}

fn mend(code: Option<&str>) -> &'static str {
    match code {
        Some("53100") => "free space on the server's disk",
        Some("53300") => "let it take more connections (`max_connections`), or run fewer processes",
        Some("55P03" | "57014") => {
            "find out who holds what is waited for, or what keeps the server busy (`pg_stat_activity`, `pg_locks`)"
        }
        Some("25006") => "name the primary",
        Some(NOT_GRANTED) => "grant this role what docs/postgres.md lists",
        Some(code) if code.starts_with("28") || code.starts_with("3D") => "check user, password and database",
        _ => "check that the server runs and can be reached",
    }
}
