//! The folder that holds everything a process keeps: who may use it, what lies where, how a secret gets into it.

mod error;
mod layout;
mod lock;
mod secret_file;

pub use error::Error;
pub use layout::DataDir;
pub use lock::DataDirLock;
pub use secret_file::{read_secret, write_secret};
