//! Where proposals come from, and how they reach the services.
//!
//! **Promises.** What a rule proposes follows from its input and the seed alone: no clock, no randomness, no order of
//! arrival, so a second run sends the same requests. What cannot be read is named with its place and reason, and the rest
//! goes on. Every piece of evidence names the fields of the source with the values as they were read.
//!
//! **Left out on purpose.** Judging a proposal: that is the service's. Watching what becomes of it.
//!
//! **How proposals flow.** [`read_folder`] or [`built_in()`] gives a [`Reading`]: `crm_export` parses the folder and its
//! rules propose, `inquiries` does the same for what people wrote. [`jsonl`] reads anybody's proposals, a line each. Either
//! way they are [`Item`]s, and [`Proposing`] streams them in: a bounded number on their way, resumed after a cut.

mod built_in;
mod clip;
mod crm_export;
mod input_folder;
mod inquiries;
mod item;
pub mod jsonl;
mod reading;
mod request_id;
mod stream;

pub use built_in::built_in;
use clip::clip;
pub use input_folder::read_folder;
pub use item::{Item, Origin};
pub use reading::{BrokenRow, Reading};
pub use stream::{Answer, Proposing, Refused, Tally, ready};

#[cfg(test)]
mod expectations;
