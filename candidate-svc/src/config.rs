//! What candidate-svc is told at start.

use std::path::PathBuf;

use service_kit::access::Pseudonyms;

use crate::{catalogue::Catalogue, policy::Policy};

/// What candidate-svc is told at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database file; made when it is missing.
    pub database_path: PathBuf,
    /// What can be proposed.
    pub catalogue: Catalogue,
    /// How candidates are reviewed.
    pub policy: Policy,
    /// Under which names the ledger shows principals.
    pub pseudonyms: Pseudonyms,
}
