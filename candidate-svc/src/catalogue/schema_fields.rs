//! Finds fields that a schema asks for or speaks of, and that it leaves no room for.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::schema_bounds::is_limit;
use super::schema_rules::Fault;
use super::subschemas::Subschema;
use crate::domain::PayloadSchema;
use crate::keyed_toml::meant;

/// Checks the names of fields in one schema, and how many there may be.
///
/// # Errors
///
/// The offending key, why no object fits, and the mend.
pub(super) fn check(keywords: &Map<String, Value>, found: &Subschema<'_>) -> Result<(), Fault> {
    let members = keywords.get("allOf").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let judges: Vec<&Map<String, Value>> = found.around.iter().copied().chain([keywords]).chain(members).collect();
    for (key, field) in asked_for(keywords) {
        if let Some(reason) = judges.iter().find_map(|judge| ruled_out(judge, field)) {
            return Err((format!("{}.{key}", found.at), reason));
        }
    }
    // What a schema lists itself it makes room for; whether those that judge with it do is to be asked.
    for field in keywords.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(field, _)| field) {
        if let Some(reason) = found.around.iter().find_map(|judge| ruled_out(judge, field)) {
            return Err((format!("{}.properties.{field}", found.at), reason));
        }
    }
    check_number(keywords, &found.at)
}

/// Lists the fields that must be there, always or beside others, with the key that says so.
fn asked_for(keywords: &Map<String, Value>) -> Vec<(String, &str)> {
    let required = names(keywords.get("required")).map(|field| ("required".to_owned(), field));
    let dependent = keywords.get("dependentRequired").and_then(Value::as_object).into_iter().flatten();
    let dependent = dependent.flat_map(|(field, others)| {
        let key = format!("dependentRequired.{field}");
        [field.as_str()].into_iter().chain(names(Some(others))).map(move |name| (key.clone(), name))
    });
    required.chain(dependent).collect()
}

fn names(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Says why a schema leaves no room for a field; none where it does.
fn ruled_out(keywords: &Map<String, Value>, field: &str) -> Option<String> {
    let listed = keywords.get("properties").and_then(Value::as_object);
    match listed.and_then(|listed| listed.get(field)) {
        Some(Value::Bool(false)) => {
            Some(format!("`{field}` is `false` under `properties`: say what it is to be there, or remove it here"))
        }
        None if is_closed(keywords) && !meets_a_pattern(keywords, field) => {
            let known = listed.into_iter().flatten().map(|(known, _)| known.as_str());
            let mend = match meant(field, known) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "name it there, or remove it here".to_owned(),
            };
            Some(format!(
                "`additionalProperties = false` leaves no room for `{field}`, which `properties` does not name: {mend}"
            ))
        }
        Some(_) | None => None,
    }
}

fn is_closed(keywords: &Map<String, Value>) -> bool {
    keywords.get("additionalProperties") == Some(&Value::Bool(false))
}

fn meets_a_pattern(keywords: &Map<String, Value>, field: &str) -> bool {
    let Some(patterns) = keywords.get("patternProperties").and_then(Value::as_object) else { return false };
    let patterns: Map<String, Value> = patterns.keys().map(|pattern| (pattern.clone(), Value::Bool(true))).collect();
    let schema = PayloadSchema::compile(&json!({ "patternProperties": patterns, "additionalProperties": false }));
    schema.is_ok_and(|schema| schema.check(&json!({ field: null })).is_ok())
}

fn check_number(keywords: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    let required = names(keywords.get("required")).collect::<BTreeSet<_>>().len();
    if is_limit(keywords, "maxProperties", required, Ordering::is_lt) {
        let reason = format!("`required` names `{required}` fields, so that nothing fits: raise it");
        return Err((format!("{at}.maxProperties"), reason));
    }
    let listed = keywords.get("properties").and_then(Value::as_object).into_iter().flatten();
    let listed = listed.filter(|(_, schema)| **schema != Value::Bool(false)).count();
    let may_be_more = !is_closed(keywords) || keywords.contains_key("patternProperties");
    if !may_be_more && is_limit(keywords, "minProperties", listed, Ordering::is_gt) {
        let reason = format!("`additionalProperties = false` leaves `{listed}` fields, so that nothing fits: lower it");
        return Err((format!("{at}.minProperties"), reason));
    }
    Ok(())
}
