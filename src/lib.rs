//! The contract of Countersign: the types, clients and servers generated from `proto/`, resource names, and the
//! reasons of refusals.
//!
//! Services meet only through this crate, also when they run in one process. It promises that what is public here
//! changes by addition only. It leaves out on purpose everything that decides: lifecycle, policy and storage are the
//! services' own; the bytes that are hashed and signed are `ledger-format`'s.

pub mod etag;
pub mod name;
pub mod reason;

mod generated;

pub use generated::{access, candidate, error, feedback, ledger, r#type};

/// The serialized `FileDescriptorSet` of the whole contract, for gRPC reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
