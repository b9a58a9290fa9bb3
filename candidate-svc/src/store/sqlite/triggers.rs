//! Triggers, in the order in which they were kept.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_api::name::{TriggerName, Workspace};
use sqlx::{Row, Sqlite, SqliteConnection, SqliteExecutor, query_builder::Separated};

use super::bulk;
use crate::{
    domain::Trigger,
    store::{
        CorruptRow, Error,
        batch::SourceKey,
        rows::triggers::{snapshot, snapshot_of},
    },
};

/// Inserts triggers under the sequence numbers given.
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    triggers: &[(i64, Arc<Trigger>)],
) -> Result<(), sqlx::Error> {
    const HEAD: &str = "INSERT INTO triggers (workspace, sequence, id, source_system, type, source_id, snapshot) ";
    for chunk in bulk::chunks(triggers) {
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (sequence, trigger): &(i64, Arc<Trigger>)| {
            values
                .push_bind(trigger.name.workspace.id().to_owned())
                .push_bind(*sequence)
                .push_bind(trigger.name.id.as_bytes().to_vec())
                .push_bind(trigger.source_system.clone())
                .push_bind(trigger.kind.clone())
                .push_bind(trigger.source_id.clone())
                .push_bind(snapshot(trigger));
        };
        bulk::with_values(HEAD, chunk, bind, "").build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Returns the last sequence number given in a workspace; 0 when there is none.
pub(in crate::store) async fn last_sequence(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT COALESCE(MAX(sequence), 0) FROM triggers WHERE workspace = ?")
        .bind(workspace.id())
        .fetch_one(connection)
        .await
}

/// Finds which of these sources have a kept trigger.
pub(in crate::store) async fn find_by_source(
    connection: &mut SqliteConnection,
    sources: &[SourceKey],
) -> Result<HashMap<SourceKey, Result<Arc<Trigger>, CorruptRow>>, Error> {
    const HEAD: &str = "WITH wanted (number, workspace, source_system, type, source_id) AS (";
    const TAIL: &str = ") SELECT wanted.number, triggers.id, triggers.snapshot FROM wanted CROSS JOIN triggers \
                        ON triggers.workspace = wanted.workspace AND triggers.source_system = wanted.source_system \
                        AND triggers.type = wanted.type AND triggers.source_id = wanted.source_id";
    let mut found = HashMap::new();
    for chunk in bulk::chunks(sources) {
        let numbered: Vec<(i64, &SourceKey)> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, source): &(i64, &SourceKey)| {
            let (workspace, system, kind, id) = source;
            values
                .push_bind(*number)
                .push_bind(workspace.id().to_owned())
                .push_bind(system.clone())
                .push_bind(kind.clone())
                .push_bind(id.clone());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let source = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            let source = source.expect("invariant: the database answers with the numbers it was asked for");
            found.insert(source.clone(), snapshot_of(&row)?);
        }
    }
    Ok(found)
}

/// Reads triggers by name; who is not there is left out.
pub(in crate::store) async fn find(
    connection: &mut SqliteConnection,
    names: &[TriggerName],
) -> Result<HashMap<TriggerName, Result<Arc<Trigger>, CorruptRow>>, Error> {
    const HEAD: &str = "WITH wanted (number, workspace, id) AS (";
    const TAIL: &str = ") SELECT wanted.number, triggers.id, triggers.snapshot FROM wanted CROSS JOIN triggers \
                        ON triggers.workspace = wanted.workspace AND triggers.id = wanted.id";
    let mut found = HashMap::new();
    for chunk in bulk::chunks(names) {
        let numbered: Vec<(i64, &TriggerName)> = (0..).zip(chunk).collect();
        let bind = |values: &mut Separated<'_, Sqlite, &'static str>, (number, name): &(i64, &TriggerName)| {
            values.push_bind(*number).push_bind(name.workspace.id().to_owned()).push_bind(name.id.as_bytes().to_vec());
        };
        for row in bulk::with_values(HEAD, &numbered, bind, TAIL).build().fetch_all(&mut *connection).await? {
            let number: i64 = row.try_get("number")?;
            let name = usize::try_from(number).ok().and_then(|number| chunk.get(number));
            let name = name.expect("invariant: the database answers with the numbers it was asked for");
            found.insert(name.clone(), snapshot_of(&row)?);
        }
    }
    Ok(found)
}

/// Reads one trigger.
pub(in crate::store) async fn get(
    connection: impl SqliteExecutor<'_>,
    name: &TriggerName,
) -> Result<Option<Arc<Trigger>>, Error> {
    let row = sqlx::query("SELECT id, snapshot FROM triggers WHERE workspace = ? AND id = ?")
        .bind(name.workspace.id())
        .bind(name.id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await?;
    let trigger = row.map(|row| snapshot_of(&row)).transpose()?;
    Ok(trigger.transpose()?)
}

/// Reads at most `limit` triggers after a sequence number, with theirs, in order.
pub(in crate::store) async fn page(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Arc<Trigger>)>, Error> {
    let rows = sqlx::query(
        "SELECT sequence, id, snapshot FROM triggers WHERE workspace = ? AND sequence > ? ORDER BY sequence LIMIT ?",
    )
    .bind(workspace.id())
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("sequence")?, snapshot_of(row)??))).collect()
}
