use std::path::PathBuf;

use clap::Args;
use countersign_api::candidate::v1::CheckPolicyRequest;

use super::text;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::facts;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign policy check policy.toml
  countersign policy check policy.toml";

/// Reads a policy and says what is wrong with it: a broken key, a rule that never applies, demands that contradict each other.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Check {
    /// The policy, as TOML.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Check {
    /// Checks it.
    ///
    /// # Errors
    /// The server's refusal, which names the key; [`Failure::Unreachable`] for a file that cannot be read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let policy_toml = text::read(&self.file)?;
        context
            .with_session(Missing::Refuse, async |session| {
                let request = CheckPolicyRequest { parent: session.workspace().to_string(), policy_toml };
                let response = session.policies().check_policy(request).await?.into_inner();
                context.console.message(&response, |response| {
                    facts([
                        ("sound", "nothing is wrong with it".to_owned()),
                        ("digest", hex::encode(&response.policy_digest)),
                    ])
                })
            })
            .await
    }
}
