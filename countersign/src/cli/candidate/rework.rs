use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::{Fault as WireFault, SendBackForReworkRequest};

use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate rework 6d1f6c7a9a55 --fault edit --reason 'The edit moved it past the deadline'";

/// Sends an executed or failed candidate back, to be edited or refused.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Rework {
    #[command(flatten)]
    decision: Decision,
    /// Where the fault lay.
    #[arg(long, value_enum)]
    fault: Fault,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

/// Where a fault lay.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Fault {
    /// The proposal was poor.
    Proposal,
    /// The human edit changed the intent.
    Edit,
    /// The connector or the system behind it failed.
    Execution,
}

impl Rework {
    /// Sends it back.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let Self { decision, fault, reason } = self;
        decision
            .take(context, async |session, seen| {
                let Seen { name, etag, request_id, .. } = seen;
                let request =
                    SendBackForReworkRequest { name, request_id, etag, reason, fault: fault.to_wire().into() };
                Ok(session.review().send_back_for_rework(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl Fault {
    fn to_wire(self) -> WireFault {
        match self {
            Self::Proposal => WireFault::Proposal,
            Self::Edit => WireFault::Edit,
            Self::Execution => WireFault::Execution,
        }
    }
}
