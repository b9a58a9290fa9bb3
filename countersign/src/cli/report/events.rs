use std::path::{Path, PathBuf};

use analytics::mining::{Format, WrittenLog, write_log};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::{show, verified};
use crate::cli::Context;
use crate::cli::ledger::{ExportKeys, PinnedExport};
use crate::failure::Failure;
use crate::output::{Console, count_bar, facts};

const EXAMPLES: &str = "\
Examples:
  countersign report events --export ./countersign-data/export/demo --format ocel --out events.json
  countersign report events --export ./countersign-data/export/demo --format xes --out events.xes";

/// Verifies an export and writes its entries as a log for process mining.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Events {
    /// The folder of the export.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    /// How the log is read.
    #[arg(long, value_enum)]
    format: LogFormat,
    /// The file for the log, that only you can read; one of this name is replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
}

/// A form of log.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum LogFormat {
    /// OCEL 2.0 in JSON: events related to objects of several types.
    Ocel,
    /// XES: a trace for each candidate.
    Xes,
}

impl LogFormat {
    /// Returns the format, and what its subjects are called.
    const fn read(self) -> (Format, &'static str) {
        match self {
            Self::Ocel => (Format::Ocel, "objects"),
            Self::Xes => (Format::Xes, "traces"),
        }
    }
}

impl Events {
    /// Writes it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify: nothing is written from it.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let keys = self.pinned.read(&context.place)?;
        let (format, subjects) = self.format.read();
        let (console, folder, file) = (context.console, self.export, self.out.clone());
        let written = tokio::task::spawn_blocking(move || write(console, &folder, &file, format, &keys));
        let written = written.await.map_err(Failure::fault)??;
        if context.console.is_json() {
            return context.console.json(&json!({
                "verified": true,
                "file": self.out,
                "events": written.events,
                subjects: written.subjects,
            }));
        }
        context.console.data(&facts([
            ("file", self.out.display().to_string()),
            ("events", written.events.to_string()),
            (subjects, written.subjects.to_string()),
        ]))
    }
}

fn write(
    console: Console,
    export: &Path,
    file: &Path,
    format: Format,
    keys: &ExportKeys,
) -> Result<WrittenLog, Failure> {
    let verified = verified(console, export, keys)?;
    let bar = count_bar(console, "writing", 0);
    write_log(&verified, format, file, |progress| show(&bar, progress)).map_err(Failure::unreachable)
}
