//! Who and what the stories need.

mod bench;
mod cutting_proxy;
mod fake_ledger;
mod log;
mod place;
mod refusals;
mod requests;

pub(crate) use bench::{Bench, CATALOGUE, policy_file};
pub(crate) use cutting_proxy::{Cut, CuttingProxy};
pub(crate) use fake_ledger::FakeLedger;
pub(crate) use log::ORIGIN;
pub(crate) use place::{Home, Place, on_postgres};
pub(crate) use refusals::{conflict, item_reason, reason};
pub(crate) use requests::{
    LEASE_SECS, PARENT, approve, call_customer, drain_all, edit, evidence, hold, item, name_of, proposal, propose,
    reject, report_failure, report_success, update_field,
};
