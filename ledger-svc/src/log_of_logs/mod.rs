//! The log of logs: one log more, whose entries are the checkpoints of all others.
//!
//! One checkpoint of it covers every workspace, so that one cosignature of a witness vouches for all of them. `writer` appends an entry
//! for each log that was signed anew, about once a second at most: through the appender like anybody, so that nothing of it stands on an
//! append's path and the log of logs is stored, fenced, signed, verified and proved as every log is. `entry` says what an entry looks
//! like; `coverage` remembers which entry covers which checkpoint. A crash anywhere means: append again, under the same key.

mod coverage;
mod entry;
mod writer;

pub(crate) use coverage::{Cover, Coverage};
pub use entry::{CHECKPOINT_KIND, Covered, LEDGER_REFERENCE};
pub(crate) use writer::Writer;
