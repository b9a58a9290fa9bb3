//! One writer per store, a bounded queue in front, and no timer between: whatever waits when the disk is ready goes
//! into one commit.
//!
//! A caller hands a job to a [`Writer`] and awaits its [`Ticket`]. The writer's loop takes everything that waits, up to
//! [`Limits::batch_max`], and gives it to the [`CommitBatch`] of the store, which commits once and answers each
//! [`Pending`] job after that commit, never before.
//!
//! What a crash leaves: jobs in the queue were not acknowledged and are gone, their callers see a cut connection and send
//! again under the same request id. A batch is either wholly committed or wholly absent, as its transaction is.

mod limits;
mod meters;
mod run;
mod state;
mod submit;

pub use limits::{BATCH_MAX, Limits, QUEUE_MAX};
pub use run::{CommitBatch, Pending, Reply, WriterFailed};
pub use submit::{SubmitError, Ticket, Writer};

#[cfg(test)]
mod tests;
