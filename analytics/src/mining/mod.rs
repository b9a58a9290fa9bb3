//! The record as logs for process mining: OCEL 2.0 in JSON and XES, written from a verified export and nothing else.
//!
//! `walk` goes through the entries, `entry` reads one, `attribute` says what is told of it. `survey` finds the kinds and what is named,
//! `case` gathers one candidate's entries, and `ocel` and `xes` write them down. Memory stays flat: the log is walked once for every slice of
//! its candidates, and one slice is held. The same export gives the same bytes.

mod attribute;
mod case;
mod entry;
mod error;
mod ocel;
mod out;
mod relationship;
mod survey;
mod walk;
mod write;
mod xes;

pub use error::Error;
pub use write::{Format, WrittenLog, write_log};
