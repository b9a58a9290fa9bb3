use clap::Args;
use countersign_api::candidate::v1::GetStandingApprovalRequest;

use super::{named, text};
use crate::cli::Context;
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign standing-approval show 6d1f6c7a9a55
  countersign standing-approval show 6d1f6c7a9a55 --json | jq .standing_approval.uses";

/// Shows what was approved ahead, how far it is used up, and who took it back.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Show {
    /// Its name, its id, or a beginning or end of its id.
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    /// Shows it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when there is none; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let name = named::find(session, &self.id).await?.to_string();
                let request = GetStandingApprovalRequest { name };
                let response = session.standing_approvals().get_standing_approval(request).await?.into_inner();
                context.console.message(&response, |response| text::whole(response.standing_approval.as_ref()))
            })
            .await
    }
}
