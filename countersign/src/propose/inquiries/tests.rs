//! An inquiry from form to proposed task.

use std::borrow::Cow;

use countersign_api::candidate::v1::Proposal;

use super::*;
use crate::propose::crm_export::Files;
use crate::propose::expectations::assert_would_be_taken;

const ACCOUNTS: &str = "account,sector,year_established,revenue,employees,office_location,subsidiary_of\n\
    Rund & Sons,retail,1990,1,1,Norway,\nTarn Mills,retail,1990,1,1,Sweden,\n";
const DEALS: &str = "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n\
    D1,Bo Tarn,Alto,Rund & Sons,Engaging,1/7/2026,,\nD2,Ann Low,Alto,Rund & Sons,Won,1/2/2026,2/9/2026,10\n\
    D3,Cy Moor,Alto,Rund & Sons,Prospecting,,,\n";

fn export() -> Export {
    let bytes = |text: &'static str| Cow::Borrowed(text.as_bytes());
    let files = Files {
        accounts: bytes(ACCOUNTS),
        products: bytes("product,series,sales_price\nAlto,A,10\n"),
        sales_pipeline: bytes(DEALS),
        sales_teams: bytes("sales_agent,manager,regional_office\nAnn Low,Mara Vey,East\n"),
    };
    Export::read(&files, &mut Vec::new()).expect("an export")
}

/// Follows up one inquiry that came in on Wednesday, 4 March 2026.
fn follow_up(form: &str, text: &str) -> Proposal {
    let line = format!(r#"{{"id":"I-1","received_at":"2026-03-04T22:15:00Z","form":{form},"text":"{text}"}}"#);
    let mut broken = Vec::new();
    let items = propose("inquiries.jsonl", &line, &export(), 1, &mut broken);
    assert_eq!((items.len(), broken.as_slice()), (1, &[][..]));
    assert_would_be_taken(&items[0]);
    items[0].proposal.clone()
}

fn payload(proposal: &Proposal, field: &str) -> String {
    let payload: serde_json::Value = serde_json::from_str(&proposal.payload_json).expect("JSON");
    payload[field].as_str().expect("a text").to_owned()
}

fn confidence(proposal: &Proposal) -> String {
    let confidence = proposal.confidence.as_ref().expect("a confidence");
    let (level, basis) = (confidence.level().as_str_name(), confidence.basis().as_str_name());
    format!("{level} {basis}").replace("CONFIDENCE_LEVEL_", "").replace("CONFIDENCE_BASIS_", "")
}

#[test]
fn a_customers_inquiry_becomes_a_task_for_the_agent_of_their_latest_deal() {
    let form = r#"{"name":"Ada Ek","email":"ada@rund-sons.example","company":"Rund & Sons","account_id":"rund-sons","topic":"quote","product":"Alto","quantity":""}"#;
    let proposal = follow_up(form, "How much are they?\\nWe need some.");
    assert_eq!(proposal.action_type, "create_task");
    assert_eq!(payload(&proposal, "subject"), "Answer inquiry I-1: Ada Ek of Rund & Sons asks about quote (Alto).");
    assert_eq!((payload(&proposal, "owner").as_str(), proposal.owner.as_str()), ("humans/ann-low", "humans/ann-low"));
    assert_eq!(payload(&proposal, "due"), "2026-03-09");
    assert_eq!(
        payload(&proposal, "notes"),
        "Reply to ada@rund-sons.example. Ask for: quantity. They write: \"How much are they? We need some.\""
    );
    assert_eq!(
        proposal.context_summary,
        "Ada Ek of Rund & Sons asks about quote (Alto). It came in on 2026-03-04. Not filled in: quantity."
    );
    assert_eq!(proposal.missing_fields, ["quantity"]);
    assert_eq!(confidence(&proposal), "HIGH ID_MATCH");
    let kinds: Vec<_> = proposal.evidence.iter().map(|item| item.kind.as_str()).collect();
    assert_eq!(kinds, ["form_value", "inquiry_text", "record_field", "record_field"]);
    assert_eq!(proposal.evidence[3].fields[0].value, "D2", "the deal with the last date says who looks after them");
    let record = proposal.record.expect("a record");
    assert_eq!(
        (record.system.as_str(), record.object_type.as_str(), record.id.as_str()),
        ("crm", "account", "rund-sons")
    );
    let trigger = proposal.trigger.expect("a trigger");
    assert_eq!((trigger.source_system.as_str(), trigger.r#type.as_str()), ("website", "form_submitted"));
    assert_eq!(trigger.fields.len(), 7);
}

#[test]
fn a_stranger_has_no_owner_yet_and_the_reading_needs_review() {
    let proposal = follow_up(r#"{"name":"Nils","email":"nils@postbox.example","topic":"quote"}"#, "");
    assert_eq!((proposal.owner.as_str(), payload(&proposal, "owner").as_str()), ("", "sales-desk"));
    assert_eq!(confidence(&proposal), "NEEDS_REVIEW INSUFFICIENT_DATA");
    assert_eq!(proposal.missing_fields, ["company", "product", "quantity"]);
    assert_eq!(proposal.known_unknowns[..2], ["Which account it is from, if any.", "Who looks after the customer."]);
    assert_eq!(proposal.record.expect("a record").object_type, "inquiry");
    assert_eq!(proposal.dedup_key, "website/I-1");
}

#[test]
fn how_sure_it_is_follows_from_what_agrees() {
    for (form, text, expected) in [
        (r#"{"company":"Rund & Sons","country":"Norway"}"#, "", "MEDIUM MULTI_FIELD_MATCH"),
        (r#"{"company":"Rund & Sons"}"#, "", "LOW INFERRED"),
        ("{}", "For Rund Sons, please.", "LOW INFERRED"),
        (r#"{"account_id":"rund"}"#, "", "NEEDS_REVIEW INSUFFICIENT_DATA"),
    ] {
        assert_eq!(confidence(&follow_up(form, text)), expected, "{form} {text}");
    }
    let unknown_id = follow_up(r#"{"account_id":"rund"}"#, "");
    assert_eq!(unknown_id.known_unknowns[0], "Which account `rund` is: the CRM has no such id.");
}

#[test]
fn a_known_account_without_deals_has_nobody_who_looks_after_it() {
    let proposal = follow_up(r#"{"account_id":"tarn-mills"}"#, "");
    assert_eq!(confidence(&proposal), "HIGH ID_MATCH");
    assert_eq!(proposal.owner, "");
    assert_eq!(proposal.known_unknowns[0], "Who looks after the customer.");
}

#[test]
fn what_cannot_wait_is_due_the_next_working_day() {
    let proposal = follow_up("{}", "We are at a standstill.");
    assert_eq!(payload(&proposal, "due"), "2026-03-05");
    assert!(proposal.context_summary.contains(r#"It says "standstill"."#), "{}", proposal.context_summary);
    assert!(proposal.known_unknowns.iter().any(|unknown| unknown.starts_with("Whether the text says")));
}

#[test]
fn today_is_when_the_last_inquiry_came_in() {
    let line = |id: &str, at: &str| format!(r#"{{"id":"{id}","received_at":"{at}","form":{{}}}}"#);
    let text = format!("{}\n{}", line("I-1", "2026-02-02T08:00:00Z"), line("I-2", "2026-03-04T23:59:59Z"));
    let items = propose("inquiries.jsonl", &text, &export(), 1, &mut Vec::new());
    assert!(items.iter().all(|item| payload(&item.proposal, "due") == "2026-03-09"));
    assert!(propose("inquiries.jsonl", "\n", &export(), 1, &mut Vec::new()).is_empty());
}

#[test]
fn the_longest_values_there_can_be_are_taken() {
    let form: Vec<_> = ["name", "email", "company", "topic", "product", "account_id"]
        .map(|name| format!(r#""{name}":"{}""#, "w".repeat(1024)))
        .into();
    let proposal = follow_up(&format!("{{{}}}", form.join(",")), &"word ".repeat(3_000));
    assert_eq!(proposal.dedup_key, "website/I-1");
}
