use std::path::PathBuf;

use clap::Args;

use super::change::{self, Change};
use super::text;
use crate::cli::Context;
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign policy propose policy.toml --summary 'Two people look at what is of high risk'
  countersign policy propose policy.toml --summary 'As agreed on Monday' --owner humans/bea";

/// Proposes another review policy, as the person whose token it is. It comes into force once another person approved it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Propose {
    /// The policy, as TOML: the whole of it, not only what changes.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What changes and why, for whoever decides.
    #[arg(long, value_name = "TEXT")]
    summary: String,
    /// Who should decide on it, e.g. `humans/bea`; without it, a reviewer assigns somebody.
    #[arg(long, value_name = "PRINCIPAL", default_value = "")]
    owner: String,
}

impl Propose {
    /// Proposes it.
    ///
    /// # Errors
    /// The server's refusal, which names the key where the policy is none; [`Failure::Unreachable`] for a file that cannot be
    /// read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let policy_toml = text::read(&self.file)?;
        context
            .with_session(Missing::Refuse, async |session| {
                let in_force = super::read(session, None).await?;
                let change = Change {
                    command: "countersign policy propose",
                    policy_toml,
                    summary: self.summary,
                    owner: self.owner,
                    evidence: Vec::new(),
                };
                let candidate = change.propose(session, &in_force).await?;
                context.console.message(&candidate, |candidate| change::told(candidate, &in_force))
            })
            .await
    }
}
