use clap::Args;
use countersign_api::error::v1::ErrorReason;
use countersign_api::feedback::v1::{GetProposerFeedbackRequest, RunReportRequest};

use super::proposer_text::text;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::step;
use crate::refusal::Refusal;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign report proposer generators/crm-rules
  countersign report proposer generators/crm-rules --fresh
  countersign report proposer generators/crm-rules --json | jq -r '.feedback[].repeated_edits[].rule'";

/// Tells a proposer what people made of its proposals, by action type: why they were rejected, which edits were made again and again, said as
/// rules, whether earlier rules were followed, and what its stated confidence was worth. From the latest report of the workspace.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Proposer {
    /// The proposer, such as `generators/crm-rules`.
    #[arg(value_name = "NAME")]
    name: String,
    /// Has a new report made first.
    #[arg(long)]
    fresh: bool,
}

impl Proposer {
    /// Tells it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let parent = session.workspace().to_string();
                let mut client = session.feedback();
                if self.fresh {
                    let progress = step("making a report");
                    let request_id = session.new_request_id();
                    client.run_report(RunReportRequest { parent: parent.clone(), request_id, period: 0 }).await?;
                    drop(progress);
                }
                let request = GetProposerFeedbackRequest { parent, proposer: self.name.clone() };
                let answer = client.get_proposer_feedback(request).await;
                let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
                context.console.message(&answer, |answer| text(&self.name, answer))
            })
            .await
    }

    /// Says what to do where no report was made yet.
    fn refused(&self, status: &tonic::Status) -> Failure {
        let refusal = Refusal::read(status);
        let is_without_report = refusal.reason() == Some(ErrorReason::ExportUnverified);
        let fresh = format!("have one made: `countersign report proposer {} --fresh`", self.name);
        Failure::Refused(Box::new(if is_without_report { refusal.now(fresh) } else { refusal }))
    }
}
