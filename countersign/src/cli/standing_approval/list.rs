use clap::Args;
use countersign_api::candidate::v1::ListStandingApprovalsResponse;

use super::{named, text};
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign standing-approval list
  countersign standing-approval list --active --json | jq -r .standing_approvals[].name";

/// Lists standing approvals, newest first, revoked and ended ones included.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct List {
    /// Only those that cover something now.
    #[arg(long)]
    active: bool,
}

impl List {
    /// Lists them.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let standing_approvals = named::all(session, self.active).await?;
                if standing_approvals.is_empty() {
                    workspaces::refuse_unknown(context, session).await?;
                    context.console.say("nothing is approved ahead");
                }
                let all = ListStandingApprovalsResponse { standing_approvals, next_page_token: String::new() };
                context.console.message(&all, |all| text::rows(&all.standing_approvals))
            })
            .await
    }
}
