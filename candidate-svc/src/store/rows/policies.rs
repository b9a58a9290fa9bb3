//! Review policies as rows hold them.

use countersign_api::name::{CandidateName, Workspace};

use super::{
    Columns,
    column::{self, Column},
};
use crate::{
    domain::PolicyRevision,
    policy::Policy,
    store::{Error, in_force::InForce},
};

const fn at(column: &'static str) -> Column {
    Column { table: "policy_revisions", column }
}

/// Reads a revision.
pub(in crate::store) fn revision(workspace: &Workspace, row: &impl Columns) -> Result<PolicyRevision, Error> {
    let revision: u64 = column::natural(at("revision"), workspace, row.number("revision")?)?;
    let key = format!("{workspace}/policyRevisions/{revision}");
    let candidate_id = row.bytes_if_any("candidate_id")?;
    let candidate_id = candidate_id.map(|id| column::uuid(at("candidate_id"), &key, id)).transpose()?;
    Ok(PolicyRevision {
        workspace: workspace.clone(),
        revision,
        policy_toml: row.text("policy_toml")?.into(),
        policy_digest: column::hash(at("policy_digest"), &key, row.bytes("policy_digest")?)?,
        applied_at: column::moment(at("applied_at_us"), &key, row.number("applied_at_us")?)?,
        candidate: candidate_id.map(|id| CandidateName::new(workspace.clone(), id)),
    })
}

/// Reads what is in force in a workspace: its row has `workspace`, `revision`, `policy_toml` and `file_digest`.
pub(in crate::store) fn in_force(row: &impl Columns) -> Result<(Workspace, InForce), Error> {
    let workspace = row.text("workspace")?;
    let workspace = column::workspace(at("workspace"), workspace, workspace)?;
    let revision: u64 = column::natural(at("revision"), &workspace, row.number("revision")?)?;
    let key = format!("{workspace}/policyRevisions/{revision}");
    let policy = Policy::read("policy_toml", row.text("policy_toml")?);
    let policy = policy.map_err(|error| at("policy_toml").corrupt(&key, error))?;
    let digest = Column { table: "policy_files", column: "policy_digest" };
    let file_digest = column::hash(digest, &workspace, row.bytes_if_any("file_digest")?.unwrap_or_default())?;
    Ok((workspace, InForce { revision, policy, file_digest }))
}
