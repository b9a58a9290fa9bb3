//! A CRM's export as a folder of CSV files, and the rules that propose from it.
//!
//! [`files`] has the bytes, [`table`] splits them into rows that know their line, [`deal`], [`price_list`], [`team`] and
//! [`account`] parse those, [`Export`] holds them with what is counted over all of them ([`won_durations`]), and [`rules`]
//! look at one deal at a time.
//!
//! "Now" is the last date among the deals, so that the same export always leads to the same proposals.

mod account;
mod amount;
mod deal;
mod draft;
mod evidence;
mod export;
mod files;
mod person;
mod price_list;
mod rules;
mod table;
mod team;
mod us_date;
mod won_durations;
mod working_days;

pub use account::{Account, Accounts};
pub use export::{Export, UnusableExport};
pub use files::Files;
pub use person::owner_of;
pub use rules::propose;
pub use working_days::after_working_days;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
