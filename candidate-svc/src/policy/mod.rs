//! The review policy: how a candidate is to be reviewed, as a file says it.
//!
//! `file` reads the text, `approvers` knows whom the access policy lets approve, `check` finds what never applies or contradicts itself, `judgement` applies it. `source` says where a
//! workspace's first one comes from, `change` reads a candidate that would put another one in its place. All are pure; whoever has
//! a file hands in its text.

mod approvers;
mod change;
mod check;
mod file;
mod judgement;
mod lighter_review;
mod rule;
mod source;

pub use approvers::Approvers;
pub use change::{PolicyChange, PolicyChangeError};
pub use file::TEXT_MAX_BYTES;
pub use judgement::Policy;
pub use source::PolicySource;

#[cfg(test)]
mod tests;
