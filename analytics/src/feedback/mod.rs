//! The making and keeping of reports: one run at a time, each report in a folder of its own.

mod made;
mod reports;
mod run;
mod runner;
mod word_reader;

pub(crate) use made::Made;
pub(crate) use reports::{Reports, ReportsError, StoredReport};
pub(crate) use run::RunError;
pub(crate) use runner::{RunRefused, Runner, Worker};
pub(crate) use word_reader::WordReader;

pub use run::Exporter;
