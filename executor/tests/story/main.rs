//! Stories of the executor against a real log, over the in-memory channel.

mod bench;
mod connectors;
mod crashes;
mod desk;
mod doubtful_connectors;
mod ledger;
mod log;
mod permits_that_do_not_verify;
mod reports;
mod sandbox_effects;
mod what_is_remembered;
