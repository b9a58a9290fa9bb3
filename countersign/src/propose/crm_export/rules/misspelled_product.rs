use countersign_api::candidate::v1::{ConfidenceBasis, ConfidenceLevel, Proposal};
use serde_json::json;

use super::off_list_price::OFF_PERCENT;
use super::{all_of, confidence};
use crate::propose::crm_export::deal::{self, Deal, Stage};
use crate::propose::crm_export::draft;
use crate::propose::crm_export::evidence::EvidenceOf;
use crate::propose::crm_export::export::Export;
use crate::propose::crm_export::price_list::Listing;

pub const NAME: &str = "misspelled_product";

/// A product that is not in the price list but one edit away from exactly one entry: proposes that entry's name.
pub fn propose(deal: &Deal, export: &Export) -> Option<Proposal> {
    let Listing::Near(product) = export.price_list.look_up(deal.product()) else { return None };
    let (id, from, to) = (deal.id(), deal.product(), product.name());
    let payload = json!({
        "object_type": deal::OBJECT_TYPE,
        "record_id": id,
        "field": "product",
        "from": from,
        "to": to,
    });

    // A second field that agrees: a deal won for about the list price of what the name seems to mean.
    let agreeing_value =
        deal.value.filter(|value| deal.stage == Stage::Won && !value.is_off(product.price, OFF_PERCENT));
    let confidence = if agreeing_value.is_some() {
        let note = "The name is one edit away, and the close value is near that product's list price.";
        confidence(ConfidenceLevel::High, ConfidenceBasis::MultiFieldMatch, note)
    } else {
        let note = "Concluded from the name alone: it is one edit away from this entry and from no other.";
        confidence(ConfidenceLevel::Medium, ConfidenceBasis::Inferred, note)
    };
    let mut columns = vec!["opportunity_id", "product"];
    columns.extend(agreeing_value.map(|_| "close_value"));
    let shown = EvidenceOf { now: export.now };
    let evidence = vec![
        shown.deal(deal, &columns, format!("The deal names the product \"{from}\", which is not in the price list.")),
        shown.product(product, format!("The only entry one edit away from \"{from}\".")),
    ];
    Some(Proposal {
        action_type: "update_field".to_owned(),
        payload_json: payload.to_string(),
        context_summary: format!(
            "Deal {id} names the product \"{from}\". The price list has \"{to}\" and no \"{from}\"."
        ),
        known_unknowns: vec![format!("Whether \"{to}\" was meant, or a product that is not in the price list yet.")],
        evidence_numbers: all_of(evidence.len()),
        evidence,
        confidence: Some(confidence),
        reason: "A name that is not in the price list is left out of every sum by product.".to_owned(),
        ..draft::begin(deal, NAME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::crm_export::fixture::{confidence, evidence, payload, proposed};

    const DEALS: &str = "\
D1,Ann Low,Alto10,Tarn Mills,Engaging,12/29/2025,,
D2,Ann Low,Brio Mux,Tarn Mills,Won,12/1/2025,12/20/2025,240
D3,Ann Low,Brio Mux,Tarn Mills,Won,12/1/2025,12/20/2025,24
D4,Ann Low,Brio Max,Tarn Mills,Won,12/1/2025,12/20/2025,250
D5,Ann Low,Grand Max,Tarn Mills,Won,12/1/2025,12/20/2025,250
D6,Ann Low,,Tarn Mills,Prospecting,,,
";

    #[test]
    fn a_name_one_edit_away_is_put_right() {
        let proposal = proposed(DEALS, propose, "D1").expect("a correction");
        assert_eq!(proposal.action_type, "update_field");
        let shown = ["/object_type", "/record_id", "/field", "/from", "/to"].map(|pointer| payload(&proposal, pointer));
        assert_eq!(shown, ["deal", "D1", "product", "Alto10", "Alto 10"]);
        assert_eq!(
            evidence(&proposal),
            [
                "record_field opportunity_id=D1 product=Alto10",
                "price_list_entry product=Alto 10 series=Alto sales_price=1000"
            ]
        );
        assert_eq!(confidence(&proposal), "MEDIUM INFERRED");
        assert_eq!(proposal.owner, "humans/ann-low");
    }

    #[test]
    fn a_won_value_near_the_list_price_is_a_second_field_that_agrees() {
        let near = proposed(DEALS, propose, "D2").expect("a correction");
        assert_eq!(confidence(&near), "HIGH MULTI_FIELD_MATCH");
        assert_eq!(evidence(&near)[0], "record_field opportunity_id=D2 product=Brio Mux close_value=240");
        let far = proposed(DEALS, propose, "D3").expect("a correction");
        assert_eq!(confidence(&far), "MEDIUM INFERRED");
    }

    #[test]
    fn a_listed_an_unknown_and_an_empty_name_are_left_alone() {
        for id in ["D4", "D5", "D6"] {
            assert_eq!(proposed(DEALS, propose, id), None, "{id}");
        }
    }
}
