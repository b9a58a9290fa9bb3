//! A small CRM of ours in a SQLite file of its own: tasks, notes, information requests, records.
//!
//! Every effect is written in one transaction with its idempotency key, so a call takes effect once however often it is
//! made. A call flows: `connector` parses the payload (`payload`) and hands it to the one `writer`, which applies whatever
//! waits (`effect`) and commits once; `store` holds the SQL.

mod connector;
mod effect;
mod payload;
mod record;
mod store;
mod writer;

pub use connector::{OpenError, SYSTEM, Sandbox, SeedError};
pub use record::{Record, Totals};
pub use store::Error as StoreError;
