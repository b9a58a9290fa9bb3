//! Simulated reviewers, for demonstration only.
//!
//! They are callers like any other: each has a token, reads the record and decides over gRPC, under the same policy as people. Everything they
//! write says that it is a simulation: their names begin with `humans/simulated-`, their words with `simulated:`.
//!
//! What they do with a candidate follows from the seed, the id of the source record and the action type alone ([`plan`]), never from the
//! order in which things arrive. What is next follows from that plan and from what the ledger says happened so far
//! ([`story`], [`step`]): a run that was cut off anywhere goes on exactly where it was, and what is finished is left alone.

mod act;
mod edit;
mod people;
mod plan;
mod step;
mod story;
mod words;

pub use act::{Acted, Reviewers};
pub use step::{Step, next_step};
pub use story::Story;

#[cfg(test)]
mod tests;
