use clap::Args;
use countersign_api::candidate::v1::PolicyRevision;

use crate::candidate_text::short_id;
use crate::cli::Context;
use crate::cli::number::parse_count;
use crate::failure::Failure;
use crate::output::{facts, moment, visible};
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign policy show
  countersign policy show 1 > before.toml
  countersign policy show --json | jq -r .policy_toml";

/// Prints a policy: the one in force, or an earlier revision. Which one it is stands on standard error.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Show {
    /// The revision; without it, the one in force.
    #[arg(value_name = "REVISION", value_parser = parse_count)]
    revision: Option<u32>,
}

impl Show {
    /// Prints it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let revision = super::read(session, self.revision).await?;
                if !context.console.is_json() {
                    context.console.say(&head(&revision));
                }
                context.console.message(&revision, |revision| visible(revision.policy_toml.trim_end()))
            })
            .await
    }
}

fn head(revision: &PolicyRevision) -> String {
    facts([
        ("revision", revision.revision.to_string()),
        ("in force since", moment(revision.apply_time.as_ref())),
        ("digest", hex::encode(&revision.policy_digest)),
        ("brought by", brought_by(revision)),
    ])
}

/// Says where a policy came from.
pub fn brought_by(revision: &PolicyRevision) -> String {
    if revision.candidate.is_empty() { "the file".to_owned() } else { short_id(&revision.candidate).to_owned() }
}
