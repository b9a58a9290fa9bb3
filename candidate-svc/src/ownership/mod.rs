//! Ownership: who owns a candidate whose proposer named nobody, as a file says it.
//!
//! `file` reads the text, `members` and `teams` who is in which team, `check` finds rules that never speak, `rule` and `team` find the
//! person. All are pure: the same proposal under the same file finds the same person, before and after a restart.

mod check;
mod file;
mod members;
mod owners;
mod rule;
mod team;
mod teams;

pub use owners::{FoundOwner, Owners};

#[cfg(test)]
mod tests;
