//! What stands on a line: the contract's `Proposal`, with words for enums and RFC 3339 for times.

use countersign_api::candidate::v1::{
    Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, EvidenceField, Generator, Proposal, RecordReference,
    RiskTier, SourceField, Trigger,
};

use super::object::Object;
use super::value::read_whole;
use super::wrong::Wrong;

/// Who proposes when a line does not say what made it.
const UNNAMED_GENERATOR: &str = "local";

const LEVELS: [(&str, ConfidenceLevel); 4] = [
    ("high", ConfidenceLevel::High),
    ("medium", ConfidenceLevel::Medium),
    ("low", ConfidenceLevel::Low),
    ("needs_review", ConfidenceLevel::NeedsReview),
];

const BASES: [(&str, ConfidenceBasis); 4] = [
    ("id_match", ConfidenceBasis::IdMatch),
    ("multi_field_match", ConfidenceBasis::MultiFieldMatch),
    ("inferred", ConfidenceBasis::Inferred),
    ("insufficient_data", ConfidenceBasis::InsufficientData),
];

const TIERS: [(&str, RiskTier); 3] =
    [("low", RiskTier::Low), ("approval_required", RiskTier::ApprovalRequired), ("high", RiskTier::High)];

/// Takes a whole proposal out of a line.
///
/// # Errors
/// The first field that is missing or not of its form.
pub fn read_proposal(line: &mut Object<'_>) -> Result<Proposal, Wrong> {
    Ok(Proposal {
        action_type: line.text("action_type")?,
        payload_json: payload(line)?,
        trigger: Some(read_whole(line.object("trigger")?, trigger)?),
        generator: Some(generator(line)?),
        owner: line.text_or_empty("owner")?,
        record: record(line, "record")?,
        target: record(line, "target")?,
        evidence: line.objects("evidence", evidence)?,
        confidence: line.object_if_any("confidence")?.map(|object| read_whole(object, confidence)).transpose()?,
        risk_tier: line.word("risk_tier", &TIERS)?.unwrap_or_default().into(),
        context_summary: line.text_or_empty("context_summary")?,
        known_unknowns: line.texts("known_unknowns")?,
        missing_fields: line.texts("missing_fields")?,
        reason: line.text_or_empty("reason")?,
        evidence_numbers: line.positions("evidence_numbers")?,
        due_time: line.time("due_time")?,
        dedup_key: line.text_or_empty("dedup_key")?,
    })
}

/// Takes the payload as it stands there: numbers stay as they were written.
fn payload(line: &mut Object<'_>) -> Result<String, Wrong> {
    let member = line.take_needed("payload")?;
    if member.text().starts_with('{') {
        return Ok(member.text().to_owned());
    }
    Err(Wrong {
        column: member.column(),
        field: Some("payload".to_owned()),
        what: format!("`payload` is {}, an object is needed", member.kind()),
        mend: "write the fields of the action type's schema as `{\"name\": value, …}`".to_owned(),
    })
}

fn trigger(object: &mut Object<'_>) -> Result<Trigger, Wrong> {
    Ok(Trigger {
        source_system: object.text("source_system")?,
        r#type: object.text("type")?,
        source_id: object.text("source_id")?,
        occur_time: object.time("occur_time")?,
        fields: object.objects("fields", |field| {
            Ok(SourceField { name: field.text("name")?, value: field.text_or_empty("value")? })
        })?,
        ..Trigger::default()
    })
}

fn generator(line: &mut Object<'_>) -> Result<Generator, Wrong> {
    let Some(object) = line.object_if_any("generator")? else {
        return Ok(Generator { name: UNNAMED_GENERATOR.to_owned(), ..Generator::default() });
    };
    read_whole(object, |object| {
        Ok(Generator {
            name: object.text("name")?,
            model: object.text_or_empty("model")?,
            prompt_version: object.text_or_empty("prompt_version")?,
        })
    })
}

fn record(line: &mut Object<'_>, name: &'static str) -> Result<Option<RecordReference>, Wrong> {
    let read = |object: &mut Object<'_>| {
        Ok(RecordReference {
            system: object.text("system")?,
            object_type: object.text("object_type")?,
            id: object.text("id")?,
            display_name: object.text_or_empty("display_name")?,
            link: object.text_or_empty("link")?,
        })
    };
    line.object_if_any(name)?.map(|object| read_whole(object, read)).transpose()
}

fn evidence(object: &mut Object<'_>) -> Result<Evidence, Wrong> {
    Ok(Evidence {
        kind: object.text("kind")?,
        title: object.text("title")?,
        summary: object.text_or_empty("summary")?,
        link: object.text_or_empty("link")?,
        content_sha256: object.sha256("content_sha256")?,
        read_time: object.time("read_time")?,
        fields: object.objects("fields", |field| {
            Ok(EvidenceField { name: field.text("name")?, value: field.text_or_empty("value")? })
        })?,
        ..Evidence::default()
    })
}

fn confidence(object: &mut Object<'_>) -> Result<Confidence, Wrong> {
    Ok(Confidence {
        level: object.word_needed("level", &LEVELS)?.into(),
        basis: object.word_needed("basis", &BASES)?.into(),
        note: object.text_or_empty("note")?,
    })
}
