//! The ledger as its callers and its auditors meet it: over gRPC through all layers of a server, and offline over its files.

mod append;
mod append_stream;
mod audit;
mod bad_input;
mod bench;
mod checkpoints;
mod concurrency;
mod crash;
mod erasure;
mod every_value;
mod full_queue;
mod lab;
mod proofs;
mod read;
mod refusal;
mod restore;
mod rights;
mod subscribe;
mod tall_tree;
mod tamper;
mod tamper_lab;
