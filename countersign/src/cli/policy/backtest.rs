use std::path::PathBuf;

use analytics::{export, report};
use candidate_svc::policy::Policy;
use clap::Args;

use super::text;
use super::trial::{Outcomes, Trial, trial};
use crate::app::definitions::check_policy;
use crate::cli::Context;
use crate::cli::ledger::{PinnedExport, failure_of};
use crate::failure::Failure;
use crate::output::{facts, step, table};

const EXAMPLES: &str = "\
Examples:
  countersign policy backtest policy.toml --export ./countersign-data/export/demo";

/// Says what a policy would have done to the candidates of an export: how many would have skipped review, and what people made of these.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Backtest {
    /// The policy, as TOML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The folder of the export.
    #[arg(long, value_name = "DIR")]
    export: PathBuf,
    #[command(flatten)]
    pinned: PinnedExport,
}

impl Backtest {
    /// Tries it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when the export does not verify; [`Failure::Unreachable`] for a policy that cannot be read or does not stand.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let text = text::read(&self.file)?;
        let name = self.file.display().to_string();
        let policy = Policy::read(&name, &text).map_err(Failure::unreachable)?;
        check_policy(&context.place.data_dir, &name, &policy).map_err(Failure::Unreachable)?;
        let keys = self.pinned.read(&context.place)?;
        let folder = self.export;
        let progress = step("verifying and trying");
        let tried = tokio::task::spawn_blocking(move || {
            let verified = export::verify(&folder, keys.pinned(), |_| {}).map_err(failure_of)?;
            let kinds = report::kinds_of(&verified).map_err(Failure::unreachable)?;
            Ok::<_, Failure>((trial(&policy, kinds), verified.manifest().clone()))
        });
        let (trial, manifest) = tried.await.map_err(Failure::fault)??;
        drop(progress);
        if context.console.is_json() {
            let mut json = serde_json::to_value(&trial).map_err(Failure::fault)?;
            json["source"] = serde_json::json!({
                "origin": manifest.origin, "first_index": 0, "end_index": manifest.size, "root": manifest.root,
            });
            return context.console.json(&json);
        }
        context.console.data(&told(&trial))?;
        context.console.data(&format!("{}, entries 0 to {}, root {}", manifest.origin, manifest.size, manifest.root))
    }
}

fn told(trial: &Trial) -> String {
    let skipped = &trial.skipped;
    let head = facts([
        ("candidates", trial.proposed.to_string()),
        ("not judged", trial.not_judged.to_string()),
        ("skip review", format!("{}, {} of them decided on by people", skipped.proposed, skipped.decided)),
        ("harm", harm(skipped)),
        ("hours saved", format!("{:.1} of reading, less the audit sample", skipped.reading_hours)),
        ("approvals", format!("{} asked for", trial.approvals_asked)),
    ]);
    let row = |path: &str, outcomes: &Outcomes| {
        let Outcomes { proposed, decided, rejected, edited, failed, sent_back, .. } = outcomes;
        let [proposed, decided, rejected, edited, failed, sent_back] =
            [proposed, decided, rejected, edited, failed, sent_back].map(u64::to_string);
        [path.to_owned(), proposed, decided, rejected, edited, failed, sent_back]
    };
    let rows = [
        row("skip review", skipped),
        row("light", &trial.light),
        row("standard", &trial.standard),
        row("strict", &trial.strict),
    ];
    format!("{head}\n{}", table(["path", "candidates", "decided", "rejected", "edited", "failed", "sent back"], rows))
}

fn harm(outcomes: &Outcomes) -> String {
    let Some((low, high)) = outcomes.harm_interval else { return "none of them is over".to_owned() };
    format!(
        "{} of {} that are over (95 % interval {:.1} % to {:.1} %; at most {:.1} %, however often one looks)",
        outcomes.harmful,
        outcomes.over,
        low * 100.0,
        high * 100.0,
        outcomes.harm_at_most * 100.0
    )
}
