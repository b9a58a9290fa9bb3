//! Triggers, in the order in which they were kept.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::{TriggerName, Workspace};
use sqlx::{PgConnection, Row};

use super::{column, find::asked_for};
use crate::{
    domain::Trigger,
    store::{
        CorruptRow, Error,
        batch::SourceKey,
        rows::triggers::{snapshot, snapshot_of},
    },
};

/// Inserts triggers under the sequence numbers given.
pub(super) async fn insert(connection: &mut PgConnection, triggers: &[(i64, Arc<Trigger>)]) -> Result<(), sqlx::Error> {
    if triggers.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO triggers (workspace, sequence, id, source_system, type, source_id, snapshot) \
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[])",
    )
    .bind(column(triggers, |(_, trigger)| trigger.name.workspace.id()))
    .bind(column(triggers, |(sequence, _)| *sequence))
    .bind(column(triggers, |(_, trigger)| trigger.name.id.as_bytes().to_vec()))
    .bind(column(triggers, |(_, trigger)| trigger.source_system.as_bytes()))
    .bind(column(triggers, |(_, trigger)| trigger.kind.as_bytes()))
    .bind(column(triggers, |(_, trigger)| trigger.source_id.as_bytes()))
    .bind(column(triggers, |(_, trigger)| snapshot(trigger)))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds which of these sources have a kept trigger.
pub(super) async fn find_by_source(
    connection: &mut PgConnection,
    sources: &[SourceKey],
) -> Result<HashMap<SourceKey, Result<Arc<Trigger>, CorruptRow>>, Error> {
    if sources.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, triggers.id, triggers.snapshot \
         FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) WITH ORDINALITY \
         AS wanted (workspace, source_system, type, source_id, number) JOIN triggers USING (workspace, source_system, type, source_id)",
    )
    .bind(column(sources, |(workspace, _, _, _)| workspace.id()))
    .bind(column(sources, |(_, system, _, _)| system.as_bytes()))
    .bind(column(sources, |(_, _, kind, _)| kind.as_bytes()))
    .bind(column(sources, |(_, _, _, id)| id.as_bytes()))
    .fetch_all(connection)
    .await?;
    let found = rows.iter().map(|row| Ok((asked_for(sources, row.try_get("number")?).clone(), snapshot_of(row)?)));
    found.collect()
}

/// Reads triggers by name; who is not there is left out.
pub(super) async fn find(
    connection: &mut PgConnection,
    names: &[TriggerName],
) -> Result<HashMap<TriggerName, Result<Arc<Trigger>, CorruptRow>>, Error> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, triggers.id, triggers.snapshot FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY \
         AS wanted (workspace, id, number) JOIN triggers USING (workspace, id)",
    )
    .bind(column(names, |name| name.workspace.id()))
    .bind(column(names, |name| name.id.as_bytes().to_vec()))
    .fetch_all(connection)
    .await?;
    let found = rows.iter().map(|row| Ok((asked_for(names, row.try_get("number")?).clone(), snapshot_of(row)?)));
    found.collect()
}

/// Reads one trigger.
pub(in crate::store) async fn get(
    connection: &mut PgConnection,
    name: &TriggerName,
) -> Result<Option<Arc<Trigger>>, Error> {
    let row = sqlx::query("SELECT id, snapshot FROM triggers WHERE workspace = $1 AND id = $2")
        .bind(name.workspace.id())
        .bind(name.id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await?;
    let trigger = row.map(|row| snapshot_of(&row)).transpose()?;
    Ok(trigger.transpose()?)
}

/// Reads at most `limit` triggers after a sequence number, with theirs, in order.
pub(in crate::store) async fn page(
    connection: &mut PgConnection,
    workspace: &Workspace,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Arc<Trigger>)>, Error> {
    let rows = sqlx::query(
        "SELECT sequence, id, snapshot FROM triggers WHERE workspace = $1 AND sequence > $2 ORDER BY sequence LIMIT $3",
    )
    .bind(workspace.id())
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("sequence")?, snapshot_of(row)??))).collect()
}
