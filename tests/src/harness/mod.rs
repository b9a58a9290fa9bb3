//! What every case needs: the binary, a data folder, a server process, and answers as JSON.

mod binary;
mod cli;
pub mod proposing;
mod python;
mod server;
mod verdicts;

pub use binary::countersign;
pub use cli::{Answer, Installation};
pub use python::python;
pub use server::Server;
pub use verdicts::judge;
