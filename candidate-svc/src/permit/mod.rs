//! Permits: the right to execute once, made only from an approval that stands in the ledger under a signed checkpoint
//! (C-2).

mod ahead;
mod issue;
mod proof;

pub(crate) use issue::Permit;
pub(crate) use proof::{ProofError, Proven, prove};
