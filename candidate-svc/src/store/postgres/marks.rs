//! The last batch of each process, and the one notice a batch sends.

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::notice::{CHANNEL, Notice};
use crate::{domain::Moment, store::Error};

/// After so long a process that wrote nothing counts as gone: 90 days.
const GONE_AFTER_SECS: u64 = 90 * 24 * 60 * 60;

/// Which process writes: drawn at its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct WriterId(Uuid);

impl WriterId {
    pub(in crate::store) const fn new(id: Uuid) -> Self {
        Self(id)
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.as_bytes().to_vec()
    }

    pub(super) const fn uuid(self) -> Uuid {
        self.0
    }
}

/// Enters a process that wrote nothing yet, and forgets those that are long gone.
pub(in crate::store) async fn enter(writers: &PgPool, writer: WriterId, now: Moment) -> Result<(), Error> {
    sqlx::query("DELETE FROM writers WHERE seen_at_us < $1")
        .bind(now.minus_secs(GONE_AFTER_SECS).as_micros())
        .execute(writers)
        .await?;
    sqlx::query("INSERT INTO writers (writer, last_batch, seen_at_us) VALUES ($1, 0, $2)")
        .bind(writer.bytes())
        .bind(now.as_micros())
        .execute(writers)
        .await?;
    Ok(())
}

/// Writes down, in a batch's own transaction, that it is the last of its process, and tells the others what it changes, once it stands.
///
/// # Panics
/// When the process is not entered.
pub(super) async fn mark(
    connection: &mut PgConnection,
    writer: WriterId,
    batch: i64,
    now: Moment,
    notice: Option<&Notice>,
) -> Result<(), sqlx::Error> {
    const MARK: &str = "UPDATE writers SET last_batch = $2, seen_at_us = $3 WHERE writer = $1 RETURNING writer";
    let sql = match notice {
        Some(_) => format!("WITH marked AS ({MARK}) SELECT pg_notify($4, $5) FROM marked"),
        None => MARK.to_owned(),
    };
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(writer.bytes()).bind(batch).bind(now.as_micros());
    if let Some(notice) = notice {
        query = query.bind(CHANNEL).bind(notice.text());
    }
    let marked = query.fetch_all(connection).await?.len();
    assert_eq!(marked, 1, "C-5: who writes is entered");
    Ok(())
}

/// Tells whether a batch whose answer was lost stands.
///
/// The row is locked: where the server still works on that transaction, this waits for its end.
pub(super) async fn stands(writers: &PgPool, writer: WriterId, batch: i64) -> Result<bool, sqlx::Error> {
    let last: i64 = sqlx::query_scalar("SELECT last_batch FROM writers WHERE writer = $1 FOR UPDATE")
        .bind(writer.bytes())
        .fetch_one(writers)
        .await?;
    Ok(last >= batch)
}
