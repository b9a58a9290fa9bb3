//! The tables for other tools: typed, and with what they were computed from.

use polars::chunked_array::builder::ListStringChunkedBuilder;
use polars::prelude::*;
use polars_io::parquet::write::{KeyValueMetadata, ParquetCompression, ParquetWriter};

use super::json::rounded;
use crate::report::error::Error;
use crate::report::made::Report;
use crate::report::section::Section;
use crate::report::table::{Cell, Table};

/// What the figures were computed from: in the metadata of the file each name stands behind this, so that a table without rows has it, too.
const METADATA: &str = "countersign.report.";

/// A type of column. A column has one whether or not the table has rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    Text,
    Count,
    Number,
    Flag,
    List,
}

/// Writes every table: file name and content.
pub(in crate::report) fn parquet(report: &Report) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::new();
    for section in &report.sections {
        for table in &section.tables {
            let failed = |source| Error::Parquet { table: table.id.clone(), source };
            files.push((format!("{}.parquet", table.id), write(report, section, table).map_err(failed)?));
        }
    }
    Ok(files)
}

fn write(report: &Report, section: &Section, table: &Table) -> PolarsResult<Vec<u8>> {
    let source = &report.head.source;
    let (root, version) = (source.root.to_string(), section.definition.version);
    let rows = table.rows.len();
    let own = table.columns.iter().enumerate().map(|(place, column)| {
        let cells: Vec<&Cell> = table.rows.iter().map(|row| &row[place]).collect();
        values(column.id, &cells)
    });
    let provenance = [
        Column::new("log_origin".into(), vec![source.origin.as_str(); rows]),
        Column::new("first_index".into(), vec![source.first_index; rows]),
        Column::new("end_index".into(), vec![source.end_index; rows]),
        Column::new("log_root".into(), vec![root.as_str(); rows]),
        Column::new("definition_version".into(), vec![version; rows]),
    ];
    let mut frame = DataFrame::new(rows, own.chain(provenance).collect())?;
    let said = [
        ("log_origin", source.origin.clone()),
        ("first_index", source.first_index.to_string()),
        ("end_index", source.end_index.to_string()),
        ("log_root", root.clone()),
        ("definition_version", version.to_string()),
    ];
    let said = said.into_iter().map(|(name, value)| (format!("{METADATA}{name}"), value)).collect();
    let mut written = Vec::new();
    ParquetWriter::new(&mut written)
        .with_compression(ParquetCompression::Zstd(None))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(said)))
        .finish(&mut frame)?;
    Ok(written)
}

/// Tells the type of a column: that of its cells, or of its name where there are none.
fn type_of(id: &str, cells: &[&Cell]) -> ColumnType {
    let named = type_of_name(id);
    let Some(first) = cells.first() else { return named };
    let found = match first {
        Cell::Text(_) => ColumnType::Text,
        Cell::Count(_) | Cell::MaybeCount(_) | Cell::DurationMs(_) => ColumnType::Count,
        Cell::Share(_) | Cell::Number(_) => ColumnType::Number,
        Cell::Flag(_) => ColumnType::Flag,
        Cell::List(_) => ColumnType::List,
    };
    debug_assert_eq!(found, named, "`{id}` has one type with rows and another without");
    found
}

/// Tells the type of a column by its name: the same name is the same figure in every table, of whichever period.
fn type_of_name(id: &str) -> ColumnType {
    let figure = id.strip_prefix("before_").or_else(|| id.strip_prefix("after_")).unwrap_or(id);
    match figure {
        "numerator" | "denominator" | "candidates" | "people" | "failed" | "retried" | "p50_ms" | "p50_low_ms"
        | "p50_high_ms" | "p90_ms" | "claiming" | "approved" | "edited" | "rejected" | "held" | "too_fast"
        | "timed" | "used" | "drawn" | "looked_at" | "went_wrong" | "turned_after" | "harmful" | "decided"
        | "harmless_missing" | "recent" | "audit_per_mille" | "entries" => ColumnType::Count,
        "rate" | "low" | "high" | "p" | "q" | "claimed" | "brier" | "calibration_error" | "share" | "bound"
        | "confidence_level" | "threshold" => ColumnType::Number,
        "small" | "changed" | "suggested" => ColumnType::Flag,
        "examples" => ColumnType::List,
        _ => ColumnType::Text,
    }
}

/// Makes a column of cells.
///
/// # Panics
///
/// When a cell is not of the type that the others of its column have.
fn values(id: &str, cells: &[&Cell]) -> Column {
    let name = PlSmallStr::from(id);
    let column_type = type_of(id, cells);
    let other = |cell: &Cell| -> ! { panic!("invariant: `{id}` is {column_type:?}, and {cell:?} is not") };
    match column_type {
        ColumnType::Text => {
            let text = |cell: &&Cell| if let Cell::Text(text) = cell { text.clone() } else { other(cell) };
            Column::new(name, cells.iter().map(text).collect::<Vec<String>>())
        }
        ColumnType::Count => {
            let count = |cell: &&Cell| match cell {
                Cell::Count(count) => Some(*count),
                Cell::MaybeCount(count) | Cell::DurationMs(count) => *count,
                cell => other(cell),
            };
            Column::new(name, cells.iter().map(count).collect::<Vec<Option<u64>>>())
        }
        ColumnType::Number => {
            let number = |cell: &&Cell| match cell {
                Cell::Share(number) | Cell::Number(number) => number.map(rounded),
                cell => other(cell),
            };
            Column::new(name, cells.iter().map(number).collect::<Vec<Option<f64>>>())
        }
        ColumnType::Flag => {
            let flag = |cell: &&Cell| if let Cell::Flag(flag) = cell { *flag } else { other(cell) };
            Column::new(name, cells.iter().map(flag).collect::<Vec<bool>>())
        }
        ColumnType::List => {
            let mut lists = ListStringChunkedBuilder::new(name, cells.len(), cells.len());
            for cell in cells {
                let Cell::List(items) = cell else { other(cell) };
                lists.append_values_iter(items.iter().map(String::as_str));
            }
            lists.finish().into_column()
        }
    }
}
