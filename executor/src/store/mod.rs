//! The SQL of `executor.db`: what the executor remembers of each log.

mod checkpoints;

pub use checkpoints::{CheckpointStore, Error};
