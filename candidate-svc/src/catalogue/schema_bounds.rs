//! Finds bounds that cross: nothing lies between them.

use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::schema_rules::Fault;

/// What bounds a value from below and from above, and whether something lies between them where both are the same.
const BOUNDS: [(&str, &str, bool); 8] = [
    ("minLength", "maxLength", true),
    ("minItems", "maxItems", true),
    ("minContains", "maxContains", true),
    ("minProperties", "maxProperties", true),
    ("minimum", "maximum", true),
    ("minimum", "exclusiveMaximum", false),
    ("exclusiveMinimum", "maximum", false),
    ("exclusiveMinimum", "exclusiveMaximum", false),
];

/// Checks the bounds that stand in one schema.
///
/// # Errors
///
/// The offending key, the bound that it crosses, and the mend.
pub(super) fn check(keywords: &Map<String, Value>, at: &str) -> Result<(), Fault> {
    for (lower, upper, may_meet) in BOUNDS {
        let (Some(Value::Number(least)), Some(Value::Number(most))) = (keywords.get(lower), keywords.get(upper)) else {
            continue;
        };
        let cross = compare(least, most).is_some_and(|order| order.is_gt() || (order.is_eq() && !may_meet));
        if cross {
            let reason = format!(
                "it is `{least}` and `{upper}` is `{most}`, so that nothing fits: lower it, or raise `{upper}`"
            );
            return Err((format!("{at}.{lower}"), reason));
        }
    }
    let listed = keywords.get("prefixItems").and_then(Value::as_array).map_or(0, Vec::len);
    if keywords.get("items") == Some(&Value::Bool(false)) && is_limit(keywords, "minItems", listed, Ordering::is_gt) {
        let reason =
            format!("`items = false` leaves `{listed}`, so that nothing fits: lower it, or say what `items` are");
        return Err((format!("{at}.minItems"), reason));
    }
    Ok(())
}

/// Tells whether a limit is there and lies to a number as it is asked.
pub(super) fn is_limit(
    keywords: &Map<String, Value>,
    limit: &str,
    number: usize,
    lies: impl FnOnce(Ordering) -> bool,
) -> bool {
    let limit = keywords.get(limit).and_then(Value::as_number);
    limit.and_then(|limit| compare(limit, &Number::from(number))).is_some_and(lies)
}

/// Compares whole numbers exactly, and others as floats.
fn compare(one: &Number, other: &Number) -> Option<Ordering> {
    match (one.as_i128(), other.as_i128()) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        _ => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}
