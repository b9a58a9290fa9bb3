//! The review policies in force, for whoever works beside this service in one process.

use countersign_api::name::Workspace;

use crate::{policy::Policy, store::Store};

/// Reads the review policies in force; clones share one store.
#[derive(Debug, Clone)]
pub struct PolicyReader(pub(crate) Store);

/// Says that the review policy in force cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PolicyReadError {
    /// The store does not give it.
    #[error("the review policy can not be read: {0}")]
    Store(String),
    /// What is stored is none.
    #[error("the review policy that is stored is none: {0}")]
    Malformed(#[from] crate::KeyError),
}

impl PolicyReader {
    /// Returns the policy in force in a workspace; none before anything is written there.
    ///
    /// # Errors
    /// [`PolicyReadError`].
    pub async fn in_force(&self, workspace: &Workspace) -> Result<Option<Policy>, PolicyReadError> {
        let revision = self.0.read().policy_revision(workspace, None).await;
        let revision = revision.map_err(|error| PolicyReadError::Store(error.to_string()))?;
        Ok(revision.map(|revision| Policy::read("policy_toml", &revision.policy_toml)).transpose()?)
    }
}
