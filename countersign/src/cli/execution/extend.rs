use clap::Args;
use countersign_api::candidate::v1::ExtendClaimRequest;

use super::as_executor;
use crate::cli::Context;
use crate::cli::candidate::find;
use crate::cli::number::{parse_fence, parse_lease};
use crate::failure::Failure;
use crate::output::moment;

const EXAMPLES: &str = "\
Examples:
  countersign execution extend 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1
  countersign execution extend 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --lease 600 --json | jq -r .lease_expire_time";

/// Asks for more time under a claim that has not lapsed.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Extend {
    /// The candidate: its name or its id.
    #[arg(value_name = "ID")]
    id: String,
    /// The fence of the permit.
    #[arg(long, value_name = "N", value_parser = parse_fence)]
    fence: i64,
    /// How many seconds from now the claim shall last, 1 to 900.
    #[arg(long, value_name = "SECS", default_value = "300", value_parser = parse_lease)]
    lease: u32,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Extend {
    /// Asks for it.
    ///
    /// # Errors
    /// The server's refusal, about this candidate.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(as_executor(), async |session| {
                let request = ExtendClaimRequest {
                    name: find(session, &self.id).await?.to_string(),
                    request_id: self.request_id.clone().unwrap_or_else(|| session.new_request_id()),
                    fence: self.fence,
                    lease: Some(prost_types::Duration { seconds: self.lease.into(), nanos: 0 }),
                };
                let answer = session.executions().extend_claim(request).await;
                let answer = answer.map_err(|status| Failure::from(status).about(&self.id))?.into_inner();
                context.console.message(&answer, |answer| {
                    format!("the claim lasts until {}", moment(answer.lease_expire_time.as_ref()))
                })
            })
            .await
    }
}
