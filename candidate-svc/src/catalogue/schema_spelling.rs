//! Holds a schema to the words of JSON Schema 2020-12: a misspelt keyword would be passed over, and a misspelt format would let everything in.

use serde_json::Value;

use super::schema_keywords::{FORMATS, UNCHECKED_FORMATS, all, is_own, renamed};
use super::schema_rules::Fault;
use super::subschemas::Subschema;
use crate::keyed_toml::meant;

/// The one version that schemas are read in.
const VERSION: &str = "https://json-schema.org/draft/2020-12/schema";

/// Checks the keywords of one schema, its format and the version that it names.
///
/// # Errors
///
/// The offending key, and what was probably meant.
pub(super) fn check(found: &Subschema<'_>) -> Result<(), Fault> {
    let at = &found.at;
    for (keyword, value) in found.schema.as_object().into_iter().flatten() {
        if !is_own(keyword) && all().all(|known| known != keyword) {
            return Err((format!("{at}.{keyword}"), unknown_keyword(keyword)));
        }
        let wrong = match (keyword.as_str(), value) {
            ("format", Value::String(format)) => unknown_format(format),
            ("$schema", Value::String(version)) if version.trim_end_matches('#') != VERSION => {
                Some(format!("schemas are read as JSON Schema 2020-12: write `\"{VERSION}\"`, or remove it"))
            }
            _ => None,
        };
        if let Some(reason) = wrong {
            return Err((format!("{at}.{keyword}"), reason));
        }
    }
    Ok(())
}

fn unknown_keyword(keyword: &str) -> String {
    let mend = match renamed(keyword).or_else(|| meant(keyword, all())) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "remove it, or begin its name with `x-` where it is your own".to_owned(),
    };
    format!("JSON Schema 2020-12 has no such keyword: {mend}")
}

fn unknown_format(format: &str) -> Option<String> {
    if FORMATS.contains(&format) {
        return None;
    }
    if let Some((_, near)) = UNCHECKED_FORMATS.iter().find(|(unchecked, _)| *unchecked == format) {
        let reason = format!("nothing here checks `{format}`, so that everything would pass: write `{near}`");
        return Some(format!("{reason}, or a `pattern` instead"));
    }
    let mend = match meant(format, FORMATS) {
        Some(known) => format!("did you mean `{known}`?"),
        None => format!("choose from `{}`", FORMATS.join("`, `")),
    };
    Some(format!("there is no format `{format}`, so that everything would pass: {mend}"))
}
