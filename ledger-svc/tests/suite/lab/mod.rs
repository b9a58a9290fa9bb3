//! The tamper lab: a store of 1,000 entries made through the service, changed in every way there is, and verified as people verify it.
//!
//! The suite tries a sample drawn by a seed that it prints; `bash tests/run.sh --lab` tries everything and prints the counts.

mod backups;
mod expected;
mod flips;
mod forks;
mod insider;
mod resealed;
mod rows;
mod stored_bytes;
mod tally;
