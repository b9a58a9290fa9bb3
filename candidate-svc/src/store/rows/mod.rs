//! Reads rows into the domain's types, whichever database they are of.

pub(in crate::store) mod candidates;
pub(in crate::store) mod claims;
pub(in crate::store) mod column;
mod columns;
pub(in crate::store) mod delegations;
pub(in crate::store) mod events;
pub(in crate::store) mod kin;
pub(in crate::store) mod policies;
pub(in crate::store) mod requests;
pub(in crate::store) mod standing_approvals;
pub(in crate::store) mod triggers;

pub(in crate::store) use columns::Columns;
