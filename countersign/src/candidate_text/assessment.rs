use countersign_api::candidate::v1::{Candidate, Confidence, ConfidenceLevel, Evidence, Risk, RiskTier};

use super::layout::Page;
use super::wire_name::{bare, who};
use crate::output::moment_or;

/// What stands where the proposer has named nothing.
const NONE: &str = "none was named";

/// What stands where the proposer does not know.
const NOT_STATED: &str = "not stated";

/// Says what was looked at, what is missing and unknown, how reliable the reading is and, apart from that, what a
/// mistake would cost.
pub fn write(page: &mut Page, candidate: &Candidate) {
    page.section("What it rests on");
    page.put("summary", &candidate.context_summary);
    page.put("missing", &or_none(&candidate.missing_fields));
    page.put("unknown", &or_none(&candidate.known_unknowns));
    if candidate.evidence.is_empty() {
        page.put("evidence", NONE);
    }
    for evidence in &candidate.evidence {
        page.put(&format!("evidence {}", evidence.number), &evidence_text(evidence));
    }
    page.section("How reliable the reading is, and what a mistake would cost");
    page.put("confidence", &confidence_text(candidate.confidence.as_ref()));
    page.put("risk", &risk_text(candidate.risk.as_ref()));
}

/// An empty list is an answer too: nobody should take it for something left out here.
fn or_none(named: &[String]) -> String {
    if named.is_empty() { NONE.to_owned() } else { named.join("\n") }
}

fn evidence_text(evidence: &Evidence) -> String {
    let mut lines = vec![format!("{} ({})", evidence.title, evidence.kind)];
    lines.extend((!evidence.summary.is_empty()).then(|| evidence.summary.clone()));
    lines.extend(evidence.fields.iter().map(|field| {
        let value = if field.value.is_empty() { "(empty)" } else { &field.value };
        format!("{} = {value}", field.name)
    }));
    lines.extend((!evidence.link.is_empty()).then(|| evidence.link.clone()));
    let read = moment_or(evidence.read_time.as_ref(), NOT_STATED);
    let hash = match evidence.content_sha256.as_slice() {
        [] => NOT_STATED.to_owned(),
        bytes => hex::encode(bytes),
    };
    lines.push(format!("added by {}, read {read}, sha256 {hash}", who(evidence.added_by.as_ref())));
    lines.join("\n")
}

/// Returns the fields of evidence that its giver left open, as the contract names them.
pub fn not_stated(evidence: &Evidence) -> Vec<&'static str> {
    let open = [("content_sha256", evidence.content_sha256.is_empty()), ("read_time", evidence.read_time.is_none())];
    open.into_iter().filter_map(|(field, is_open)| is_open.then_some(field)).collect()
}

fn confidence_text(confidence: Option<&Confidence>) -> String {
    let Some(confidence) = confidence else { return String::new() };
    let level = bare(confidence.level().as_str_name(), "CONFIDENCE_LEVEL_");
    let basis = bare(confidence.basis().as_str_name(), "CONFIDENCE_BASIS_");
    format!("{level}, by {basis}\n{}", confidence.note).trim_end().to_owned()
}

fn risk_text(risk: Option<&Risk>) -> String {
    let Some(risk) = risk else { return String::new() };
    let tier = bare(risk.tier().as_str_name(), "RISK_TIER_");
    let impact = bare(risk.impact().as_str_name(), "IMPACT_");
    let mut lines = vec![format!("{tier}, would touch {impact}")];
    lines.extend(risk.reasons.iter().cloned());
    lines.join("\n")
}

/// Returns the confidence level as a list shows them.
pub fn confidence_name(confidence: Option<&Confidence>) -> &'static str {
    let level = confidence.map_or(ConfidenceLevel::Unspecified, Confidence::level);
    bare(level.as_str_name(), "CONFIDENCE_LEVEL_")
}

/// Returns the risk tier as a list shows it.
pub fn risk_name(risk: Option<&Risk>) -> &'static str {
    bare(risk.map_or(RiskTier::Unspecified, Risk::tier).as_str_name(), "RISK_TIER_")
}
