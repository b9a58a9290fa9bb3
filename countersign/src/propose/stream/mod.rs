//! Streams items in: a bounded number on their way, an answer for each, resumed after a cut.
//!
//! [`window`] remembers what was sent and not answered. When the stream is cut, everything in it is sent again on a new one ([`backoff`]
//! times that) under the same request ids: what had been kept is answered as it was then, and nothing is kept twice.
//! [`resume`] tells a cut from a refusal.

mod answer;
mod backoff;
mod proposing;
mod resume;
mod stopped;
mod window;

pub use answer::{Answer, Refused, Tally};
pub use proposing::{Proposing, ready};
use stopped::Stopped;

#[cfg(test)]
mod tests;
