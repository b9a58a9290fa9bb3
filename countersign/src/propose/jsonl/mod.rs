//! Anybody's proposals: a file or stream of JSON objects, one a line. `docs/proposals.md` has the shape.
//!
//! [`open()`] reads on a thread of its own, a line at a time, and hands on what [`lines`] finds. [`object`] and [`value`] take a
//! line's fields one by one and say by path what is wrong; [`proposal`] knows which there are, and [`item`] makes it a request.

mod item;
mod line_error;
mod lines;
mod object;
mod open;
mod proposal;
mod value;
mod wrong;

pub use line_error::LineError;
pub use open::open;

#[cfg(test)]
mod tests;
