//! Anybody's proposals: a file or stream of JSON objects, one a line. `docs/proposals.md` has the shape.
//!
//! [`open()`] reads on a thread of its own, a line at a time, and hands on what [`lines`] finds and [`shape`] parses; [`item`]
//! makes it a proposal.

mod item;
mod line_error;
mod lines;
mod open;
mod shape;

pub use line_error::LineError;
pub use open::open;

#[cfg(test)]
mod tests;
