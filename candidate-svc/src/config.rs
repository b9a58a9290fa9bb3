//! What candidate-svc is told at start.

use ledger_format::VerifyingKeys;
use service_kit::{access::Pseudonyms, database::Location};

use crate::{
    audit_sample::AuditSample,
    catalogue::Catalogue,
    ownership::Owners,
    policy::{Approvers, PolicySource},
};

/// What candidate-svc is told at start.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where candidates are kept: a SQLite file, made when it is missing, or a PostgreSQL database that several processes may share.
    pub database: Location,
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
    /// Under which keys the ledger signs, or signed: a database that several processes share belongs to one ledger.
    pub ledger_keys: VerifyingKeys,
    /// Which candidates under a standing approval go to a person all the same.
    pub audit: AuditSample,
}
