//! A small CRM of ours in a SQLite file of its own: tasks, notes, information requests, drafts, records; apart for each
//! workspace.
//!
//! Every effect is written in one transaction with its idempotency key, so a call takes effect once however often it is
//! made. A call flows: `connector` parses the payload (`payload`) and hands it to the one `writer`, which applies whatever
//! waits (`effect`) and commits once; `store` holds the SQL. `crm` is what one workspace sees.

mod connector;
mod crm;
mod effect;
mod payload;
mod record;
mod store;
mod writer;

pub use connector::{OpenError, SYSTEM, Sandbox};
pub use crm::{Crm, SeedError};
pub use record::{Record, Totals};
pub use store::Error as StoreError;
