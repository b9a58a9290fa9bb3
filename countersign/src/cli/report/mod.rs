//! `countersign report`: makes a report from an export, computes one again, tells proposers what to change, and writes the entries as logs for
//! process mining.

mod check;
mod events;
mod every;
mod proposer;
mod proposer_text;

use std::fs;
use std::path::{Path, PathBuf};

use analytics::Cadence;
use analytics::export::{self, VerifiedExport};
use analytics::report::{self, Period, Terms, WrittenReport};
use candidate_svc::policy::Policy;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::Context;
use super::ledger::{ExportKeys, PinnedExport, failure_of};
use crate::failure::Failure;
use crate::output::{Console, Progress, count_bar};

const EXAMPLES: &str = "\
Examples:
  countersign report --export ./countersign-data/export/demo --out ./report
  countersign report --export ./countersign-data/export/demo --out ./report --policy policy.toml --period week
  countersign report --every week
  countersign report check ./report/report.json --export ./countersign-data/export/demo
  countersign report proposer generators/crm-rules
  countersign report events --export ./countersign-data/export/demo --format ocel --out events.json";

/// Verifies an export and makes a report from it: HTML, Markdown, JSON, CSV and Parquet. With `--every`, has the server make one whenever its time has come.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Report {
    #[command(subcommand)]
    work: Option<Work>,
    /// The folder of the export.
    #[arg(long, value_name = "DIR", required_unless_present = "every")]
    export: Option<PathBuf>,
    /// The folder for the report; made where it is missing.
    #[arg(long, value_name = "DIR", required_unless_present = "every")]
    out: Option<PathBuf>,
    /// Has the server export its log, verify it and make a report: now, and on every Monday (`week`) or every first of a month (`month`), until a
    /// signal ends it.
    #[arg(long, value_name = "CADENCE", conflicts_with_all = ["export", "out", "policy", "period"])]
    every: Option<Cadence>,
    /// The review policy, as TOML: its `[lighter_review]` says when less looking may be suggested; without it, nothing is.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// How long the last period is that is compared with the one before it.
    #[arg(long, value_enum, default_value_t = Compared::FourWeeks)]
    period: Compared,
    #[command(flatten)]
    pinned: PinnedExport,
}

/// What else can be done with a report.
#[derive(Debug, Subcommand)]
enum Work {
    /// Computes a report again from the export that it names, and compares every figure.
    Check(check::Check),
    /// Tells a proposer what people made of its proposals, and what to propose instead.
    Proposer(proposer::Proposer),
    /// Writes the entries of an export as a log for process mining.
    Events(events::Events),
}

/// A stretch of time before the last entry.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Compared {
    /// Seven days.
    Week,
    /// Twenty-eight days.
    FourWeeks,
}

impl Report {
    /// Makes it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify: no report is made from it.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self.work {
            Some(Work::Check(check)) => return check.run(context).await,
            Some(Work::Proposer(proposer)) => return proposer.run(context).await,
            Some(Work::Events(events)) => return events.run(context).await,
            None => {}
        }
        if let Some(cadence) = self.every {
            return every::run(context, cadence).await;
        }
        let keys = self.pinned.read(&context.place)?;
        let terms = terms(self.policy.as_deref(), self.period)?;
        let named = |folder: Option<PathBuf>| folder.expect("invariant: the command line requires both folders");
        let (export, out) = (named(self.export), named(self.out));
        let console = context.console;
        let made = tokio::task::spawn_blocking(move || make(console, &export, &out, &keys, terms));
        let written = made.await.map_err(Failure::fault)??;
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

/// Reads what the report is asked for.
fn terms(policy: Option<&Path>, period: Compared) -> Result<Terms, Failure> {
    let period = match period {
        Compared::Week => Period::Week,
        Compared::FourWeeks => Period::FourWeeks,
    };
    let Some(file) = policy else { return Ok(Terms { harm_at_most_per_mille: None, period }) };
    let text = fs::read_to_string(file).map_err(|error| Failure::file(file, error))?;
    let policy = Policy::read(&file.display().to_string(), &text).map_err(Failure::unreachable)?;
    Ok(Terms { harm_at_most_per_mille: policy.harm_at_most_per_mille(), period })
}

/// Verifies the export and writes the report. Blocks.
///
/// # Errors
/// As [`Report::run`].
pub fn make(
    console: Console,
    export: &Path,
    out: &Path,
    keys: &ExportKeys,
    terms: Terms,
) -> Result<WrittenReport, Failure> {
    let verified = verified(console, export, keys)?;
    let bar = count_bar(console, "computing", 0);
    report::write_report(&verified, out, terms, |progress| show(&bar, progress)).map_err(Failure::unreachable)
}

/// Verifies an export and shows how far it is. Blocks.
fn verified(console: Console, export: &Path, keys: &ExportKeys) -> Result<VerifiedExport, Failure> {
    let bar = count_bar(console, "verifying", 0);
    export::verify(export, keys.pinned(), |progress| show(&bar, progress)).map_err(failure_of)
}

fn show(bar: &Progress, progress: export::Progress) {
    bar.set_total(progress.size);
    bar.set(progress.entries);
}
