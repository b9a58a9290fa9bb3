//! The tables for spreadsheets.

use super::json::rounded;
use crate::report::error::Error;
use crate::report::made::Report;
use crate::report::section::Section;
use crate::report::table::{Cell, Table};

/// Columns that every file ends with: what the figures were computed from.
const PROVENANCE: [&str; 5] = ["log_origin", "first_index", "end_index", "log_root", "definition_version"];

/// Letters with which a spreadsheet takes a text for a formula, or for the beginning of another cell; some read the full-width
/// forms like the others.
const FORMULA_STARTS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// Writes every table: file name and content (RFC 4180).
pub(in crate::report) fn csv(report: &Report) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let mut files = Vec::new();
    for section in &report.sections {
        for table in &section.tables {
            let failed = |source| Error::Csv { table: table.id.clone(), source };
            files.push((format!("{}.csv", table.id), write(report, section, table).map_err(failed)?));
        }
    }
    Ok(files)
}

fn write(report: &Report, section: &Section, table: &Table) -> Result<Vec<u8>, csv::Error> {
    let source = &report.head.source;
    let provenance = [
        guard(&source.origin),
        source.first_index.to_string(),
        source.end_index.to_string(),
        source.root.to_string(),
        section.definition.version.to_string(),
    ];
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|column| column.id).chain(PROVENANCE))?;
    for row in &table.rows {
        writer.write_record(row.iter().map(field).chain(provenance.iter().cloned()))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn field(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => guard(text),
        Cell::List(items) => guard(&items.join(" ")),
        Cell::Count(count) => count.to_string(),
        Cell::DurationMs(number) | Cell::MaybeCount(number) => {
            number.map_or_else(String::new, |number| number.to_string())
        }
        Cell::Share(share) | Cell::Number(share) => share.map_or_else(String::new, |share| rounded(share).to_string()),
        Cell::Flag(flag) => flag.to_string(),
    }
}

/// Keeps a spreadsheet from running a text: one that would be a formula gets an apostrophe before it.
fn guard(text: &str) -> String {
    if text.starts_with(FORMULA_STARTS) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::render::hostile::{FORMULAS, MARKUP, report};

    #[test]
    fn a_text_never_becomes_a_formula() {
        for text in FORMULAS {
            assert_eq!(field(&Cell::Text(text.to_owned())), format!("'{text}"));
            assert_eq!(field(&Cell::List(vec![text.to_owned(), "b".to_owned()])), format!("'{text} b"));
        }
        assert_eq!(guard("create_task"), "create_task");
        assert_eq!(guard("a=b"), "a=b");
    }

    #[test]
    fn a_file_keeps_its_cells_apart_and_none_is_a_formula() {
        let files = csv(&report()).expect("files");
        let (name, content) = &files[0];
        assert_eq!(name, "by-all.csv");
        let mut reader = ::csv::Reader::from_reader(content.as_slice());
        let records: Vec<_> = reader.records().map(|record| record.expect("as many cells as columns")).collect();
        let texts: Vec<&str> = FORMULAS.into_iter().chain([MARKUP]).collect();
        assert_eq!(records.len(), texts.len());
        for (record, text) in records.iter().zip(texts) {
            assert!(record.iter().all(|cell| !cell.starts_with(FORMULA_STARTS)), "{record:?}");
            assert_eq!(record[0].trim_start_matches('\''), text, "the text is whole behind the apostrophe");
            assert_eq!(
                (&record[1], &record[2], &record[3]),
                ("1234567", "0.333333", "372000000"),
                "figures stay figures"
            );
            assert!(record[5].starts_with("'=origin"), "{record:?}");
        }
    }
}
