//! The review policy: how a candidate is to be reviewed, as a file says it.
//!
//! `file` reads the text, `judgement` applies it. Both are pure; whoever has a file hands in its text.

mod file;
mod judgement;
mod rule;

pub use judgement::Policy;

#[cfg(test)]
mod tests;
