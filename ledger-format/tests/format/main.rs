//! What the format promises, tested from outside: standards' vectors, independent implementations, golden files, forgeries and noise.

mod approval;
mod canonical_json;
mod checkpoint;
mod golden;
mod leaf;
mod log;
mod noise;
mod other_trees;
mod probes;
mod tile;
mod tlog_proof;
mod tree;
mod verify;
mod witness;
