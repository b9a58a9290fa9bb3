use std::path::PathBuf;

use analytics::export;
use clap::Args;

use super::export::{failure_of, manifest_json, manifest_text};
use super::pinned_export::PinnedExport;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::count_bar;

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify-export ./export
  countersign ledger verify-export ./export --key ledger.pub --export-key export.pub";

/// Verifies an export with nothing but its folder and the verifying keys of log and exporter.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct VerifyExport {
    /// The folder of the export.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
}

impl VerifyExport {
    /// Verifies it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when it does not verify.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let keys = self.pinned.read(&context.place)?;
        let bar = count_bar("verifying", 0);
        let verified = export::verify(&self.folder, keys.pinned(), |progress| {
            bar.set_total(progress.size);
            bar.set(progress.entries);
        });
        let verified = verified.map_err(failure_of)?;
        drop(bar);
        let manifest = verified.manifest();
        if context.console.is_json() {
            return context.console.json(&manifest_json(&self.folder, manifest));
        }
        context.console.data(&manifest_text(&self.folder, manifest))
    }
}
