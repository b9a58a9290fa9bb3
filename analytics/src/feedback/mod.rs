//! The making and keeping of reports: one run at a time, each report in a folder of its own; by themselves where a schedule says so.

mod allowed_harm;
mod cadence;
mod made;
mod mail;
mod reports;
mod run;
mod runner;
mod schedule;
mod word_reader;

pub(crate) use made::Made;
pub(crate) use reports::{Reports, ReportsError, StoredReport};
pub(crate) use run::RunError;
pub(crate) use runner::{RunRefused, Runner, Worker};
pub(crate) use schedule::Scheduler;
pub(crate) use word_reader::WordReader;

pub use allowed_harm::{AllowedHarm, PolicyUnread};
pub use cadence::{Cadence, NoCadence};
pub use mail::{MailError, Mailer};
pub use run::Exporter;
pub use schedule::Schedule;
