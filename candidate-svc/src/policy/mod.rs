//! The review policy: how a candidate is to be reviewed, as a file says it.
//!
//! `file` reads the text, `check` finds what never applies or contradicts itself, `judgement` applies it. All are pure; whoever has a file hands in its text.

mod check;
mod file;
mod judgement;
mod rule;

pub use judgement::Policy;

#[cfg(test)]
mod tests;
