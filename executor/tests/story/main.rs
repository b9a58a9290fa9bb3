//! Stories of the executor against a real log, over the in-memory channel.

mod approvals_given_ahead;
mod bench;
mod closing;
mod connectors;
mod crashes;
mod desk;
mod doubtful_connectors;
mod idle;
mod ledger;
mod log;
mod operations;
mod permits_that_do_not_verify;
mod reports;
mod sandbox_effects;
mod sandbox_notes_drafts_owners;
mod verification_alone;
mod what_is_remembered;
mod workspaces;
