//! What is kept about witnesses: on the log's side their cosignatures, on the witness's side what it cosigned. A file each.

mod cosignature_store;
mod cosigned_store;

pub use cosignature_store::{CosignatureRow, CosignatureStore};
pub use cosigned_store::{CosignedStore, Seen};
