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
        confidence: confidence(
            ConfidenceLevel::High,
            ConfidenceBasis::IdMatch,
            "The deal was read by its id, and the field is empty: nothing was concluded.",
        ),
        reason: "Without an account an open deal belongs to no customer. Its agent is the one who knows the company."
            .to_owned(),
        ..draft::begin(deal, NAME)
    })
}
