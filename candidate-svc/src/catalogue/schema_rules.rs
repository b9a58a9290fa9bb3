//! What every payload schema of the house keeps to, besides being a schema.

use serde_json::Value;

/// A key of the schema, with a leading dot, and what is wrong with it.
pub(super) type Fault = (String, String);

/// Checks a schema: an object that lists all its fields and leaves no room for others, and nothing that lies elsewhere.
///
/// # Errors
///
/// The offending key, with a leading dot, and why.
pub(super) fn check(schema: &Value) -> Result<(), Fault> {
    if schema["type"] != "object" {
        return Err((".type".into(), "a payload is an object: write `\"object\"`".into()));
    }
    if schema["additionalProperties"] != false {
        let reason = "a reviewer decides on every field there is: write `false`";
        return Err((".additionalProperties".into(), reason.into()));
    }
    if schema.get("patternProperties").is_some() {
        let reason = "what it lets in has no label for people: name each field under `properties`";
        return Err((".patternProperties".into(), reason.into()));
    }
    if fields(schema).next().is_none() {
        return Err((".properties".into(), "it names no field: name those that the payload has".into()));
    }
    if let Some(field) = fields(schema).find(|field| field.contains(['/', '~'])) {
        return Err((".properties".into(), format!("`{field}` has `/` or `~` in its name: choose another")));
    }
    check_references(schema, "")
}

/// Returns the names of the payload's fields.
pub(super) fn fields(schema: &Value) -> impl Iterator<Item = &str> {
    schema["properties"].as_object().into_iter().flat_map(|properties| properties.keys().map(String::as_str))
}

/// Tells whether a pointer leads to a field that is always text, so that what it names can be compared.
pub(super) fn is_text_field(schema: &Value, pointer: &str) -> bool {
    let field = pointer.strip_prefix('/').unwrap_or_default();
    schema["properties"].get(field).is_some_and(|field| field["type"] == "string")
}

/// What says what a value is.
const TELLING: [&str; 8] = ["type", "enum", "const", "$ref", "$dynamicRef", "allOf", "anyOf", "oneOf"];

/// Checks what lies within a payload at a place of its schema: of every value is said what it is, and an object leaves no more room than the
/// payload itself.
///
/// # Errors
///
/// The offending key, with a leading dot, and why.
pub(super) fn check_parts(schema: &Value, at: &str) -> Result<(), Fault> {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let properties = properties.map(|(field, part)| (format!("{at}.properties.{field}"), part));
    let items = schema.get("items").map(|part| (format!("{at}.items"), part));
    let listed = schema["prefixItems"].as_array().into_iter().flatten().enumerate();
    let listed = listed.map(|(index, part)| (format!("{at}.prefixItems[{index}]"), part));
    properties.chain(items).chain(listed).try_for_each(|(at, part)| {
        check_part(part, &at)?;
        check_parts(part, &at)
    })
}

fn check_part(part: &Value, at: &str) -> Result<(), Fault> {
    let Value::Object(keywords) = part else {
        let reason = "anything fits it, unseen by who decides: say what it is, with a `type`";
        return if *part == Value::Bool(true) { Err((at.to_owned(), reason.into())) } else { Ok(()) };
    };
    if !keywords.keys().any(|keyword| TELLING.contains(&keyword.as_str())) {
        return Err((format!("{at}.type"), "it is missing, so that anything fits: say what it is".into()));
    }
    if keywords.get("$ref").and_then(Value::as_str).is_some_and(|target| target.replace('/', ".") == format!("#{at}")) {
        return Err((format!("{at}.$ref"), "it leads to itself, so that anything fits: say what it is".into()));
    }
    let is = |wanted: &str| match &part["type"] {
        Value::Array(types) => types.iter().any(|each| each == wanted),
        each => each == wanted,
    };
    if is("object") && part["additionalProperties"] != false {
        let reason = "a reviewer decides on every field there is, within an object, too: write `false`";
        return Err((format!("{at}.additionalProperties"), reason.into()));
    }
    if is("object") && fields(part).next().is_none() && !keywords.contains_key("patternProperties") {
        return Err((format!("{at}.properties"), "it names no field: name those that the object has".into()));
    }
    if is("array") && !keywords.contains_key("items") {
        return Err((format!("{at}.items"), "it is missing, so that anything may stand there: say what does".into()));
    }
    Ok(())
}

/// Nothing is ever fetched to judge a payload: a reference stays inside its schema.
fn check_references(schema: &Value, at: &str) -> Result<(), Fault> {
    match schema {
        Value::Object(members) => members.iter().try_for_each(|(key, value)| {
            let elsewhere = value.as_str().is_some_and(|target| !target.starts_with('#'));
            if matches!(key.as_str(), "$ref" | "$dynamicRef") && elsewhere {
                return Err((format!("{at}.{key}"), "it leads outside the schema: write it out here".into()));
            }
            check_references(value, &format!("{at}.{key}"))
        }),
        Value::Array(items) => {
            items.iter().enumerate().try_for_each(|(index, item)| check_references(item, &format!("{at}[{index}]")))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}
