//! Ownership: who owns a candidate whose proposer named nobody, as a file says it.
//!
//! `file` reads the text, `check` finds rules that never speak, `rule` and `team` find the person. All are pure: the same proposal under
//! the same file finds the same person, before and after a restart.

mod check;
mod file;
mod owners;
mod rule;
mod team;

pub use owners::{FoundOwner, Owners};

#[cfg(test)]
mod tests;
