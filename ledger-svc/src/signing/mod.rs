//! Who signs checkpoints: a key in a file, a program that holds the key elsewhere, and for a while the key before the present one.

mod command;
mod signer;

pub use command::{CommandError, SignerCommand};
pub use signer::{CheckpointSigner, SignError, Signs};
