use std::borrow::Cow;

use super::Reading;
use super::crm_export::Files;
use super::input_folder::read_input;

const ACCOUNTS: &str = include_str!("../../demo-data/accounts.csv");
const PRODUCTS: &str = include_str!("../../demo-data/products.csv");
const SALES_PIPELINE: &str = include_str!("../../demo-data/sales_pipeline.csv");
const SALES_TEAMS: &str = include_str!("../../demo-data/sales_teams.csv");
const INQUIRIES: &str = include_str!("../../demo-data/inquiries.jsonl");

/// Reads the input that comes with the program: a small CRM export and inquiries, invented for the demonstration.
///
/// # Panics
/// Never: a test reads it.
pub fn built_in(seed: u64) -> Reading {
    let bytes = |text: &'static str| Cow::Borrowed(text.as_bytes());
    let files = Files {
        accounts: bytes(ACCOUNTS),
        products: bytes(PRODUCTS),
        sales_pipeline: bytes(SALES_PIPELINE),
        sales_teams: bytes(SALES_TEAMS),
    };
    read_input(&files, INQUIRIES, seed).expect("invariant: the built-in input has all of its columns")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use countersign_api::candidate::v1::{ConfidenceBasis, RiskTier};

    use super::*;
    use crate::propose::expectations::{assert_would_be_taken, count_by_rule};

    #[test]
    fn nothing_in_it_is_broken_and_the_services_would_take_all_of_it() {
        let reading = built_in(1);
        assert_eq!(reading.broken, []);
        assert_eq!(reading.records.len(), 68);
        reading.items.iter().for_each(assert_would_be_taken);
        let ids: BTreeSet<_> = reading.items.iter().map(|item| &item.request_id).collect();
        assert_eq!(ids.len(), reading.items.len(), "each item has a request id of its own");
    }

    #[test]
    fn it_gives_every_rule_something_to_find() {
        let counts = count_by_rule(&built_in(1).items);
        let expected = [
            ("follow_up", 51),
            ("long_engagement", 5),
            ("misspelled_product", 6),
            ("missing_account", 7),
            ("off_list_price", 5),
        ];
        assert_eq!(counts, BTreeMap::from(expected.map(|(rule, count)| (rule.to_owned(), count))));
    }

    #[test]
    fn it_shows_every_basis_of_confidence_every_risk_and_owners_that_are_not_known() {
        let reading = built_in(1);
        let proposals = || reading.items.iter().map(|item| &item.proposal);
        for basis in [
            ConfidenceBasis::IdMatch,
            ConfidenceBasis::MultiFieldMatch,
            ConfidenceBasis::Inferred,
            ConfidenceBasis::InsufficientData,
        ] {
            let with_basis =
                proposals().filter(|proposal| proposal.confidence.as_ref().is_some_and(|it| it.basis() == basis));
            assert!(with_basis.count() >= 3, "{basis:?}");
        }
        assert_eq!(proposals().filter(|proposal| proposal.risk_tier() == RiskTier::High).count(), 5);
        let ownerless = proposals().filter(|proposal| proposal.owner.is_empty()).count();
        assert!(ownerless >= 10 && ownerless * 2 < reading.items.len(), "{ownerless}");
    }

    #[test]
    fn request_ids_follow_from_the_seed_and_nothing_else_does() {
        let (one, two) = (built_in(1), built_in(2));
        for (a, b) in one.items.iter().zip(&two.items) {
            assert_eq!(a.proposal, b.proposal);
            assert_ne!(a.request_id, b.request_id);
        }
        assert_eq!(one.items, built_in(1).items);
    }
}
