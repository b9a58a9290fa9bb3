//! Events as ledger content: a domain event and its `CandidateEvent`, losslessly both ways.
//!
//! An event is encoded once, when it is decided. Those bytes are stored, sent to the ledger and decoded again; nothing
//! encodes them a second time, so a later release can not change what an entry says.

mod decode;
mod encode;

pub use decode::decode;
pub use encode::{encode, payload_digest};

#[cfg(test)]
mod tests;
