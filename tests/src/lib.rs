//! The harness that system tests and the load program share: the binary, data folders, server processes, a proposer.

#![expect(clippy::missing_panics_doc, reason = "a harness panics on purpose: that is how a test fails")]

pub mod harness;
