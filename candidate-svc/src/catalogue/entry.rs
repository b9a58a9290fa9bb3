//! One action type from its file's text.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{schema_contradictions, schema_rules, schema_spelling, subschemas};
use crate::domain::limits::EVIDENCE_MAX_ITEMS;
use crate::domain::{
    ActionType, ActionTypeName, CHANGE_POLICY, ChangedField, EvidenceKind, FieldLabel, PayloadRecord, PayloadSchema,
    RiskTier, WordError,
};
use crate::keyed_toml::{KeyError, Keys};

/// Reads an action type. The file is named after it: `{name}.toml`.
pub(super) fn read(file: &str, text: &str) -> Result<ActionType, KeyError> {
    let mut keys = Keys::read(file, text)?;
    let name: ActionTypeName = keys.required("name")?;
    if file != format!("{name}.toml") {
        return Err(keys.wrong("name", format!("a file is named after its action type: rename it to `{name}.toml`")));
    }
    let default_risk_tier: RiskTier = keys.required("default_risk_tier")?;
    let least_risk_tier: RiskTier = keys.required("least_risk_tier")?;
    if default_risk_tier < least_risk_tier {
        return Err(keys.wrong("default_risk_tier", "it is below `least_risk_tier`: raise it"));
    }
    let schema_json: Value = keys.required("payload_schema")?;
    let action_type = ActionType {
        name,
        schema: schema(&keys, &schema_json)?,
        description: required_text(&mut keys, "description")?,
        labels: labels(&mut keys, &schema_json)?,
        default_risk_tier,
        least_risk_tier,
        impact: keys.required("impact")?,
        required_evidence_kinds: evidence_kinds(&mut keys)?,
        changes: changes(&mut keys, &schema_json)?,
        payload_record: payload_record(&mut keys, &schema_json)?,
        operation: operation(&mut keys)?,
        retry_safe: keys.required("retry_safe")?,
        idempotency: keys.optional("idempotency")?.unwrap_or_default(),
        undo: keys.optional("undo")?.unwrap_or_default(),
    };
    if action_type.retry_safe && action_type.idempotency.trim().is_empty() {
        return Err(keys.wrong("idempotency", "`retry_safe` is set: say what makes repeating safe"));
    }
    check_policy_change(&action_type, &keys)?;
    keys.finish()?;
    Ok(action_type)
}

/// Holds the payload schema to its words first, so that a misspelt keyword is not taken for a missing one, and to what it means last, once it
/// is known to be a schema.
fn schema(keys: &Keys<'_>, schema: &Value) -> Result<PayloadSchema, KeyError> {
    let wrong = |(key, reason): schema_rules::Fault| keys.wrong(&format!("payload_schema{key}"), reason);
    let all = subschemas::of(schema);
    all.iter().try_for_each(schema_spelling::check).map_err(wrong)?;
    schema_rules::check(schema).map_err(wrong)?;
    let compiled = PayloadSchema::compile(schema)
        .map_err(|error| keys.wrong("payload_schema", format!("at `{}`: {}", error.pointer, error.reason)))?;
    all.iter().try_for_each(schema_contradictions::check).map_err(wrong)?;
    schema_rules::check_parts(schema, "").map_err(wrong)?;
    Ok(compiled)
}

/// Under which rules people work is changed under one name, and decided by a person singly, whatever a file says.
fn check_policy_change(action_type: &ActionType, keys: &Keys<'_>) -> Result<(), KeyError> {
    let is_named_so = action_type.name.as_str() == CHANGE_POLICY;
    if is_named_so && !action_type.changes_policy() {
        let reason = format!("without its own operation no policy could be changed: write `\"{CHANGE_POLICY}\"`");
        return Err(keys.wrong("operation", reason));
    }
    if !action_type.changes_policy() {
        return Ok(());
    }
    if !is_named_so {
        let reason = format!("only `{CHANGE_POLICY}` has this operation, which no connector performs: name another");
        return Err(keys.wrong("operation", reason));
    }
    if action_type.least_risk_tier < RiskTier::High {
        return Err(keys.wrong("least_risk_tier", "a change of the review policy is of high risk: write `\"HIGH\"`"));
    }
    let whole = json!({ "policy_toml": "[defaults]", "base_revision": 1, "summary": "One approves." });
    let fits_without = |field: &str| {
        let fields = whole.as_object().into_iter().flatten().filter(|(name, _)| *name != field);
        let rest: Map<String, Value> = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        action_type.schema.check(&Value::Object(rest)).is_ok()
    };
    if !fits_without("") || fits_without("policy_toml") || fits_without("base_revision") {
        let reason = "a change of the policy is a text `policy_toml` and a whole number `base_revision`, both required, with a text \
                      `summary`: with another schema no policy could be changed";
        return Err(keys.wrong("payload_schema", reason));
    }
    Ok(())
}

fn required_text(keys: &mut Keys<'_>, key: &str) -> Result<String, KeyError> {
    let text: String = keys.required(key)?;
    if text.trim().is_empty() { Err(keys.wrong(key, "it is empty: say it in words")) } else { Ok(text) }
}

fn operation(keys: &mut Keys<'_>) -> Result<String, KeyError> {
    let text: String = keys.required("operation")?;
    let word: Result<ActionTypeName, WordError> = text.parse();
    word.map(|_| text).map_err(|error| keys.wrong("operation", error.to_string()))
}

/// Reads which field of its record the action changes: one that the payload names, or always the same.
fn changes(keys: &mut Keys<'_>, schema: &Value) -> Result<Option<ChangedField>, KeyError> {
    const NAMED: &str = "changes_field_named_at";
    const ALWAYS: &str = "changes_field";
    let named: Option<String> = keys.optional(NAMED)?;
    let always: Option<String> = keys.optional(ALWAYS)?;
    match (named, always) {
        (Some(_), Some(_)) => Err(keys.wrong(ALWAYS, format!("`{NAMED}` stands beside it: keep one of them"))),
        (Some(pointer), None) if !schema_rules::is_text_field(schema, &pointer) => {
            let reason =
                format!("`{pointer}` is no field of the payload with `type = \"string\"`: point at one, e.g. `/field`");
            Err(keys.wrong(NAMED, reason))
        }
        (Some(pointer), None) => Ok(Some(ChangedField::NamedAt(pointer))),
        (None, Some(field)) if field.trim().is_empty() => Err(keys.wrong(ALWAYS, "it is empty: name the field")),
        (None, Some(field)) => Ok(Some(ChangedField::Always(field))),
        (None, None) => Ok(None),
    }
}

/// Reads where the payload says which record it changes.
fn payload_record(keys: &mut Keys<'_>, schema: &Value) -> Result<Option<PayloadRecord>, KeyError> {
    const NAMED: &str = "record_named_at";
    let Some(named): Option<PayloadRecord> = keys.optional(NAMED)? else { return Ok(None) };
    for pointer in [&named.object_type, &named.id] {
        if !schema_rules::is_text_field(schema, pointer) {
            let reason = format!(
                "`{pointer}` is no field of the payload with `type = \"string\"`: point at one, e.g. `/record_id`"
            );
            return Err(keys.wrong(NAMED, reason));
        }
    }
    Ok(Some(named))
}

fn evidence_kinds(keys: &mut Keys<'_>) -> Result<Vec<EvidenceKind>, KeyError> {
    let kinds: Vec<EvidenceKind> = keys.optional("required_evidence_kinds")?.unwrap_or_default();
    let distinct: BTreeSet<&EvidenceKind> = kinds.iter().collect();
    if distinct.len() < kinds.len() {
        return Err(keys.wrong("required_evidence_kinds", "it names a kind twice: name it once"));
    }
    if kinds.len() > EVIDENCE_MAX_ITEMS {
        let reason = format!(
            "it names `{}` kinds, and a candidate has at most {EVIDENCE_MAX_ITEMS} pieces of evidence: name fewer",
            kinds.len()
        );
        return Err(keys.wrong("required_evidence_kinds", reason));
    }
    Ok(kinds)
}

/// Every field of the payload has exactly one label: what has none would be shown to people under a machine's name, or not at all.
fn labels(keys: &mut Keys<'_>, schema: &Value) -> Result<Vec<FieldLabel>, KeyError> {
    let mut unlabelled: BTreeSet<String> = schema_rules::fields(schema).map(|field| format!("/{field}")).collect();
    let mut labels = Vec::new();
    for mut each in keys.tables("labels")? {
        let label = FieldLabel { pointer: each.required("pointer")?, label: required_text(&mut each, "label")? };
        if !unlabelled.remove(&label.pointer) {
            let reason = format!("`{}` is no field of the payload, or has a label already", label.pointer);
            return Err(each.wrong("pointer", reason));
        }
        if labels.iter().any(|other: &FieldLabel| other.label == label.label) {
            let reason = format!("`{}` is the label of another field: people could not tell them apart", label.label);
            return Err(each.wrong("label", reason));
        }
        each.finish()?;
        labels.push(label);
    }
    match unlabelled.first() {
        None => Ok(labels),
        Some(pointer) => Err(keys.wrong("labels", format!("`{pointer}` has no label: add one"))),
    }
}
