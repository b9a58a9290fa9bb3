//! Keeps up with what other processes write to the same database.
//!
//! What this process knows of a log moves with the log's head, whoever moved it: a notice says when to look, a second without one is
//! reason enough, and whoever asks for what is not known yet looks before refusing. The head is one row of the primary, so a reader sees
//! the order of the log, and nothing that is not committed (L-1): positions come from the head's row, which is locked until the commit
//! that fills them. An erasure counts in it, too: each process forgets the key, and finishes what the eraser may have left undone.

mod follow;
mod run;

pub(crate) use follow::Follower;
