//! What candidate-svc is told at start.

use std::path::PathBuf;

use service_kit::access::Pseudonyms;

use crate::{
    audit_sample::AuditSample,
    catalogue::Catalogue,
    ownership::Owners,
    policy::{Approvers, PolicySource},
};

/// What candidate-svc is told at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file; made when it is missing.
    pub database_path: PathBuf,
    /// What can be proposed.
    pub catalogue: Catalogue,
    /// How candidates are reviewed in workspaces that have no policy yet; to the others it is proposed.
    pub policy: PolicySource,
    /// Whom the access policy lets approve; no review policy may wait for others.
    pub approvers: Approvers,
    /// Who owns what nobody was named for.
    pub owners: Owners,
    /// Under which names the ledger shows principals.
    pub pseudonyms: Pseudonyms,
    /// Which candidates under a standing approval go to a person all the same.
    pub audit: AuditSample,
}
