use clap::Args;
use countersign_api::candidate::v1::DelegateReviewsRequest;
use prost_types::Timestamp;

use super::list::rows;
use crate::cli::Context;
use crate::cli::candidate::parse_time;
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign delegation create --to humans/ben --end 2026-12-07 --note 'On leave'
  countersign delegation create --of humans/anna --to humans/ben --start 2026-12-01 --end 2026-12-24";

/// Passes a turn to another person until an end: what waits for one then waits for the other too. The right to decide does not pass.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Create {
    /// To whom, e.g. `humans/ben`.
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// Whose turn passes; without it, your own. Another's takes a manager.
    #[arg(long, value_name = "PERSON", default_value = "")]
    of: String,
    /// From when on; without it, from now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    start: Option<Timestamp>,
    /// Until when, at most 90 days after the start.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    end: Timestamp,
    /// Why.
    #[arg(long, value_name = "TEXT", default_value = "")]
    note: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Create {
    /// Makes it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let request = DelegateReviewsRequest {
                    parent: session.workspace().to_string(),
                    request_id: self.request_id.unwrap_or_else(|| session.new_request_id()),
                    delegator: self.of,
                    delegate: self.to,
                    start_time: self.start,
                    end_time: Some(self.end),
                    note: self.note,
                };
                let response = session.review().delegate_reviews(request).await?.into_inner();
                context.console.message(&response, |response| rows(response.delegation.as_slice()))
            })
            .await
    }
}
