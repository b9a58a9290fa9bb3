//! What entries say, sealed under the keys of their subjects: which key, drawn when, opened for whom.
//!
//! An append pays no sync of its own for a new subject's key: keys are drawn ahead ([`KeyPool`]), and which subject gets which stands in
//! the ledger's file, in the commit of the entry itself. Readers open what is sealed a chunk at a time ([`ContentReader`]).

mod keys;
mod pool;
mod reader;
mod seal;

pub use keys::ContentKeys;
pub(crate) use pool::KeyPool;
pub use reader::{ContentReader, ReadEntry, Said};
pub(crate) use seal::{Unsealed, seal};
