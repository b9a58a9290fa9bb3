//! What every case needs: the binary, a data folder, a server process, and answers as JSON.

mod binary;
mod caller;
mod cli;
mod databases;
pub mod faults;
mod http;
mod leaves;
pub mod office;
pub mod proposing;
mod python;
mod replicas;
pub mod script;
mod seed;
mod server;
pub mod trace;
mod verdicts;

pub use binary::countersign;
pub use caller::{Caller, Tokens};
pub use cli::{Answer, Installation};
pub use databases::{Databases, Urls};
pub use http::get;
pub use leaves::leaves;
pub use python::python;
pub use replicas::{Replicas, is_cut};
pub use seed::Seed;
pub use server::Server;
pub use verdicts::judge;
