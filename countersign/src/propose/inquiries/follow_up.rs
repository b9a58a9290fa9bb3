use countersign_api::candidate::v1::{
    Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceField, Generator, Proposal, RecordReference,
    SourceField, Trigger,
};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

use super::account_match::AccountMatch;
use super::inquiry::Inquiry;
use super::needs::missing_values;
use super::summary::{snippet, urgent_word, who_asks_what};
use crate::propose::clip;
use crate::propose::crm_export::{Account, Export, after_working_days, owner_of};

/// The system that inquiries come from.
pub const SOURCE_SYSTEM: &str = "website";
/// The rule's name.
pub const RULE: &str = "follow_up";

const GENERATOR: &str = "inquiry-rules";
/// Changes whenever the rule would propose something else for the same inquiry.
const RULES_VERSION: &str = "rules-1";
/// A list that several people work on: who gets a task as long as nobody knows whose it is.
const SHARED_LIST: &str = "sales-desk";
const DUE_AFTER_WORKING_DAYS: u32 = 3;
const URGENT_DUE_AFTER_WORKING_DAYS: u32 = 1;
const SUBJECT_MAX_BYTES: usize = 200;

/// A new inquiry: an internal task to answer it, with what is missing to do so.
///
/// An inquiry that matches no account has no owner: somebody has to say whose it is before anybody decides.
pub fn propose(inquiry: &Inquiry, export: &Export, now: Timestamp) -> Proposal {
    let found = AccountMatch::find(inquiry, &export.accounts);
    let agent = found.account().and_then(|account| export.agent_of_account(account.name()));
    let owner = agent.map(|deal| owner_of(deal.agent())).unwrap_or_default();
    let missing = missing_values(inquiry);
    let urgent = urgent_word(inquiry);
    let days = if urgent.is_some() { URGENT_DUE_AFTER_WORKING_DAYS } else { DUE_AFTER_WORKING_DAYS };
    let today = now.to_zoned(TimeZone::UTC).date();
    let what = who_asks_what(inquiry);
    let payload = json!({
        "subject": clip(&format!("Answer inquiry {}: {what}", inquiry.id), SUBJECT_MAX_BYTES),
        "owner": if owner.is_empty() { SHARED_LIST } else { &owner },
        "due": after_working_days(today, days).to_string(),
        "notes": notes(inquiry, &missing),
    });

    let mut evidence = vec![form_evidence(inquiry, now)];
    evidence.extend(text_evidence(inquiry, now));
    evidence.extend(found.account().map(|account| account_evidence(account, now)));
    evidence.extend(agent.map(|deal| {
        let place = &deal.place;
        Evidence {
            kind: "record_field".to_owned(),
            title: format!("Deal {}, {} line {}", deal.id(), place.file, place.line),
            summary: "The latest deal with this account; its agent looks after it.".to_owned(),
            content_sha256: place.content_sha256.as_bytes().to_vec(),
            read_time: Some(moment(now)),
            fields: fields(["opportunity_id", "sales_agent", "account"].map(|column| (column, deal.cell(column)))),
            ..Evidence::default()
        }
    }));
    let urgency = urgent.map(|word| format!(" It says \"{word}\".")).unwrap_or_default();
    let lacking = if missing.is_empty() { String::new() } else { format!(" Not filled in: {}.", missing.join(", ")) };
    Proposal {
        generator: Some(Generator {
            name: GENERATOR.to_owned(),
            model: String::new(),
            prompt_version: RULES_VERSION.to_owned(),
        }),
        trigger: Some(trigger_of(inquiry)),
        record: Some(found.account().map_or_else(|| record_of(inquiry), record_of_account)),
        context_summary: format!(
            "{what} It came in on {}.{urgency}{lacking}",
            inquiry.received_at.to_zoned(TimeZone::UTC).date()
        ),
        known_unknowns: known_unknowns(inquiry, &found, agent.is_some(), &missing),
        missing_fields: missing,
        evidence_numbers: (1..).take(evidence.len()).collect(),
        evidence,
        confidence: Some(confidence(&found)),
        owner,
        action_type: "create_task".to_owned(),
        payload_json: payload.to_string(),
        reason:
            "Every inquiry is answered by whoever looks after the customer, and asked once for all that is missing."
                .to_owned(),
        dedup_key: dedup_key(inquiry),
        ..Proposal::default()
    }
}

fn notes(inquiry: &Inquiry, missing: &[String]) -> String {
    let mut notes = Vec::new();
    if let Some(email) = inquiry.value("email") {
        notes.push(format!("Reply to {email}."));
    }
    if !missing.is_empty() {
        notes.push(format!("Ask for: {}.", missing.join(", ")));
    }
    notes.extend(snippet(inquiry).map(|text| format!("They write: \"{text}\"")));
    notes.join(" ")
}

fn known_unknowns(inquiry: &Inquiry, found: &AccountMatch<'_>, has_agent: bool, missing: &[String]) -> Vec<String> {
    let mut unknowns = Vec::new();
    if let Some(id) = inquiry.value("account_id").filter(|_| !matches!(found, AccountMatch::Id(_))) {
        unknowns.push(format!("Which account `{}` is: the CRM has no such id.", clip(id, 80)));
    }
    match found {
        AccountMatch::Id(_) | AccountMatch::Fields(..) => {}
        AccountMatch::OneField(account, field) => {
            unknowns.push(format!("Whether it is from {}: only the {field} agrees.", account.name()));
        }
        AccountMatch::Text(account) => {
            unknowns.push(format!("Whether it is from {}: only the text mentions it.", account.name()));
        }
        AccountMatch::Nothing => unknowns.push("Which account it is from, if any.".to_owned()),
    }
    if !has_agent {
        unknowns.push("Who looks after the customer.".to_owned());
    }
    if !missing.is_empty() && !inquiry.text.trim().is_empty() {
        unknowns.push(
            "Whether the text says what the form leaves open: the rule takes values from the form alone.".to_owned(),
        );
    }
    unknowns.push("Whether somebody has answered already: no mailbox is read.".to_owned());
    unknowns
}

fn confidence(found: &AccountMatch<'_>) -> Confidence {
    let (level, basis, note) = match found {
        AccountMatch::Id(account) => (
            ConfidenceLevel::High,
            ConfidenceBasis::IdMatch,
            format!("The form names the account's id, `{}`.", account.id),
        ),
        AccountMatch::Fields(_, fields) => (
            ConfidenceLevel::Medium,
            ConfidenceBasis::MultiFieldMatch,
            format!("These values agree with one account alone: {}.", fields.join(", ")),
        ),
        AccountMatch::OneField(_, field) => {
            (ConfidenceLevel::Low, ConfidenceBasis::Inferred, format!("Only the {field} agrees with an account."))
        }
        AccountMatch::Text(_) => {
            (ConfidenceLevel::Low, ConfidenceBasis::Inferred, "Only the text mentions an account.".to_owned())
        }
        AccountMatch::Nothing => (
            ConfidenceLevel::NeedsReview,
            ConfidenceBasis::InsufficientData,
            "Nothing in it agrees with one account alone.".to_owned(),
        ),
    };
    Confidence { level: level.into(), basis: basis.into(), note }
}

fn form_evidence(inquiry: &Inquiry, now: Timestamp) -> Evidence {
    Evidence {
        kind: "form_value".to_owned(),
        title: format!("Form of inquiry {}", inquiry.id),
        summary: "The values as they were sent.".to_owned(),
        content_sha256: inquiry.content_sha256.as_bytes().to_vec(),
        read_time: Some(moment(now)),
        fields: fields(inquiry.form.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
        ..Evidence::default()
    }
}

fn text_evidence(inquiry: &Inquiry, now: Timestamp) -> Option<Evidence> {
    Some(Evidence {
        kind: "inquiry_text".to_owned(),
        title: format!("Text of inquiry {}", inquiry.id),
        summary: snippet(inquiry)?,
        content_sha256: inquiry.content_sha256.as_bytes().to_vec(),
        read_time: Some(moment(now)),
        ..Evidence::default()
    })
}

fn account_evidence(account: &Account, now: Timestamp) -> Evidence {
    let place = &account.place;
    Evidence {
        kind: "record_field".to_owned(),
        title: format!("Account {}, {} line {}", account.id, place.file, place.line),
        summary: "The account that it was matched with.".to_owned(),
        content_sha256: place.content_sha256.as_bytes().to_vec(),
        read_time: Some(moment(now)),
        fields: fields([("account", account.name()), ("office_location", account.country())]),
        ..Evidence::default()
    }
}

fn trigger_of(inquiry: &Inquiry) -> Trigger {
    let field = |(name, value): (&String, &String)| SourceField { name: name.clone(), value: value.clone() };
    Trigger {
        source_system: SOURCE_SYSTEM.to_owned(),
        r#type: "form_submitted".to_owned(),
        source_id: inquiry.id.clone(),
        occur_time: Some(moment(inquiry.received_at)),
        record: Some(record_of(inquiry)),
        fields: inquiry.form.iter().map(field).collect(),
        ..Trigger::default()
    }
}

fn record_of(inquiry: &Inquiry) -> RecordReference {
    RecordReference {
        system: SOURCE_SYSTEM.to_owned(),
        object_type: "inquiry".to_owned(),
        id: inquiry.id.clone(),
        ..RecordReference::default()
    }
}

fn record_of_account(account: &Account) -> RecordReference {
    RecordReference {
        system: "crm".to_owned(),
        object_type: "account".to_owned(),
        id: account.id.clone(),
        display_name: account.name().to_owned(),
        link: String::new(),
    }
}

/// Each inquiry is a thing of its own: whoever writes twice waits for two answers, and the second does not take back what was proposed for
/// the first.
fn dedup_key(inquiry: &Inquiry) -> String {
    format!("{SOURCE_SYSTEM}/{}", inquiry.id)
}

fn fields<'a>(named: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<EvidenceField> {
    let field = |(name, value): (&str, &str)| EvidenceField { name: name.to_owned(), value: value.to_owned() };
    named.into_iter().map(field).collect()
}

fn moment(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
