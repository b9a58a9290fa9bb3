use clap::Args;
use countersign_api::candidate::v1::RevokeStandingApprovalRequest;

use super::{named, text};
use crate::cli::Context;
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign standing-approval revoke 6d1f6c7a9a55 --reason 'One of the notes was wrong'";

/// Takes an approval back that was given ahead. What it approved and nobody claimed waits for a person again.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Revoke {
    /// Its name, its id, or a beginning or end of its id.
    #[arg(value_name = "ID")]
    id: String,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Revoke {
    /// Revokes it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when there is none; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let request = RevokeStandingApprovalRequest {
                    name: named::find(session, &self.id).await?.to_string(),
                    request_id: self.request_id.unwrap_or_else(|| session.new_request_id()),
                    reason: self.reason,
                };
                let response = session.standing_approvals().revoke_standing_approval(request).await?.into_inner();
                context.console.message(&response, |response| text::whole(response.standing_approval.as_ref()))
            })
            .await
    }
}
