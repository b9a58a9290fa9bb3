//! Approvals given ahead: what a person may give, what it covers, and how it is taken back.

mod audit_key;
mod cover;
mod facts;
mod grant;
mod record_prefix;
mod revoke;

pub use audit_key::audit_keys;
pub use facts::{Revocation, StandingApproval, StandingApprovalUse, StandingOffer};
pub use grant::{Category, GrantStandingApproval, grant};
pub use record_prefix::{NoRecordPrefix, RecordPrefix};
pub use revoke::{RevokeStandingApproval, revoke};

pub(super) use cover::{Case, find_cover};
