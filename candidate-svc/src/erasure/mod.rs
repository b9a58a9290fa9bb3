//! Follows the ledger's erasures: what a person had erased there is erased here.
//!
//! One task a workspace reads which subjects were erased, from where it left off, and takes each candidate's contents out of the
//! database. It waits until everything that happened to the candidate is recorded: until then the ledger could still get contents. If
//! some came in after the erasure, the ledger is asked to erase once more, first. The place it has come to is kept with the last step, so
//! that a crash anywhere has the whole erasure done again, which changes nothing that is done.

mod follow;
mod supervise;

pub(crate) use supervise::supervise;
