//! Approvals given ahead: what a person may give, what it covers, and how it is taken back.

mod audit_debt;
mod cover;
mod facts;
mod grant;
mod likeness;
mod looks;
mod precedence;
mod record_prefix;
mod revoke;

pub use facts::{Draw, Revocation, StandingApproval, StandingApprovalUse, StandingOffer};
pub use grant::{Category, GrantStandingApproval, grant};
pub use likeness::{likenesses, unlooked};
pub use looks::{Looks, NoLook};
pub use precedence::Precedence;
pub use record_prefix::{NoRecordPrefix, RecordPrefix};
pub use revoke::{RevokeStandingApproval, revoke};

pub(super) use cover::{Case, find_cover};
