//! The demonstration: the whole loop on a CRM's records, from triggers to a verified report.
//!
//! [`run`] brings it together: it reads the input, starts the services, fills the sandbox, lets proposals stream in while [`conductor`] follows the
//! ledger and has [`reviewers`] decide, and the executor executes. When nothing more will happen it exports, verifies and
//! reports. A run that is killed anywhere is run again with the same input and seed: proposals and decisions are the same requests as before,
//! answered as before, and the executor takes up what it held.

mod closing;
mod conductor;
mod input;
mod progress;
mod proposers;
mod reviewers;
mod run;
mod summary;
mod tally;

pub use run::{Options, run};
