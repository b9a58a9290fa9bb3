//! The files of a report.

use std::path::{Path, PathBuf};

use super::error::Error;
use super::made::Report;
use super::render::{csv, html, markdown, parquet};
use super::terms::Terms;
use crate::export::{Progress, VerifiedExport, make_folder, write_file};

/// Where a report was written, and its two texts that are handed on.
#[derive(Debug, Clone)]
pub struct WrittenReport {
    /// The folder.
    pub folder: PathBuf,
    /// Content of `report.json`.
    pub json: String,
    /// Content of `report.md`.
    pub markdown: String,
    /// What stands out, in words.
    pub findings: Vec<String>,
}

impl WrittenReport {
    /// Returns the page to open.
    pub fn html_file(&self) -> PathBuf {
        self.folder.join(HTML_FILE)
    }
}

/// Name of the page.
pub const HTML_FILE: &str = "report.html";

/// Name of the text.
pub const MARKDOWN_FILE: &str = "report.md";

/// Name of the report for programs. It is written last: where it is, the others are.
pub const JSON_FILE: &str = "report.json";

const CSV_FOLDER: &str = "csv";
const PARQUET_FOLDER: &str = "parquet";

/// Computes a report from a verified export and writes it: `report.html`, `report.md`, `report.json` and a file for every table
/// in `csv/` and in `parquet/`. The same export under the same terms gives the same bytes.
///
/// Blocks: async code calls it inside `spawn_blocking`, and nowhere else. A crash leaves whole files, some of this report and some of the one before; running it
/// again mends that. Progress counts the entries of all walks through the export.
///
/// # Errors
///
/// See [`Error`].
pub fn write_report(
    export: &VerifiedExport,
    folder: &Path,
    terms: Terms,
    mut on_progress: impl FnMut(Progress),
) -> Result<WrittenReport, Error> {
    let report = Report::with_progress(export, terms, &mut on_progress)?;
    let tables = [(CSV_FOLDER, csv(&report)?), (PARQUET_FOLDER, parquet(&report)?)];
    let (html, markdown, json) = (html(&report)?, markdown(&report), report.to_json()?);

    for (name, files) in &tables {
        let folder = folder.join(name);
        make_folder(&folder).map_err(Error::file(&folder))?;
        files.iter().try_for_each(|(name, content)| write(&folder.join(name), content))?;
    }
    write(&folder.join(MARKDOWN_FILE), markdown.as_bytes())?;
    write(&folder.join(HTML_FILE), html.as_bytes())?;
    write(&folder.join(JSON_FILE), json.as_bytes())?;
    Ok(WrittenReport { folder: folder.to_owned(), json, markdown, findings: report.findings })
}

fn write(path: &Path, content: &[u8]) -> Result<(), Error> {
    write_file(path, content).map_err(Error::file(path))
}
