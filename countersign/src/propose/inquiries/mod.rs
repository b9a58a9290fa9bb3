//! Inquiries as they come in through a form, and the follow-up that each of them calls for.
//!
//! [`inquiry`] parses a line; [`account_match`] finds the account that it is from, and says by what; [`needs`] knows which
//! form values a topic takes; [`summary`] says what the inquiry is about; [`follow_up`] makes the proposal of all that.
//!
//! "Now" is the last moment at which one of the inquiries came in.

mod account_match;
mod follow_up;
mod inquiry;
mod needs;
mod read;
mod summary;

use super::crm_export::Export;
use super::request_id::derive_request_id;
use super::{BrokenRow, Item, Origin};

/// Proposes a follow-up for every inquiry of `text`, one JSON object a line; lines that are none are added to `broken` as lines of
/// `file`.
pub fn propose(file: &str, text: &str, export: &Export, seed: u64, broken: &mut Vec<BrokenRow>) -> Vec<Item> {
    let inquiries = read::read_inquiries(file, text, broken);
    let Some(now) = inquiries.iter().map(|inquiry| inquiry.received_at).max() else { return Vec::new() };
    let propose = |inquiry: &inquiry::Inquiry| Item {
        request_id: derive_request_id(seed, follow_up::SOURCE_SYSTEM, &inquiry.id, follow_up::RULE),
        origin: Origin::Record(inquiry.id.clone()),
        proposal: follow_up::propose(inquiry, export, now),
    };
    inquiries.iter().map(propose).collect()
}

#[cfg(test)]
mod tests;
