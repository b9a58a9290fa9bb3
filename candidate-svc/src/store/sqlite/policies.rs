//! Review policies that are or were in force, and the files that were taken notice of.

use std::collections::HashMap;

use countersign_api::name::{CandidateName, Workspace};
use sqlx::{Row, SqliteConnection, SqliteExecutor, sqlite::SqliteRow};

use super::{
    claimable,
    column::{self, Column, signed},
};
use crate::{
    domain::PolicyRevision,
    policy::Policy,
    store::{
        Error,
        in_force::{InForce, PolicyFileRow},
    },
};

/// Appends revisions. They are few: one statement each.
pub(super) async fn insert(connection: &mut SqliteConnection, revisions: &[PolicyRevision]) -> Result<(), sqlx::Error> {
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
pub(super) async fn take_notice(connection: &mut SqliteConnection, files: &[PolicyFileRow]) -> Result<(), sqlx::Error> {
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
pub(super) async fn in_force(connection: impl SqliteExecutor<'_>) -> Result<HashMap<Workspace, InForce>, Error> {
    // Beside `max`, SQLite takes the other columns from the row that has the maximum.
    let rows = sqlx::query(
        "SELECT workspace, max(revision) AS revision, policy_toml, \
         (SELECT policy_digest FROM policy_files WHERE policy_files.workspace = policy_revisions.workspace \
         ORDER BY number DESC LIMIT 1) AS file_digest FROM policy_revisions GROUP BY workspace",
    )
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let workspace: &str = row.try_get("workspace")?;
            let workspace = column::workspace(at("workspace"), workspace, workspace)?;
            let revision: u64 = column::natural(at("revision"), &workspace, row.try_get("revision")?)?;
            let key = format!("{workspace}/policyRevisions/{revision}");
            let policy = Policy::read("policy_toml", row.try_get("policy_toml")?)
                .map_err(|error| at("policy_toml").corrupt(&key, error))?;
            let digest = Column { table: "policy_files", column: "policy_digest" };
            let file_digest: Option<&[u8]> = row.try_get("file_digest")?;
            let file_digest = column::hash(digest, &workspace, file_digest.unwrap_or_default())?;
            Ok((workspace, InForce { revision, policy, file_digest }))
        })
        .collect()
}

/// Reads one revision; without a number, the one in force.
pub(super) async fn get(
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
    row.map(|row| of_row(workspace, &row)).transpose()
}

/// Reads revisions from the newest on, or from the one before a revision on; at most `limit`.
pub(super) async fn page(
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
    rows.iter().map(|row| of_row(workspace, row)).collect()
}

fn of_row(workspace: &Workspace, row: &SqliteRow) -> Result<PolicyRevision, Error> {
    let revision: u64 = column::natural(at("revision"), workspace, row.try_get("revision")?)?;
    let key = format!("{workspace}/policyRevisions/{revision}");
    let policy_toml: &str = row.try_get("policy_toml")?;
    let candidate_id: Option<&[u8]> = row.try_get("candidate_id")?;
    let candidate_id = candidate_id.map(|id| column::uuid(at("candidate_id"), &key, id)).transpose()?;
    Ok(PolicyRevision {
        workspace: workspace.clone(),
        revision,
        policy_toml: policy_toml.into(),
        policy_digest: column::hash(at("policy_digest"), &key, row.try_get("policy_digest")?)?,
        applied_at: claimable::moment(at("applied_at_us"), row.try_get("applied_at_us")?)?,
        candidate: candidate_id.map(|id| CandidateName::new(workspace.clone(), id)),
    })
}

const fn at(column: &'static str) -> Column {
    Column { table: "policy_revisions", column }
}
