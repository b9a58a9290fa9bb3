//! Review policies that are or were in force, and the files that were taken notice of.

use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::{SqliteConnection, SqliteExecutor};

use crate::{
    domain::PolicyRevision,
    store::{
        Error,
        in_force::{InForce, PolicyFileRow},
        rows::{column::signed, policies},
    },
};

/// Appends revisions. They are few: one statement each.
pub(in crate::store) async fn insert(
    connection: &mut SqliteConnection,
    revisions: &[PolicyRevision],
) -> Result<(), sqlx::Error> {
    for revision in revisions {
        sqlx::query(
            "INSERT INTO policy_revisions (workspace, revision, policy_toml, policy_digest, applied_at_us, candidate_id) \
             VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(revision.workspace.id())
        .bind(signed(revision.revision))
        .bind(&*revision.policy_toml)
        .bind(revision.policy_digest.as_bytes().as_slice())
        .bind(revision.applied_at.as_micros())
        .bind(revision.candidate.as_ref().map(|candidate| candidate.id.as_bytes().to_vec()))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Appends the files that workspaces take notice of.
pub(in crate::store) async fn take_notice(
    connection: &mut SqliteConnection,
    files: &[PolicyFileRow],
) -> Result<(), sqlx::Error> {
    for file in files {
        sqlx::query(
            "INSERT INTO policy_files (workspace, number, policy_digest) \
             SELECT ?1, coalesce(max(number), 0) + 1, ?2 FROM policy_files WHERE workspace = ?1",
        )
        .bind(file.workspace.id())
        .bind(file.policy_digest.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Reads what is in force in every workspace that has a policy.
pub(in crate::store) async fn in_force(
    connection: impl SqliteExecutor<'_>,
) -> Result<HashMap<Workspace, InForce>, Error> {
    // Beside `max`, SQLite takes the other columns from the row that has the maximum.
    let rows = sqlx::query(
        "SELECT workspace, max(revision) AS revision, policy_toml, \
         (SELECT policy_digest FROM policy_files WHERE policy_files.workspace = policy_revisions.workspace \
         ORDER BY number DESC LIMIT 1) AS file_digest FROM policy_revisions GROUP BY workspace",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(policies::in_force).collect()
}

/// Reads one revision; without a number, the one in force.
pub(in crate::store) async fn get(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    revision: Option<u64>,
) -> Result<Option<PolicyRevision>, Error> {
    let row = sqlx::query(
        "SELECT * FROM policy_revisions WHERE workspace = ?1 AND (?2 IS NULL OR revision = ?2) \
         ORDER BY revision DESC LIMIT 1",
    )
    .bind(workspace.id())
    .bind(revision.map(|revision| i64::try_from(revision).unwrap_or(i64::MAX)))
    .fetch_optional(connection)
    .await?;
    row.map(|row| policies::revision(workspace, &row)).transpose()
}

/// Reads revisions from the newest on, or from the one before a revision on; at most `limit`.
pub(in crate::store) async fn page(
    connection: impl SqliteExecutor<'_>,
    workspace: &Workspace,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<PolicyRevision>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM policy_revisions WHERE workspace = ? AND revision < ? ORDER BY revision DESC LIMIT ?",
    )
    .bind(workspace.id())
    .bind(before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX)))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| policies::revision(workspace, row)).collect()
}
