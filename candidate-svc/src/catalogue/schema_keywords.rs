//! The keywords and formats of JSON Schema 2020-12, and what stands under each.

/// How schemas stand under a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One.
    One,
    /// One after the other.
    List,
    /// Each under a name.
    Named,
}

/// What a schema under a keyword judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judges {
    /// The same value as the schema around it.
    TheSame,
    /// A part of that value, or whatever refers to it.
    APart,
}

/// What holds schemas.
const WITH_SCHEMAS: [(&str, Shape, Judges); 19] = [
    ("$defs", Shape::Named, Judges::APart),
    ("properties", Shape::Named, Judges::APart),
    ("patternProperties", Shape::Named, Judges::APart),
    ("additionalProperties", Shape::One, Judges::APart),
    ("unevaluatedProperties", Shape::One, Judges::APart),
    ("propertyNames", Shape::One, Judges::APart),
    ("prefixItems", Shape::List, Judges::APart),
    ("items", Shape::One, Judges::APart),
    ("unevaluatedItems", Shape::One, Judges::APart),
    ("contains", Shape::One, Judges::APart),
    ("contentSchema", Shape::One, Judges::APart),
    ("allOf", Shape::List, Judges::TheSame),
    ("anyOf", Shape::List, Judges::TheSame),
    ("oneOf", Shape::List, Judges::TheSame),
    ("not", Shape::One, Judges::TheSame),
    ("if", Shape::One, Judges::TheSame),
    ("then", Shape::One, Judges::TheSame),
    ("else", Shape::One, Judges::TheSame),
    ("dependentSchemas", Shape::Named, Judges::TheSame),
];

/// What asserts something of a value, without a schema.
const ASSERTIONS: [&str; 21] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxContains",
    "minContains",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
];

/// What refers and names.
const CORE: [&str; 7] = ["$schema", "$id", "$ref", "$anchor", "$dynamicRef", "$dynamicAnchor", "$vocabulary"];

/// What says something to people and programs and lets everything in.
const ANNOTATIONS: [&str; 10] = [
    "$comment",
    "title",
    "description",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "examples",
    "contentEncoding",
    "contentMediaType",
];

/// What earlier versions have, and what took its place.
const RENAMED: [(&str, &str); 6] = [
    ("definitions", "$defs"),
    ("dependencies", "dependentSchemas"),
    ("additionalItems", "items"),
    ("id", "$id"),
    ("$recursiveRef", "$dynamicRef"),
    ("$recursiveAnchor", "$dynamicAnchor"),
];

/// The formats that payloads are checked for.
pub(super) const FORMATS: [&str; 17] = [
    "date-time",
    "date",
    "time",
    "duration",
    "email",
    "hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uuid",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
];

/// The formats of the standard that nothing here checks, and those that come closest.
pub(super) const UNCHECKED_FORMATS: [(&str, &str); 2] = [("idn-email", "email"), ("idn-hostname", "hostname")];

/// Returns how schemas stand under a keyword and what they judge; none where it holds no schema.
pub(super) fn schemas_under(keyword: &str) -> Option<(Shape, Judges)> {
    WITH_SCHEMAS.iter().find(|(name, ..)| *name == keyword).map(|(_, shape, judges)| (*shape, *judges))
}

/// Returns all keywords.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let words = CORE.into_iter().chain(ASSERTIONS).chain(ANNOTATIONS);
    WITH_SCHEMAS.iter().map(|(name, ..)| *name).chain(words)
}

/// Returns what took the place of a keyword of an earlier version.
pub(super) fn renamed(keyword: &str) -> Option<&'static str> {
    RENAMED.iter().find(|(earlier, _)| *earlier == keyword).map(|(_, now)| *now)
}

/// Tells whether a keyword asserts something of a value by itself, whatever schemas stand beside it.
pub(super) fn asserts(keyword: &str) -> bool {
    ASSERTIONS.contains(&keyword)
}

/// Tells whether a keyword lets everything in: an annotation, or one of somebody's own.
pub(super) fn is_silent(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword) || is_own(keyword)
}

/// Tells whether a keyword is somebody's own, which the standard leaves to them.
pub(super) fn is_own(keyword: &str) -> bool {
    keyword.starts_with("x-")
}
