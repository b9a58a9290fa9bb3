//! The demonstration: the whole loop on a CRM's records, from triggers to a verified report.
//!
//! [`run`] brings it together: it reads the input and finds the [`services`], in this process or, as a [`guest`], on the server that has the
//! folder. [`work`] fills the sandbox, lets [`proposers`] stream in while [`conductor`] follows the ledger and has [`reviewers`]
//! decide, and the executor executes. When nothing more will happen, [`closing`] exports, verifies and reports.
//!
//! A run decides, waits for and counts what is in its [`scope`] alone: the proposals of its input under its seed. One that is killed, or
//! ended by a signal ([`interruption`]), is run again with the same input and seed: proposals and decisions are the same
//! requests as before, answered as before, and the executor takes up what it held. A later export is proposed on
//! where it says something new ([`request_id`]).

mod caught_up;
mod closing;
mod conductor;
mod growth;
mod guest;
mod input;
mod interruption;
mod left_out;
mod progress;
mod proposers;
mod request_id;
mod reviewers;
mod run;
mod scope;
mod services;
mod summary;
mod tally;
mod work;

pub use run::{Options, run};
