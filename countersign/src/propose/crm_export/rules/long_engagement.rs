use countersign_api::candidate::v1::{ConfidenceBasis, ConfidenceLevel, Proposal};
use serde_json::json;

use super::{all_of, confidence};
use crate::propose::clip;
use crate::propose::crm_export::deal::{Deal, Stage, days_between};
use crate::propose::crm_export::evidence::EvidenceOf;
use crate::propose::crm_export::export::Export;
use crate::propose::crm_export::person::owner_of;
use crate::propose::crm_export::won_durations::LONG_PERCENTILE;
use crate::propose::crm_export::{after_working_days, draft};

pub const NAME: &str = "long_engagement";

const SUBJECT_MAX_BYTES: usize = 200;
const DUE_AFTER_WORKING_DAYS: u32 = 3;

/// A deal engaged for longer than nine of ten won deals took: has its agent's manager look at it.
pub fn propose(deal: &Deal, export: &Export) -> Option<Proposal> {
    let (Stage::Engaging, Some(engaged_on), Some(now), Some(won)) =
        (deal.stage, deal.engaged_on, export.now, export.won_durations)
    else {
        return None;
    };
    let days = days_between(engaged_on, now);
    if days <= won.long_days {
        return None;
    }
    let (id, agent) = (deal.id(), deal.agent());
    let manager = export.manager_of(agent);
    let customer = if deal.account().is_empty() { "a customer not named" } else { deal.account() };
    let payload = json!({
        "subject": clip(&format!("Review deal {id} with {agent}: {days} days without a close"), SUBJECT_MAX_BYTES),
        "owner": owner_of(manager.map_or(agent, |agent| agent.manager())),
        "due": after_working_days(now, DUE_AFTER_WORKING_DAYS).to_string(),
        "notes": format!(
            "Engaged on {engaged_on} with {customer}. {LONG_PERCENTILE} % of won deals closed within {} days. \
             Decide whether to go on, and what is next.",
            won.long_days
        ),
    });

    let shown = EvidenceOf { now: export.now };
    let columns = ["opportunity_id", "deal_stage", "engage_date", "close_date", "sales_agent", "account", "product"];
    let mut evidence = vec![
        shown.deal(deal, &columns, format!("Engaged on {engaged_on}, not closed: {days} days up to {now}.")),
        shown.won_durations(&won, &export.deals_sha256),
    ];
    evidence.extend(manager.map(|agent| shown.agent(agent)));
    let mut known_unknowns = vec![
        "Whether anybody spoke with the customer since the deal was engaged: the export has no activities.".to_owned(),
        "Whether the customer asked for the time.".to_owned(),
    ];
    if manager.is_none() {
        known_unknowns.push(format!("Who manages {agent}: the list of teams does not name them."));
    }
    let (level, note) = if days > won.longest_days {
        (ConfidenceLevel::High, format!("Read by its id; no won deal took longer than {} days.", won.longest_days))
    } else {
        (ConfidenceLevel::Medium, "Read by its id; some won deals took as long.".to_owned())
    };
    Some(Proposal {
        action_type: "create_task".to_owned(),
        payload_json: payload.to_string(),
        context_summary: format!(
            "Deal {id} of {agent} with {customer} has been engaged for {days} days; nine of ten won deals closed within {} days.",
            won.long_days
        ),
        known_unknowns,
        evidence_numbers: all_of(evidence.len()),
        evidence,
        confidence: confidence(level, ConfidenceBasis::IdMatch, note),
        // Nobody owns it until somebody says who the manager is; the task's own field must name someone and names the agent.
        owner: manager.map(|agent| owner_of(agent.manager())).unwrap_or_default(),
        reason: format!(
            "After {} days a deal is seldom won. The manager and the agent decide together whether to go on.",
            won.long_days
        ),
        ..draft::begin(deal, NAME)
    })
}
