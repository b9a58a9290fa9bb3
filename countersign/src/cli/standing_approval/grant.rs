use clap::Args;
use countersign_api::candidate::v1::GrantStandingApprovalRequest;
use prost_types::Timestamp;

use super::text;
use crate::cli::Context;
use crate::cli::candidate::parse_time;
use crate::failure::Failure;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign standing-approval grant --action-type add_note --proposer generators/crm-rules --limit 200 --until 2026-12-31 --reason 'Never one wrong'
  countersign standing-approval grant --action-type create_task --proposer generators/mailbox --records mail/thread --limit 50 --audit 100 --until 2026-12-01 --reason 'Ben is on leave'";

/// Approves a narrow category ahead, as the caller. It covers something once the ledger has it on record.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Grant {
    /// The one action type that it is for.
    #[arg(long, value_name = "TYPE")]
    action_type: String,
    /// The one proposer that it is for, e.g. `generators/crm-rules`.
    #[arg(long, value_name = "PRINCIPAL")]
    proposer: String,
    /// Only records whose `{system}/{object type}/{id}` begins with this; without it, any record.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    records: String,
    /// The most candidates that it approves, 1 to 10,000.
    #[arg(long, value_name = "COUNT")]
    limit: u32,
    /// Of every 1,000 candidates, how many go to a person all the same, 10 to 1,000.
    #[arg(long, value_name = "COUNT", default_value = "50")]
    audit: u16,
    /// When it ends, at most 90 days from now.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    until: Timestamp,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Grant {
    /// Gives it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let request = GrantStandingApprovalRequest {
                    parent: session.workspace().to_string(),
                    request_id: self.request_id.unwrap_or_else(|| session.new_request_id()),
                    action_type: self.action_type,
                    proposer: self.proposer,
                    record_prefix: self.records,
                    use_limit: self.limit.into(),
                    audit_per_mille: self.audit.into(),
                    expire_time: Some(self.until),
                    reason: self.reason,
                };
                let response = session.standing_approvals().grant_standing_approval(request).await?.into_inner();
                context.console.message(&response, |response| text::whole(response.standing_approval.as_ref()))
            })
            .await
    }
}
