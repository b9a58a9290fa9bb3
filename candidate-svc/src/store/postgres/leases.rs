//! Which process sends a workspace's events to the ledger.

use countersign_api::name::Workspace;
use sqlx::PgPool;

use super::{
    marks::WriterId,
    notice::{CHANNEL, Notice},
};
use crate::{
    domain::Moment,
    store::{Error, RelayTurn, rows::claims::earliest},
};

/// How long a process sends events before it must ask again; so long, too, nothing is recorded after one was killed that had the turn.
const LEASE_SECS: u64 = 3;

/// Leases of one process.
///
/// They only save work. Whatever process sends, it sends of each subject what has no receipt, in order and with nothing left out, and the
/// ledger takes each event once, under its key: two that send at once, because a clock is wrong or one was stopped for a while, break
/// neither order nor count.
#[derive(Debug, Clone)]
pub(in crate::store) struct Leases {
    writers: PgPool,
    holder: WriterId,
}

impl Leases {
    pub(in crate::store) const fn new(writers: PgPool, holder: WriterId) -> Self {
        Self { writers, holder }
    }

    /// Takes a workspace's turn, or keeps it.
    pub(in crate::store) async fn take(&self, workspace: &Workspace, now: Moment) -> Result<RelayTurn, Error> {
        let taken: Option<i64> = sqlx::query_scalar(
            "INSERT INTO relay_leases AS lease (workspace, holder, until_us) VALUES ($1, $2, $4) ON CONFLICT (workspace) \
             DO UPDATE SET holder = excluded.holder, until_us = excluded.until_us \
             WHERE lease.holder = excluded.holder OR lease.until_us <= $3 RETURNING until_us",
        )
        .bind(workspace.id())
        .bind(self.holder.bytes())
        .bind(now.as_micros())
        .bind(now.plus_secs(LEASE_SECS).as_micros())
        .fetch_optional(&self.writers)
        .await?;
        if taken.is_some() {
            return Ok(RelayTurn::Ours);
        }
        let until = sqlx::query_scalar("SELECT max(until_us) FROM relay_leases WHERE workspace = $1")
            .bind(workspace.id())
            .fetch_one(&self.writers)
            .await?;
        // No clock is trusted for longer than a lease lasts.
        let latest = now.plus_secs(LEASE_SECS);
        Ok(RelayTurn::AnothersUntil(earliest("until_us", until)?.map_or(now, |until| until.min(latest))))
    }

    /// Gives a workspace's turn back, and has the others look.
    pub(in crate::store) async fn give_back(&self, workspace: &Workspace) -> Result<(), Error> {
        sqlx::query(
            "WITH given_back AS (UPDATE relay_leases SET until_us = 0 WHERE workspace = $1 AND holder = $2 AND until_us > 0 \
             RETURNING workspace) SELECT pg_notify($3, $4) FROM given_back",
        )
        .bind(workspace.id())
        .bind(self.holder.bytes())
        .bind(CHANNEL)
        .bind(Notice::look(self.holder).text())
        .execute(&self.writers)
        .await?;
        Ok(())
    }
}
