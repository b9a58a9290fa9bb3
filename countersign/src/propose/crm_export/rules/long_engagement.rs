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
        confidence: Some(confidence(level, ConfidenceBasis::IdMatch, note)),
        // Nobody owns it until somebody says who the manager is; the task's own field must name someone and names the agent.
        owner: manager.map(|agent| owner_of(agent.manager())).unwrap_or_default(),
        reason: format!(
            "After {} days a deal is seldom won. The manager and the agent decide together whether to go on.",
            won.long_days
        ),
        ..draft::begin(deal, NAME)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::crm_export::fixture::{confidence, evidence, payload, proposed, ten_won};

    /// Won deals took 10 to 100 days, nine of ten of them up to 90. Today is 12/31/2025.
    fn with_won(deals: &str) -> String {
        format!("{}{deals}", ten_won())
    }

    #[test]
    fn the_manager_looks_at_a_deal_that_takes_longer_than_nine_of_ten_won_ones() {
        let deals = with_won("D1,Bo Tarn,Alto 10,Tarn Mills,Engaging,10/1/2025,,\n");
        let proposal = proposed(&deals, propose, "D1").expect("a task");
        assert_eq!(proposal.action_type, "create_task");
        assert_eq!(payload(&proposal, "/subject"), "Review deal D1 with Bo Tarn: 91 days without a close");
        assert_eq!(
            (payload(&proposal, "/owner").as_str(), proposal.owner.as_str()),
            ("humans/kit-orr", "humans/kit-orr")
        );
        // Wednesday and three working days.
        assert_eq!(payload(&proposal, "/due"), "2026-01-05");
        assert_eq!(
            evidence(&proposal),
            [
                "record_field opportunity_id=D1 deal_stage=Engaging engage_date=10/1/2025 close_date= sales_agent=Bo Tarn account=Tarn Mills product=Alto 10",
                "statistic won_deals=10 days_to_close_p90=90 days_to_close_longest=100",
                "team_entry sales_agent=Bo Tarn manager=Kit Orr regional_office=West",
            ]
        );
        assert_eq!(confidence(&proposal), "MEDIUM ID_MATCH");
    }

    #[test]
    fn as_long_as_nine_of_ten_is_not_longer() {
        let deals = with_won(
            "D1,Bo Tarn,Alto 10,Tarn Mills,Engaging,10/2/2025,,\nD2,Bo Tarn,Alto 10,Tarn Mills,Prospecting,1/2/2025,,\n",
        );
        assert_eq!(proposed(&deals, propose, "D1"), None);
        assert_eq!(proposed(&deals, propose, "D2"), None, "only engaged deals are counted");
    }

    #[test]
    fn beyond_every_won_deal_there_is_little_doubt() {
        let deals = with_won("D1,Bo Tarn,Alto 10,,Engaging,9/21/2025,,\n");
        let proposal = proposed(&deals, propose, "D1").expect("a task");
        assert_eq!(confidence(&proposal), "HIGH ID_MATCH");
        assert!(proposal.context_summary.contains("with a customer not named has been engaged for 101 days"));
        assert_eq!(proposal.missing_fields, ["account"]);
    }

    #[test]
    fn without_a_known_manager_nobody_owns_it_and_that_is_said() {
        let deals = with_won("D1,Cy Moor,Alto 10,Tarn Mills,Engaging,9/1/2025,,\n");
        let proposal = proposed(&deals, propose, "D1").expect("a task");
        assert_eq!((proposal.owner.as_str(), payload(&proposal, "/owner").as_str()), ("", "humans/cy-moor"));
        assert!(proposal.known_unknowns.iter().any(|unknown| unknown.starts_with("Who manages Cy Moor")));
    }

    #[test]
    fn nine_won_deals_say_nothing_yet() {
        let ten = ten_won();
        let (_, nine) = ten.split_once('\n').expect("ten lines");
        assert_eq!(
            proposed(&format!("{nine}D1,Bo Tarn,Alto 10,Tarn Mills,Engaging,1/1/2025,,\n"), propose, "D1"),
            None
        );
    }
}
