//! Finds what nothing can fit: a schema with it compiles, and then lets no payload in.

use serde_json::{Map, Value};

use super::schema_keywords::{asserts, is_silent};
use super::schema_rules::Fault;
use super::subschemas::Subschema;
use super::{schema_bounds, schema_fields};
use crate::domain::PayloadSchema;

/// What says nothing without another keyword beside it.
const COMPANIONS: [(&str, &str); 5] = [
    ("then", "if"),
    ("else", "if"),
    ("minContains", "contains"),
    ("maxContains", "contains"),
    ("contentSchema", "contentMediaType"),
];

/// Checks one schema that compiles.
///
/// # Errors
///
/// The offending key, why nothing fits, and the mend.
pub(super) fn check(found: &Subschema<'_>) -> Result<(), Fault> {
    let Value::Object(keywords) = found.schema else { return Ok(()) };
    let at = &found.at;
    check_companions(keywords, at)?;
    schema_bounds::check(keywords, at)?;
    schema_fields::check(keywords, found)?;
    check_values(keywords, at)?;
    check_alternatives(keywords, at)
}

fn check_companions(keywords: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    let alone = |(keyword, other): &&(&str, &str)| keywords.contains_key(*keyword) && !keywords.contains_key(*other);
    match COMPANIONS.iter().find(alone) {
        None => Ok(()),
        Some((keyword, other)) => Err((
            format!("{at}.{keyword}"),
            format!("it says nothing without `{other}` beside it: add that, or remove it"),
        )),
    }
}

/// Holds every value that is listed to what stands beside it: one that is not let in would be offered in vain.
fn check_values(keywords: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    let listed = keywords.get("enum").and_then(Value::as_array);
    if listed.is_some_and(Vec::is_empty) {
        return Err((format!("{at}.enum"), "it is empty, so that nothing fits: name the values, or remove it".into()));
    }
    let constant = keywords.get("const").map(|value| (format!("{at}.const"), value));
    let values = listed.into_iter().flatten().enumerate().map(|(index, value)| (format!("{at}.enum[{index}]"), value));
    let mut values = constant.into_iter().chain(values).peekable();
    if values.peek().is_none() {
        return Ok(());
    }
    let beside = keywords.iter().filter(|(keyword, _)| asserts(keyword) && *keyword != "const");
    let beside: Map<String, Value> = beside.map(|(keyword, value)| (keyword.clone(), value.clone())).collect();
    let Ok(beside) = PayloadSchema::compile(&Value::Object(beside)) else { return Ok(()) };
    values.try_for_each(|(key, value)| {
        beside.check(value).map_err(|violation| {
            let reason =
                format!("what stands beside it does not let `{value}` in ({}): correct one of them", violation.reason);
            (key, reason)
        })
    })
}

fn check_alternatives(keywords: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let schemas = keywords.get(keyword).and_then(Value::as_array).into_iter().flatten();
        if let Some(index) = schemas.into_iter().position(|schema| *schema == Value::Bool(false)) {
            let reason = "nothing fits `false`: write what is to fit, or remove it";
            return Err((format!("{at}.{keyword}[{index}]"), reason.into()));
        }
    }
    if keywords.get("not").is_some_and(lets_everything_in) {
        let reason = "everything fits it, so that nothing fits here: say what is ruled out, or remove it";
        return Err((format!("{at}.not"), reason.into()));
    }
    let always = keywords.get("if").is_some_and(lets_everything_in);
    let never = keywords.get("if") == Some(&Value::Bool(false));
    for (branch, is_taken) in [("then", always), ("else", never)] {
        if is_taken && keywords.get(branch) == Some(&Value::Bool(false)) {
            let reason = "it is always taken, and nothing fits `false`: write what is to fit, or remove it";
            return Err((format!("{at}.{branch}"), reason.into()));
        }
    }
    Ok(())
}

fn lets_everything_in(schema: &Value) -> bool {
    match schema {
        Value::Object(keywords) => {
            keywords.iter().all(|(keyword, value)| is_silent(keyword) || is_idle(keyword, value))
        }
        other => *other == Value::Bool(true),
    }
}

/// Tells whether a keyword, which could rule something out, rules nothing out as it stands here.
fn is_idle(keyword: &str, value: &Value) -> bool {
    match keyword {
        "minLength" | "minItems" | "minProperties" => value.as_f64() == Some(0.0),
        "required" => value.as_array().is_some_and(Vec::is_empty),
        "properties" | "patternProperties" => {
            value.as_object().is_some_and(|fields| fields.values().all(lets_everything_in))
        }
        "items" | "additionalProperties" | "propertyNames" => lets_everything_in(value),
        "uniqueItems" => *value == Value::Bool(false),
        "allOf" => value.as_array().is_some_and(|members| members.iter().all(lets_everything_in)),
        "anyOf" => value.as_array().is_some_and(|members| members.iter().any(lets_everything_in)),
        _ => false,
    }
}
