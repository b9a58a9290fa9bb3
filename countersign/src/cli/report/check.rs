use std::fs;
use std::path::PathBuf;

use analytics::export;
use analytics::report::{CheckError, Checked, check_report};
use clap::Args;
use serde_json::{Value, json};

use crate::cli::Context;
use crate::cli::ledger::{PinnedExport, failure_of};
use crate::failure::Failure;
use crate::output::{facts, step};

/// Differences that are told; how many more there are is said.
const TOLD_MAX: usize = 20;

const EXAMPLES: &str = "\
Examples:
  countersign report check ./report/report.json --export ./countersign-data/export/demo";

/// Verifies the export that a report names, computes the report again, and compares every figure and every word.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Check {
    /// The report's `report.json`.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder of the export.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
}

impl Check {
    /// Checks it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify, is not the one that the report names, or gives another figure.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let report = fs::read_to_string(&self.file).map_err(|error| Failure::file(&self.file, error))?;
        let keys = self.pinned.read(&context.place)?;
        let folder = self.export;
        let progress = step("verifying and computing again");
        let checked = tokio::task::spawn_blocking(move || {
            let verified = export::verify(&folder, keys.pinned(), |_| {}).map_err(failure_of)?;
            check_report(&verified, &report).map_err(|error| match error {
                CheckError::NotAReport(_) | CheckError::OtherSource { .. } => Failure::Finding(error.to_string()),
                CheckError::Compute(_) => Failure::unreachable(error),
            })
        });
        let checked = checked.await.map_err(Failure::fault)??;
        drop(progress);
        if !checked.differences.is_empty() {
            return Err(Failure::Finding(told(&checked)));
        }
        if !checked.has_same_bytes {
            let text = "every figure and every word is the same, but the file is not written as a report is: members in another order, or other spaces";
            return Err(Failure::Finding(text.to_owned()));
        }
        if context.console.is_json() {
            return context.console.json(&json!({ "same": true, "figures": checked.figures }));
        }
        context.console.data(&facts([
            ("same", "every figure and every word is what the export gives".to_owned()),
            ("figures", checked.figures.to_string()),
        ]))
    }
}

fn told(checked: &Checked) -> String {
    let word = |value: &Option<Value>| value.as_ref().map_or_else(|| "nothing".to_owned(), Value::to_string);
    let count = checked.differences.len();
    let mut lines = vec![format!("the report says something else than the export at `{count}` places")];
    for difference in checked.differences.iter().take(TOLD_MAX) {
        let (said, computed) = (word(&difference.said), word(&difference.computed));
        lines.push(format!("`{}`: the report says {said}, the export {computed}", difference.place));
    }
    if count > TOLD_MAX {
        lines.push(format!("and `{}` more", count - TOLD_MAX));
    }
    lines.join("\n")
}
