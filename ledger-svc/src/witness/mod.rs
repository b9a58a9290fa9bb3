//! Witnesses (C2SP tlog-witness): others who have seen the log of logs grow, and say so under it.
//!
//! As a log: `courier` sends each new checkpoint of the log of logs to the witnesses of a policy, `visit` is one request and what its
//! answer means, `standing` is what is known of all of them. Nothing waits for a witness but whoever asks how far they are.
//!
//! As a witness for other logs: `service` cosigns what has only grown, each log in its own row; `http` answers.

mod config;
mod courier;
mod http;
mod service;
mod standing;
mod visit;

pub use config::{PolicyError, WitnessConfig};
pub(crate) use courier::Courier;
pub use http::serve;
pub use service::{TrustedLog, Verdict, Witness, WitnessError};
pub use standing::{Standing, WitnessStanding, Witnessed};
pub(crate) use visit::egress;
