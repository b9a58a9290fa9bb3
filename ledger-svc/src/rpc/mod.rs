//! The `LedgerService` and the `ErasureService` of the contract, one file an rpc.
//!
//! Each handler parses, asks the call context whether the caller reaches the workspace (whether its kind and roles may call the rpc
//! at all was settled by the server's access layer), does its work, and answers. Only `status` turns errors into refusals.

mod append_entries;
mod append_stream;
mod checkpoint_wait;
mod entry_chunks;
mod erasure;
mod get_checkpoint;
mod get_entry;
mod get_entry_by_key;
mod new_entry;
mod parse;
mod prove_checkpoint;
mod prove_consistency;
mod prove_inclusion;
mod read_entries;
mod resume;
mod service;
mod status;
mod subscribe_entries;
mod wire;

pub use erasure::ErasureRpc;
pub use service::LedgerRpc;
