//! All services in one process: Config → build → App → spawn → drain.
//!
//! [`folder`] takes the data folder for this process; [`keys`] holds what is drawn once; [`ledger_place`] says which ledger it belongs to; [`build`] brings the services together, which
//! meet over an in-memory channel through the same layers as any caller; [`executors`] act, workspace by workspace, under the name that [`executor_name`] keeps; [`serve`] opens
//! the ports.

mod allowed_harm;
mod build;
pub mod candidates_place;
mod config;
pub mod definitions;
mod executor_name;
mod executors;
mod folder;
pub mod keys;
pub mod ledger_place;
pub mod principals;
mod process;
mod serve;

pub use build::App;
pub use config::{Config, Execution, ORIGIN_PREFIX};
pub use config::{LedgerOptions, ReportOptions, SignerOptions};
pub use folder::{Folder, FolderError};
pub use serve::Listening;
