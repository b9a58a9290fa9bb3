//! Review policies that are or were in force, and the files that were taken notice of.

use std::collections::{BTreeSet, HashMap};

use countersign_api::name::Workspace;
use ledger_format::Hash;
use sqlx::PgConnection;

use super::column;
use crate::{
    domain::PolicyRevision,
    store::{
        Error,
        in_force::{InForce, PolicyFileRow},
        rows::{
            Columns,
            column::{self as of_column, Column, signed},
            policies,
        },
    },
};

/// What is in force in a workspace, before its text is read.
pub(super) struct Mark {
    pub(super) workspace: Workspace,
    pub(super) revision: u64,
    pub(super) file_digest: Hash,
}

/// Reads which revisions are in force in these workspaces, without their texts.
pub(super) async fn marks(connection: &mut PgConnection, workspaces: &BTreeSet<Workspace>) -> Result<Vec<Mark>, Error> {
    let rows = sqlx::query(
        "SELECT wanted.workspace, revision.revision, file.policy_digest FROM unnest($1::text[]) AS wanted (workspace) \
         CROSS JOIN LATERAL (SELECT revision FROM policy_revisions WHERE policy_revisions.workspace = wanted.workspace \
         ORDER BY revision DESC LIMIT 1) AS revision \
         CROSS JOIN LATERAL (SELECT policy_digest FROM policy_files WHERE policy_files.workspace = wanted.workspace \
         ORDER BY number DESC LIMIT 1) AS file",
    )
    .bind(column(workspaces, Workspace::id))
    .fetch_all(connection)
    .await?;
    let mark = |row| {
        let id = Columns::text(row, "workspace")?;
        let at = |column| Column { table: "policy_revisions", column };
        let workspace: Workspace = of_column::workspace(at("workspace"), id, id)?;
        let revision = of_column::natural(at("revision"), id, Columns::number(row, "revision")?)?;
        let file_digest = of_column::hash(at("policy_digest"), id, Columns::bytes(row, "policy_digest")?)?;
        Ok(Mark { workspace, revision, file_digest })
    };
    rows.iter().map(mark).collect()
}

/// Reads what is in force in these workspaces, or in every one.
pub(in crate::store) async fn in_force(
    connection: &mut PgConnection,
    workspaces: Option<&BTreeSet<Workspace>>,
) -> Result<HashMap<Workspace, InForce>, Error> {
    let rows = sqlx::query(
        "SELECT DISTINCT ON (workspace) workspace, revision, policy_toml, \
         (SELECT policy_digest FROM policy_files WHERE policy_files.workspace = policy_revisions.workspace \
         ORDER BY number DESC LIMIT 1) AS file_digest FROM policy_revisions WHERE $1::text[] IS NULL OR workspace = ANY($1) \
         ORDER BY workspace, revision DESC",
    )
    .bind(workspaces.map(|workspaces| column(workspaces, Workspace::id)))
    .fetch_all(connection)
    .await?;
    rows.iter().map(policies::in_force).collect()
}

/// Appends revisions. They are few: one statement each.
pub(super) async fn insert(connection: &mut PgConnection, revisions: &[PolicyRevision]) -> Result<(), sqlx::Error> {
    for revision in revisions {
        sqlx::query(
            "INSERT INTO policy_revisions (workspace, revision, policy_toml, policy_digest, applied_at_us, candidate_id) \
             VALUES ($1, $2, $3, $4, $5, $6)",
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
pub(super) async fn take_notice(connection: &mut PgConnection, files: &[PolicyFileRow]) -> Result<(), sqlx::Error> {
    for file in files {
        sqlx::query(
            "INSERT INTO policy_files (workspace, number, policy_digest) \
             SELECT $1, coalesce(max(number), 0) + 1, $2 FROM policy_files WHERE workspace = $1",
        )
        .bind(file.workspace.id())
        .bind(file.policy_digest.as_bytes().as_slice())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Reads one revision; without a number, the one in force.
pub(in crate::store) async fn get(
    connection: &mut PgConnection,
    workspace: &Workspace,
    revision: Option<u64>,
) -> Result<Option<PolicyRevision>, Error> {
    let row = sqlx::query(
        "SELECT * FROM policy_revisions WHERE workspace = $1 AND ($2::bigint IS NULL OR revision = $2) \
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
    connection: &mut PgConnection,
    workspace: &Workspace,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<PolicyRevision>, Error> {
    let rows = sqlx::query(
        "SELECT * FROM policy_revisions WHERE workspace = $1 AND revision < $2 ORDER BY revision DESC LIMIT $3",
    )
    .bind(workspace.id())
    .bind(before.map_or(i64::MAX, |before| i64::try_from(before).unwrap_or(i64::MAX)))
    .bind(i64::from(limit))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| policies::revision(workspace, row)).collect()
}
