//! The single writer: settles idempotency, numbers entries, commits them in groups, then answers.
//!
//! A caller's entries wait in a queue that is bounded in jobs and in bytes. Whatever waits when the disk is ready goes into one
//! commit, together with checkpoints that the publisher has signed meanwhile, so that storing a checkpoint costs no sync of its own
//! while appends come in. `settle` is pure and decides what each job gets; `commit` writes and answers.

mod catch_up;
mod commit;
mod custody;
mod group;
mod handle;
mod job;
mod room;
mod settle;

pub(crate) use commit::{Committer, LogEnd};
pub use handle::{AppendError, Appender, Receiving};
pub(crate) use job::{Answer, Job};
pub use job::{Appended, Recorded, Refusal};
