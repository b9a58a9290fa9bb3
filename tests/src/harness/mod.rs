//! What every case needs: the binary, a data folder, a server process, and answers as JSON.

mod binary;
mod cli;
pub mod proposing;
mod server;

pub use binary::countersign;
pub use cli::{Answer, Installation};
pub use server::Server;
