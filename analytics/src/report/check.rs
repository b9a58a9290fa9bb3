//! A report computed again, figure by figure.

use ledger_format::canonical_json;
use serde::Deserialize;
use serde_json::Value;

use super::error::Error;
use super::made::Report;
use super::render::SCHEMA_VERSION;
use super::terms::Terms;
use crate::export::VerifiedExport;

/// What the check of a report found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Figures that were compared.
    pub figures: u64,
    /// What differs, in the order of the report.
    pub differences: Vec<Difference>,
    /// Whether the file is the bytes that the export gives, too.
    pub has_same_bytes: bool,
}

/// A place at which a report says something else than the export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Where in the file, a JSON Pointer.
    pub place: String,
    /// What the file says there; none where it says nothing.
    pub said: Option<Value>,
    /// What was computed; none where there should be nothing.
    pub computed: Option<Value>,
}

/// Why a report cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It is no report, or one of another shape.
    #[error("it is not a report of this release's shape (`schema_version` {SCHEMA_VERSION}): {0}")]
    NotAReport(String),
    /// It was computed from something else.
    #[error(
        "the report is of `{report}`, the export of `{export}`: check it against the export that it names, or make another report"
    )]
    OtherSource {
        /// What the report names: origin, entries, root.
        report: String,
        /// What the export is of.
        export: String,
    },
    /// It cannot be computed again.
    #[error("the report was not computed again")]
    Compute(#[from] Error),
}

#[derive(Deserialize)]
struct Told {
    schema_version: u32,
    source: Source,
    terms: Terms,
}

#[derive(Deserialize)]
struct Source {
    origin: String,
    end_index: u64,
    root: String,
}

/// Computes a report again from the verified export that it names, and compares every figure and every word.
///
/// Blocks: async code calls it inside `spawn_blocking`, and nowhere else.
///
/// # Errors
///
/// [`CheckError`]; a report that differs is no error.
pub fn check_report(export: &VerifiedExport, report_json: &str) -> Result<Checked, CheckError> {
    let not_a_report = |error: serde_json::Error| CheckError::NotAReport(error.to_string());
    // Strictly: a member that is written twice would be read in two ways.
    let said: Value = canonical_json::parse(report_json).map_err(|error| CheckError::NotAReport(error.to_string()))?;
    let told: Told = Told::deserialize(&said).map_err(not_a_report)?;
    if told.schema_version != SCHEMA_VERSION {
        return Err(CheckError::NotAReport(format!("it has `{}`", told.schema_version)));
    }
    if !told.terms.are_possible() {
        return Err(CheckError::NotAReport("its `terms` are none that a review policy can have".to_owned()));
    }
    let named = |origin: &str, size: u64, root: &str| format!("{origin}, {size} entries, root {root}");
    let of_report = named(&told.source.origin, told.source.end_index, &told.source.root);
    let manifest = export.manifest();
    let of_export = named(&manifest.origin, manifest.size, &manifest.root.to_string());
    if of_report != of_export {
        return Err(CheckError::OtherSource { report: of_report, export: of_export });
    }
    let text = Report::of(export, told.terms)?.to_json()?;
    let computed: Value = serde_json::from_str(&text).map_err(not_a_report)?;
    let mut checked = Checked { figures: 0, differences: Vec::new(), has_same_bytes: report_json == text };
    compare("", Some(&said), Some(&computed), &mut checked);
    Ok(checked)
}

fn compare(place: &str, said: Option<&Value>, computed: Option<&Value>, checked: &mut Checked) {
    match (said, computed) {
        (Some(Value::Object(said)), Some(Value::Object(computed))) => {
            let gone = said.keys().filter(|name| !computed.contains_key(*name));
            for name in computed.keys().chain(gone) {
                let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                compare(&place, said.get(name), computed.get(name), checked);
            }
        }
        (Some(Value::Array(said)), Some(Value::Array(computed))) => {
            for position in 0..said.len().max(computed.len()) {
                compare(&format!("{place}/{position}"), said.get(position), computed.get(position), checked);
            }
        }
        (said, computed) => {
            checked.figures += u64::from(computed.is_some_and(Value::is_number));
            if said != computed {
                let (said, computed) = (said.cloned(), computed.cloned());
                checked.differences.push(Difference { place: place.to_owned(), said, computed });
            }
        }
    }
}
