//! `countersign candidate`: reads candidates and decides on them, a file each.

mod add_evidence;
mod approve;
mod assign;
mod change;
mod count;
mod decide_batch;
mod decision;
mod edit;
mod hold;
mod id;
mod list;
mod reject;
mod release;
mod request_evidence;
mod retry;
mod rework;
mod selection;
mod settle;
mod show;
mod time;
mod withdraw;
mod withdraw_approval;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

pub use id::{find, read};
pub use time::parse_time;

const EXAMPLES: &str = "\
Examples:
  countersign candidate list --state proposed
  countersign candidate show 6d1f6c7a9a55
  countersign candidate approve 6d1f6c7a9a55 --note 'Checked with the owner'
  countersign candidate edit 6d1f6c7a9a55 --set /due=2026-12-02 --note 'Two more days'";

/// What can be done with candidates.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Candidate {
    /// Lists candidates.
    List(list::List),
    /// Counts candidates, by state, owner, whose turn it is and the like.
    Count(count::Count),
    /// Shows everything there is to know about one candidate.
    Show(show::Show),
    /// Approves exactly the bytes that are shown.
    Approve(approve::Approve),
    /// Takes your approval back.
    WithdrawApproval(withdraw_approval::WithdrawApproval),
    /// Changes what would run.
    Edit(edit::Edit),
    /// Refuses, with a reason.
    Reject(reject::Reject),
    /// Decides on several at once, each by itself.
    DecideBatch(decide_batch::DecideBatch),
    /// Puts aside until a time, until evidence arrives, or until somebody releases it.
    Hold(hold::Hold),
    /// Ends a hold.
    Release(release::Release),
    /// Gives it an owner.
    Assign(assign::Assign),
    /// Asks for evidence.
    RequestEvidence(request_evidence::RequestEvidence),
    /// Adds evidence.
    AddEvidence(add_evidence::AddEvidence),
    /// Takes your own proposal back.
    Withdraw(withdraw::Withdraw),
    /// Sends an executed or failed candidate back.
    Rework(rework::Rework),
    /// Orders another try of the same bytes after a failure.
    Retry(retry::Retry),
    /// Says what was found out about an unknown outcome.
    Settle(settle::Settle),
}

impl Candidate {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::List(list) => list.run(context).await,
            Self::Count(count) => count.run(context).await,
            Self::Show(show) => show.run(context).await,
            Self::Approve(approve) => approve.run(context).await,
            Self::WithdrawApproval(withdraw) => withdraw.run(context).await,
            Self::Edit(edit) => edit.run(context).await,
            Self::Reject(reject) => reject.run(context).await,
            Self::DecideBatch(batch) => batch.run(context).await,
            Self::Hold(hold) => hold.run(context).await,
            Self::Release(release) => release.run(context).await,
            Self::Assign(assign) => assign.run(context).await,
            Self::RequestEvidence(request) => request.run(context).await,
            Self::AddEvidence(add) => add.run(context).await,
            Self::Withdraw(withdraw) => withdraw.run(context).await,
            Self::Rework(rework) => rework.run(context).await,
            Self::Retry(retry) => retry.run(context).await,
            Self::Settle(settle) => settle.run(context).await,
        }
    }
}
