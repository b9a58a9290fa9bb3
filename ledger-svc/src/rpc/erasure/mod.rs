//! The `ErasureService` of the contract, one file an rpc.

mod entry;
mod erase_content;
mod follow_erasures;
mod list_legal_holds;
mod place_legal_hold;
mod release_legal_hold;
mod repeat_erasure;
mod service;

pub use service::ErasureRpc;
