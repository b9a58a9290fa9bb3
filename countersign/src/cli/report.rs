use std::path::{Path, PathBuf};

use analytics::export;
use analytics::report::{self, WrittenReport};
use clap::Args;
use serde_json::json;

use super::Context;
use super::ledger::{ExportKeys, PinnedExport, failure_of};
use crate::failure::Failure;
use crate::output::step;

const EXAMPLES: &str = "\
Examples:
  countersign report --export ./countersign-data/export/demo --out ./report";

/// Verifies an export and makes a report from it: HTML, Markdown, JSON and CSV.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Report {
    /// The folder of the export.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    /// The folder for the report; made where it is missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
}
impl Report {
    /// Makes it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify: no report is made from it.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let keys = self.pinned.read(&context.place)?;
        let (export, out) = (self.export, self.out);
        let progress = step("verifying and computing");
        let made = tokio::task::spawn_blocking(move || make(&export, &out, &keys));
        let written = made.await.map_err(Failure::fault)??;
        drop(progress);
        if context.console.is_json() {
            return context.console.json(&json!({
                "verified": true,
                "report": written.html_file(),
                "folder": written.folder,
                "findings": written.findings,
            }));
        }
        written.findings.iter().try_for_each(|finding| context.console.data(finding))?;
        context.console.data(&format!("report {}", written.html_file().display()))
    }
}

/// Verifies the export and writes the report. Blocks.
///
/// # Errors
/// As [`Report::run`].
pub fn make(export: &Path, out: &Path, keys: &ExportKeys) -> Result<WrittenReport, Failure> {
    let verified = export::verify(export, keys.pinned(), |_| {}).map_err(failure_of)?;
    report::write_report(&verified, out).map_err(Failure::unreachable)
}
