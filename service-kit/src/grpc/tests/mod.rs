//! The whole stack over its in-memory channel, and over TCP where the network is the point.

mod access;
mod admission;
mod answers;
mod deadlines;
mod harness;
mod operations;
mod policy;
mod revocation;
mod sizes;
