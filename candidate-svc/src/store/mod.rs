//! What is kept, and the writer that changes it: one to a process, and to a file.
//!
//! A change is a job in a bounded queue. The writer takes what waits, reads what the jobs are about, has [`batch`] judge
//! them one after the other, and writes rows, events and request records in one transaction; every job is answered after
//! that commit, never before. Reads go past the writer and see what was committed.
//!
//! [`batch`] is the same for every database, and so is what [`rows`] are read into; `sqlite/` and `postgres/` alone hold SQL.

mod ahead;
mod batch;
mod condition;
mod database;
mod erasure;
mod error;
mod found;
mod handle;
mod in_force;
mod job;
mod kin;
mod postgres;
mod reader;
mod refused;
mod request;
mod row;
mod rows;
mod signals;
mod sqlite;
mod subject;
mod wanted;

pub use ahead::{StandingJob, StandingOrder};
pub use database::{migrate, schema_standing};
pub use erasure::{EraseJob, Erased, FollowedJob};
pub use error::{CorruptRow, Denial, Error, WriteError};
pub use found::{ApprovingEntry, Claimable, Conflict, OutboxEvent, RelayTurn, StoredEvent};
pub use handle::{Entered, OpenError, Store};
pub use job::{
    ApplyPolicyJob, Ask, Changed, CommandJob, DelegationJob, DelegationOrder, EventReceipt, KeptTrigger, PolicyFileJob,
    ProposeJob, TriggerJob,
};
pub use reader::Reader;
pub use request::RequestHash;
pub use signals::Signals;
pub use subject::Subject;

pub(crate) use batch::Judge;
pub(crate) use handle::{Shared, Surroundings};
pub(crate) use in_force::InForce;

#[cfg(test)]
mod tests;
