//! By what candidates are found to be alike to proposals.

use std::collections::BTreeMap;

use countersign_api::name::{CandidateName, Workspace};
use ledger_format::Hash;
use sqlx::{PgConnection, Row};

use super::{column, find::asked_for};
use crate::store::{
    Error,
    ahead::{Ahead, Likeness},
    rows::candidates::{id_bytes, name_in},
};

/// Writes by what candidates are found from now on; of those under which nothing may be done any more, nothing is left.
pub(super) async fn write(
    connection: &mut PgConnection,
    likenesses: &BTreeMap<CandidateName, Likeness>,
) -> Result<(), sqlx::Error> {
    let over: Vec<&CandidateName> = likenesses.iter().filter(|(_, it)| it.over).map(|(name, _)| name).collect();
    if !over.is_empty() {
        sqlx::query(
            "DELETE FROM likenesses USING unnest($1::text[], $2::bytea[]) AS over (workspace, candidate_id) \
             WHERE likenesses.workspace = over.workspace AND likenesses.candidate_id = over.candidate_id",
        )
        .bind(column(over.iter(), |name| name.workspace.id()))
        .bind(column(over.iter(), |name| id_bytes(name)))
        .execute(&mut *connection)
        .await?;
    }
    let kept: Vec<(&CandidateName, Hash)> =
        likenesses.iter().flat_map(|(name, it)| it.keys.iter().map(move |key| (name, *key))).collect();
    if kept.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO likenesses (workspace, candidate_id, likeness) SELECT * FROM unnest($1::text[], $2::bytea[], $3::bytea[]) \
         ON CONFLICT DO NOTHING",
    )
    .bind(column(&kept, |(name, _)| name.workspace.id()))
    .bind(column(&kept, |(name, _)| id_bytes(name)))
    .bind(column(&kept, |(_, key)| key.as_bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds what is open and has one of these keys.
pub(super) async fn alike(
    connection: &mut PgConnection,
    keys: &[(Workspace, Hash)],
    ahead: &mut Ahead,
) -> Result<(), Error> {
    if keys.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query(
        "SELECT wanted.number, candidates.id FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS wanted (workspace, likeness, number) \
         JOIN likenesses USING (workspace, likeness) JOIN candidates ON candidates.workspace = likenesses.workspace \
         AND candidates.id = likenesses.candidate_id \
         AND candidates.state IN ('PROPOSED', 'NEEDS_EVIDENCE', 'NEEDS_OWNER', 'EDITED', 'HELD')",
    )
    .bind(column(keys, |(workspace, _)| workspace.id()))
    .bind(column(keys, |(_, key)| key.as_bytes().to_vec()))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let (workspace, key) = asked_for(keys, row.try_get("number")?);
        ahead.alike.entry((workspace.clone(), *key)).or_default().insert(name_in(workspace, row)?);
    }
    Ok(())
}
