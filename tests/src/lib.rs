//! The harness that system tests and the load program share: the binary, data folders, server processes, a proposer.

pub mod harness;
