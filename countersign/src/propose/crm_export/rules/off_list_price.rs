use countersign_api::candidate::v1::{ConfidenceBasis, ConfidenceLevel, Proposal, RiskTier};
use serde_json::json;

use super::{all_of, confidence};
use crate::propose::clip;
use crate::propose::crm_export::deal::{Deal, Stage};
use crate::propose::crm_export::evidence::EvidenceOf;
use crate::propose::crm_export::export::Export;
use crate::propose::crm_export::person::owner_of;
use crate::propose::crm_export::price_list::Listing;
use crate::propose::crm_export::{after_working_days, draft};

pub const NAME: &str = "off_list_price";

/// How far from the list price, in percent, a won value may be before somebody is asked.
pub const OFF_PERCENT: u64 = 30;

const SUBJECT_MAX_BYTES: usize = 200;
const DUE_AFTER_WORKING_DAYS: u32 = 2;

/// A won value far off the list price: asks the agent for the right one. An amount of money is at stake, and nothing in the export says
/// what it should be, so the risk is high and no value is proposed.
///
/// A product that is only near an entry is compared with that entry's price.
pub fn propose(deal: &Deal, export: &Export) -> Option<Proposal> {
    let (product, is_exact) = match export.price_list.look_up(deal.product()) {
        Listing::Exact(product) => (product, true),
        Listing::Near(product) => (product, false),
        Listing::Unlisted => return None,
    };
    let value = deal.value.filter(|value| deal.stage == Stage::Won && value.is_off(product.price, OFF_PERCENT))?;
    let (id, agent) = (deal.id(), deal.agent());
    let (won_for, list_price) = (deal.cell("close_value"), &product.cells[2]);
    let distance = value.distance(product.price).unwrap_or_else(|| "above".to_owned());
    let mut payload = json!({
        "subject": clip(&format!("Close value of won deal {id}"), SUBJECT_MAX_BYTES),
        "question": format!(
            "Deal {id} was won for {won_for}, {distance} the list price of {list_price} for {}. \
             Is the value right? If not, which one is?",
            product.name()
        ),
        "recipient": owner_of(agent),
        "fields": ["close_value"],
    });
    if let Some(now) = export.now {
        payload["due"] = after_working_days(now, DUE_AFTER_WORKING_DAYS).to_string().into();
    }

    let manager = export.manager_of(agent);
    let shown = EvidenceOf { now: export.now };
    let columns = ["opportunity_id", "deal_stage", "close_value", "product", "account", "close_date", "sales_agent"];
    let mut evidence = vec![
        shown.deal(deal, &columns, format!("Won for {won_for}.")),
        shown.product(product, format!("The list price is {list_price}; the won value is {distance} it.")),
    ];
    evidence.extend(manager.map(|agent| shown.agent(agent)));
    let mut known_unknowns = vec![
        "The right value: nothing in the export says it.".to_owned(),
        "Whether a discount, an extra or a larger quantity was agreed.".to_owned(),
    ];
    let confidence = if is_exact {
        let note = "The deal was read by its id and the product found by its exact name.";
        confidence(ConfidenceLevel::High, ConfidenceBasis::IdMatch, note)
    } else {
        known_unknowns.push(format!("Whether \"{}\" was meant by \"{}\".", product.name(), deal.product()));
        let note = "The list price is that of the product whose name is one edit away from the deal's.";
        confidence(ConfidenceLevel::Medium, ConfidenceBasis::Inferred, note)
    };
    Some(Proposal {
        action_type: "request_information".to_owned(),
        payload_json: payload.to_string(),
        context_summary: format!(
            "Deal {id} of {agent} was won for {won_for}, {distance} the list price of {list_price} for {}.",
            product.name()
        ),
        known_unknowns,
        evidence_numbers: all_of(evidence.len()),
        evidence,
        confidence: Some(confidence),
        risk_tier: RiskTier::High.into(),
        owner: owner_of(manager.map_or(agent, |agent| agent.manager())),
        reason: format!(
            "A won value more than {OFF_PERCENT} % off the list price is often a slip, and revenue is counted from it."
        ),
        ..draft::begin(deal, NAME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::crm_export::fixture::{confidence, evidence, payload, proposed};

    const DEALS: &str = "\
D1,Ann Low,Alto 10,Tarn Mills,Won,12/1/2025,12/30/2025,100
D2,Ann Low,Alto 10,Tarn Mills,Won,12/1/2025,12/20/2025,700
D3,Ann Low,Alto 10,Tarn Mills,Won,12/1/2025,12/20/2025,1300.01
D4,Cy Moor,Brio Mux,Tarn Mills,Won,12/1/2025,12/20/2025,2500
D5,Ann Low,Alto 10,Tarn Mills,Lost,12/1/2025,12/20/2025,0
D6,Ann Low,Grand,Tarn Mills,Won,12/1/2025,12/20/2025,1
D7,Ann Low,Alto 10,Tarn Mills,Won,12/1/2025,12/20/2025,
";

    #[test]
    fn the_agent_is_asked_for_the_right_value_at_high_risk() {
        let proposal = proposed(DEALS, propose, "D1").expect("a question");
        assert_eq!((proposal.action_type.as_str(), proposal.risk_tier()), ("request_information", RiskTier::High));
        assert_eq!(
            (payload(&proposal, "/recipient").as_str(), proposal.owner.as_str()),
            ("humans/ann-low", "humans/mara-vey")
        );
        assert_eq!(
            payload(&proposal, "/question"),
            "Deal D1 was won for 100, 90 % below the list price of 1000 for Alto 10. Is the value right? If not, which one is?"
        );
        assert_eq!(payload(&proposal, "/fields"), r#"["close_value"]"#);
        // Tuesday and two working days.
        assert_eq!(payload(&proposal, "/due"), "2026-01-01");
        assert_eq!(proposal.known_unknowns[0], "The right value: nothing in the export says it.");
        assert_eq!(evidence(&proposal)[1], "price_list_entry product=Alto 10 series=Alto sales_price=1000");
        assert_eq!(confidence(&proposal), "HIGH ID_MATCH");
    }

    #[test]
    fn it_begins_beyond_thirty_percent_in_both_directions() {
        assert_eq!(proposed(DEALS, propose, "D2"), None);
        let above = proposed(DEALS, propose, "D3").expect("a question");
        assert!(above.context_summary.contains("was won for 1300.01, 30 % above"), "{}", above.context_summary);
    }

    #[test]
    fn a_misspelled_product_is_compared_with_the_one_it_seems_to_be() {
        let proposal = proposed(DEALS, propose, "D4").expect("a question");
        assert!(proposal.context_summary.contains("900 % above the list price of 250 for Brio Max"));
        assert_eq!(confidence(&proposal), "MEDIUM INFERRED");
        assert!(proposal.known_unknowns.contains(&"Whether \"Brio Max\" was meant by \"Brio Mux\".".to_owned()));
        // Nobody knows who manages this agent, so the agent owns it.
        assert_eq!(proposal.owner, "humans/cy-moor");
    }

    #[test]
    fn without_a_sale_a_price_or_a_value_there_is_nothing_to_compare() {
        for id in ["D5", "D6", "D7"] {
            assert_eq!(proposed(DEALS, propose, id), None, "{id}");
        }
    }
}
