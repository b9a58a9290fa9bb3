use countersign_api::candidate::v1::{ConfidenceBasis, ConfidenceLevel, Proposal};
use serde_json::json;

use super::{all_of, confidence};
use crate::propose::clip;
use crate::propose::crm_export::deal::Deal;
use crate::propose::crm_export::evidence::EvidenceOf;
use crate::propose::crm_export::export::Export;
use crate::propose::crm_export::person::owner_of;
use crate::propose::crm_export::{after_working_days, draft};

pub const NAME: &str = "missing_account";

const SUBJECT_MAX_BYTES: usize = 200;
const DUE_AFTER_WORKING_DAYS: u32 = 5;

/// An open deal without an account: asks its agent which company it is with.
pub fn propose(deal: &Deal, export: &Export) -> Option<Proposal> {
    if !deal.stage.is_open() || !deal.account().trim().is_empty() {
        return None;
    }
    let id = deal.id();
    let stage = deal.cell("deal_stage");
    let sold = if deal.product().is_empty() {
        "No product is named".to_owned()
    } else {
        format!("It is about {}", deal.product())
    };
    let since = deal.engaged_on.map(|date| format!(" since {date}")).unwrap_or_default();
    let mut payload = json!({
        "subject": clip(&format!("Account of deal {id}"), SUBJECT_MAX_BYTES),
        "question": format!("Deal {id} is in stage {stage}{since} and names no account. {sold}. Which company is it with?"),
        "recipient": owner_of(deal.agent()),
        "fields": ["account"],
    });
    if let Some(now) = export.now {
        payload["due"] = after_working_days(now, DUE_AFTER_WORKING_DAYS).to_string().into();
    }
    let columns = ["opportunity_id", "account", "deal_stage", "sales_agent", "product", "engage_date"];
    let evidence = vec![EvidenceOf { now: export.now }.deal(
        deal,
        &columns,
        "The deal is open and its account is empty.".to_owned(),
    )];
    Some(Proposal {
        action_type: "request_information".to_owned(),
        payload_json: payload.to_string(),
        context_summary: format!(
            "Deal {id} of {} is open in stage {stage}{since} and names no account. {sold}.",
            deal.agent()
        ),
        known_unknowns: vec![
            "Which company the deal is with.".to_owned(),
            format!("Whether that company is among the {} accounts of the export.", export.accounts.iter().count()),
        ],
        evidence_numbers: all_of(evidence.len()),
        evidence,
        confidence: Some(confidence(
            ConfidenceLevel::High,
            ConfidenceBasis::IdMatch,
            "The deal was read by its id, and the field is empty: nothing was concluded.",
        )),
        reason: "Without an account an open deal belongs to no customer. Its agent is the one who knows the company."
            .to_owned(),
        ..draft::begin(deal, NAME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::crm_export::fixture::{confidence, evidence, export, payload, proposed};

    const OPEN: &str = "D1,Ann Low,Alto 10,,Engaging,12/29/2025,,\nD2,Bo Tarn,,,Prospecting,,,\nD3,Bo Tarn,Alto 10,Tarn Mills,Engaging,12/30/2025,,\n";

    #[test]
    fn the_agent_of_an_open_deal_without_an_account_is_asked() {
        let proposal = proposed(OPEN, propose, "D1").expect("a question");
        assert_eq!(proposal.action_type, "request_information");
        assert_eq!(payload(&proposal, "/recipient"), "humans/ann-low");
        assert_eq!(payload(&proposal, "/fields"), r#"["account"]"#);
        // Now is Tuesday, 30 December: five working days on is the Tuesday after.
        assert_eq!(payload(&proposal, "/due"), "2026-01-06");
        assert_eq!(
            payload(&proposal, "/question"),
            "Deal D1 is in stage Engaging since 2025-12-29 and names no account. It is about Alto 10. Which company is it with?"
        );
        assert_eq!(proposal.owner, "humans/ann-low");
        assert_eq!(proposal.missing_fields, ["account"]);
        assert_eq!(proposal.dedup_key, "crm/deal/D1/missing_account");
        assert_eq!(
            evidence(&proposal),
            [
                "record_field opportunity_id=D1 account= deal_stage=Engaging sales_agent=Ann Low product=Alto 10 engage_date=12/29/2025"
            ]
        );
        assert_eq!(confidence(&proposal), "HIGH ID_MATCH");
    }

    #[test]
    fn a_deal_without_dates_is_asked_about_too() {
        let proposal = proposed(OPEN, propose, "D2").expect("a question");
        assert_eq!(proposal.missing_fields, ["product", "account"]);
        assert_eq!(proposal.trigger.expect("a trigger").occur_time, None);
        // Without any date in the export there is no today to count from.
        let undated = proposed("D2,Bo Tarn,,,Prospecting,,,\n", propose, "D2").expect("a question");
        assert_eq!(payload(&undated, "/due"), "");
    }

    #[test]
    fn an_account_or_a_close_leaves_nothing_to_ask() {
        assert_eq!(proposed(OPEN, propose, "D3"), None);
        let closed =
            "D4,Ann Low,Alto 10,,Lost,12/1/2025,12/2/2025,0\nD5,Ann Low,Alto 10,,Won,12/1/2025,12/2/2025,1000\n";
        let export = export(closed);
        assert!(export.deals.iter().all(|deal| propose(deal, &export).is_none()));
    }
}
