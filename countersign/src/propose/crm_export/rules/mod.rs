//! What is proposed from an export: a rule a file, each looking at one deal.

mod long_engagement;
mod missing_account;
mod misspelled_product;
mod off_list_price;

use countersign_api::candidate::v1::{Confidence, ConfidenceBasis, ConfidenceLevel, Proposal};

use super::deal::Deal;
use super::draft::SOURCE_SYSTEM;
use super::export::Export;
use crate::propose::request_id::derive_request_id;
use crate::propose::{Item, Origin};

/// A rule: its name, and what it proposes about a deal, if anything.
#[derive(Clone, Copy)]
struct Rule {
    name: &'static str,
    propose: fn(&Deal, &Export) -> Option<Proposal>,
}

const RULES: [Rule; 4] = [
    Rule { name: missing_account::NAME, propose: missing_account::propose },
    Rule { name: long_engagement::NAME, propose: long_engagement::propose },
    Rule { name: misspelled_product::NAME, propose: misspelled_product::propose },
    Rule { name: off_list_price::NAME, propose: off_list_price::propose },
];

/// Proposes what the rules find, deal by deal.
pub fn propose(export: &Export, seed: u64) -> Vec<Item> {
    let found = |deal| {
        RULES.iter().filter_map(move |rule: &Rule| {
            let proposal = (rule.propose)(deal, export)?;
            let request_id = derive_request_id(seed, SOURCE_SYSTEM, deal.id(), rule.name);
            Some(Item { request_id, origin: Origin::Record(deal.id().to_owned()), proposal })
        })
    };
    export.deals.iter().flat_map(found).collect()
}

fn confidence(level: ConfidenceLevel, basis: ConfidenceBasis, note: impl Into<String>) -> Confidence {
    Confidence { level: level.into(), basis: basis.into(), note: note.into() }
}

/// Numbers evidence as it was put together.
fn all_of(evidence: usize) -> Vec<i32> {
    (1..).take(evidence).collect()
}
