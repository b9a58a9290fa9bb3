use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Context;
use crate::demo;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign demo --input ./crm-export --data-dir ./crm
  countersign demo --reviewers none --data-dir ./mine
  countersign demo --seed 7 --json | jq .candidates_by_state";

/// Runs the whole loop: proposals from a CRM export and from inquiries, decisions, execution, ledger, export, report.
///
/// A run that was interrupted goes on where it was; run again with the same seed, it ends with the same totals.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Demo {
    /// A CRM export: a folder with `accounts.csv`, `products.csv`, `sales_pipeline.csv` and `sales_teams.csv`. Without it, a small one made
    /// for the demonstration.
    #[arg(long, value_name = "DIR")]
    input: Option<PathBuf>,
    /// Who decides.
    #[arg(long, value_enum, default_value_t = Reviewers::Simulated)]
    reviewers: Reviewers,
    /// Decides what simulated reviewers do.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Who decides in a demonstration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Reviewers {
    /// Simulated people, who say so in all they write.
    Simulated,
    /// Nobody: every candidate waits for you.
    None,
}

impl Demo {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] for an input or folder that cannot be opened; [`Failure::Finding`] when the record does not verify.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let options =
            demo::Options { input: self.input, simulated: self.reviewers == Reviewers::Simulated, seed: self.seed };
        demo::run(context, options).await
    }
}
