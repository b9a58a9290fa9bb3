//! Connectors: how an approved action reaches a target system, and what can be said about it afterwards.

mod call;
mod contract;
mod outcome;
mod registry;
pub mod sandbox;

pub use call::Call;
pub use contract::{Connector, Operation};
pub use outcome::{Change, Done, Failed, Reference, RefusalClass};
pub use registry::{Connectors, OperationTaken};
