//! The report for programs. `docs/report-json.md` documents the shape.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::report::error::Error;
use crate::report::made::Report;
use crate::report::proposer::ProposerFeedback;
use crate::report::section::Section;
use crate::report::table::{Cell, Table};

/// Version of the shape of `report.json`. It grows by addition; a change of meaning gets a new number.
pub const SCHEMA_VERSION: u32 = 1;

/// Decimals of a share: more would be noise, and noise is what differs between machines.
const SHARE_DECIMALS: i32 = 6;

/// Writes the report as canonical JSON (RFC 8785).
pub(in crate::report) fn json(report: &Report) -> Result<String, Error> {
    let head = &report.head;
    let value = json!({
        "schema_version": SCHEMA_VERSION,
        "source": head.source,
        "last_entry_at": head.last_entry_at,
        "checkpoint": head.checkpoint,
        "manifest_sha256": head.manifest_sha256,
        "terms": report.terms,
        "totals": head.totals,
        "findings": report.findings,
        "questions": report.sections.iter().map(|section| question(report, section)).collect::<Vec<Value>>(),
        "proposers": report.proposers,
    });
    Ok(ledger_format::canonicalize(&value)?)
}

/// Reads what proposers should know out of a `report.json`.
///
/// # Errors
///
/// When the text is not a report of this shape.
pub fn proposers_in(report_json: &str) -> Result<Vec<ProposerFeedback>, serde_json::Error> {
    #[derive(Deserialize)]
    struct OnlyProposers {
        proposers: Vec<ProposerFeedback>,
    }
    serde_json::from_str::<OnlyProposers>(report_json).map(|report| report.proposers)
}

fn question(report: &Report, section: &Section) -> Value {
    let definition = section.definition;
    json!({
        "id": definition.id,
        "title": definition.title,
        "definition_version": definition.version,
        "numerator": definition.numerator,
        "denominator": definition.denominator,
        "unit": definition.unit,
        "exclusions": definition.exclusions,
        "left_out": section.exclusions,
        "answer": section.sentence,
        "tables": section.tables.iter().map(|of| table(report, section, of)).collect::<Vec<Value>>(),
    })
}

fn table(report: &Report, section: &Section, table: &Table) -> Value {
    let columns = table.columns.iter().map(|column| json!({"id": column.id, "title": column.title}));
    json!({
        "id": table.id,
        "title": table.title,
        "source": report.head.source,
        "definition_version": section.definition.version,
        "columns": columns.collect::<Vec<Value>>(),
        "rows": table.rows.iter().map(|cells| row(table, cells)).collect::<Vec<Value>>(),
        "rows_left_out": table.rows_left_out,
    })
}

fn row(table: &Table, cells: &[Cell]) -> Value {
    let members = table.columns.iter().zip(cells).map(|(column, cell)| (column.id.to_owned(), value(cell)));
    Value::Object(members.collect::<Map<String, Value>>())
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Text(text) => json!(text),
        Cell::Count(count) => json!(count),
        Cell::DurationMs(number) | Cell::MaybeCount(number) => json!(number),
        Cell::Share(number) | Cell::Number(number) => json!(number.map(rounded)),
        Cell::Flag(flag) => json!(flag),
        Cell::List(items) => json!(items),
    }
}

/// Rounds a share for programs.
pub(in crate::report) fn rounded(share: f64) -> f64 {
    let scale = 10_f64.powi(SHARE_DECIMALS);
    (share * scale).round() / scale
}
