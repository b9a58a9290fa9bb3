use countersign_api::candidate::v1 as api;
use jiff::Timestamp;
use ledger_format::{canonicalize_payload, sha256};
use prost::Message as _;

use super::LineError;
use super::shape::{
    Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, Field, Generator, Line, Record, RiskTier, Trigger,
};
use crate::propose::{Item, Origin};

const REQUEST_ID_TAG: &[u8] = b"countersign/proposed-line/v1\n";

/// Who proposes when a line does not say what made it.
const UNNAMED_GENERATOR: &str = "local";

/// Reads a line.
///
/// # Errors
/// What is wrong with it, and at which byte.
pub fn read_item(number: u64, text: &str) -> Result<Item, LineError> {
    let line: Line<'_> = serde_json::from_str(text).map_err(|error| not_a_proposal(number, &error))?;
    if !line.payload.get().starts_with('{') {
        return Err(LineError { line: number, column: None, reason: "`payload` is not a JSON object".to_owned() });
    }
    let request_id = line.request_id.clone();
    let proposal = proposal_of(line);
    let request_id = request_id.unwrap_or_else(|| content_id(&proposal));
    Ok(Item { request_id, origin: Origin::Line(number), proposal })
}

/// The same content has the same id, wherever and however often it stands; line breaks and order of fields make no difference.
fn content_id(proposal: &api::Proposal) -> String {
    let mut proposal = proposal.clone();
    // What has no canonical form is refused by the services, whatever its id.
    if let Ok(canonical) = canonicalize_payload(&proposal.payload_json) {
        proposal.payload_json = canonical;
    }
    hex::encode(sha256(&[REQUEST_ID_TAG, &proposal.encode_to_vec()]).as_bytes())
}

fn not_a_proposal(number: u64, error: &serde_json::Error) -> LineError {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let reason = text.strip_suffix(&position).unwrap_or(&text);
    let what = match error.classify() {
        serde_json::error::Category::Data => "not a proposal",
        serde_json::error::Category::Syntax | serde_json::error::Category::Eof | serde_json::error::Category::Io => {
            "not JSON"
        }
    };
    LineError { line: number, column: u64::try_from(error.column()).ok(), reason: format!("{what}: {reason}") }
}

fn proposal_of(line: Line<'_>) -> api::Proposal {
    api::Proposal {
        generator: Some(generator_of(line.generator)),
        trigger: Some(trigger_of(line.trigger)),
        record: line.record.map(record_of),
        context_summary: line.context_summary,
        known_unknowns: line.known_unknowns,
        missing_fields: line.missing_fields,
        evidence: line.evidence.into_iter().map(evidence_of).collect(),
        confidence: line.confidence.map(confidence_of),
        risk_tier: line.risk_tier.map_or(api::RiskTier::Unspecified, tier_of).into(),
        owner: line.owner,
        action_type: line.action_type,
        target: line.target.map(record_of),
        payload_json: line.payload.get().to_owned(),
        reason: line.reason,
        evidence_numbers: line.evidence_numbers.into_iter().map(i32::from).collect(),
        due_time: line.due_time.map(moment),
        dedup_key: line.dedup_key,
    }
}

fn generator_of(generator: Option<Generator>) -> api::Generator {
    match generator {
        Some(Generator { name, model, prompt_version }) => api::Generator { name, model, prompt_version },
        None => api::Generator { name: UNNAMED_GENERATOR.to_owned(), ..api::Generator::default() },
    }
}

fn trigger_of(trigger: Trigger) -> api::Trigger {
    let source_field = |Field { name, value }: Field| api::SourceField { name, value };
    api::Trigger {
        source_system: trigger.source_system,
        r#type: trigger.r#type,
        source_id: trigger.source_id,
        occur_time: trigger.occur_time.map(moment),
        fields: trigger.fields.into_iter().map(source_field).collect(),
        ..api::Trigger::default()
    }
}

fn record_of(Record { system, object_type, id, display_name, link }: Record) -> api::RecordReference {
    api::RecordReference { system, object_type, id, display_name, link }
}

fn evidence_of(evidence: Evidence) -> api::Evidence {
    let evidence_field = |Field { name, value }: Field| api::EvidenceField { name, value };
    api::Evidence {
        kind: evidence.kind,
        title: evidence.title,
        summary: evidence.summary,
        link: evidence.link,
        content_sha256: evidence.content_sha256.map(|hash| hash.as_bytes().to_vec()).unwrap_or_default(),
        read_time: evidence.read_time.map(moment),
        fields: evidence.fields.into_iter().map(evidence_field).collect(),
        ..api::Evidence::default()
    }
}

fn confidence_of(Confidence { level, basis, note }: Confidence) -> api::Confidence {
    let level = match level {
        ConfidenceLevel::High => api::ConfidenceLevel::High,
        ConfidenceLevel::Medium => api::ConfidenceLevel::Medium,
        ConfidenceLevel::Low => api::ConfidenceLevel::Low,
        ConfidenceLevel::NeedsReview => api::ConfidenceLevel::NeedsReview,
    };
    let basis = match basis {
        ConfidenceBasis::IdMatch => api::ConfidenceBasis::IdMatch,
        ConfidenceBasis::MultiFieldMatch => api::ConfidenceBasis::MultiFieldMatch,
        ConfidenceBasis::Inferred => api::ConfidenceBasis::Inferred,
        ConfidenceBasis::InsufficientData => api::ConfidenceBasis::InsufficientData,
    };
    api::Confidence { level: level.into(), basis: basis.into(), note }
}

fn tier_of(tier: RiskTier) -> api::RiskTier {
    match tier {
        RiskTier::Low => api::RiskTier::Low,
        RiskTier::ApprovalRequired => api::RiskTier::ApprovalRequired,
        RiskTier::High => api::RiskTier::High,
    }
}

fn moment(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}
