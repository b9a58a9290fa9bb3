//! Logs, traces and how they find each other.

pub mod trace_context;

mod init;
mod subscriber;

pub use init::{Config, ENDPOINT_VARIABLE, Error, Guard, LOG_VARIABLE, init};
