//! `countersign policy`: the review policy that is in force, and how another one is put forward.

mod asked;
mod backtest;
mod change;
mod check;
mod lighten;
mod list;
mod propose;
mod show;
mod text;
mod trial;

use clap::Subcommand;
use countersign_api::candidate::v1::{GetPolicyRevisionRequest, PolicyRevision};

use super::Context;
use crate::failure::Failure;
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  countersign policy show > policy.toml
  countersign policy check policy.toml
  countersign policy propose policy.toml --summary 'Two people look at what is of high risk'
  countersign policy backtest policy.toml --export ./countersign-data/export/demo
  countersign policy lighten --export ./countersign-data/export/demo
  countersign policy list";

/// What can be done with the review policy. Changing it takes a person who approves the change.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Policy {
    /// Prints the policy that is in force, or one that was.
    Show(show::Show),
    /// Lists which policies were in force, newest first.
    List(list::List),
    /// Says what is wrong with a policy, if anything; changes nothing.
    Check(check::Check),
    /// Says what a policy would have done to the candidates of an export, judged by what people decided.
    Backtest(backtest::Backtest),
    /// Proposes lighter review where the record shows that it is safe, or lists what the record shows.
    Lighten(lighten::Lighten),
    /// Proposes another policy: a candidate that a person decides on.
    Propose(propose::Propose),
}

impl Policy {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(show) => show.run(context).await,
            Self::List(list) => list.run(context).await,
            Self::Check(check) => check.run(context).await,
            Self::Backtest(backtest) => backtest.run(context).await,
            Self::Lighten(lighten) => Box::pin(lighten.run(context)).await,
            Self::Propose(propose) => propose.run(context).await,
        }
    }
}

/// Reads one policy; without a number, the one in force.
async fn read(session: &Session, revision: Option<u32>) -> Result<PolicyRevision, Failure> {
    let number = revision.map_or_else(|| "-".to_owned(), |revision| revision.to_string());
    let request = GetPolicyRevisionRequest { name: format!("{}/policyRevisions/{number}", session.workspace()) };
    let response = session.policies().get_policy_revision(request).await?.into_inner();
    response.policy_revision.ok_or_else(|| Failure::fault(anyhow::anyhow!("the server's answer holds no policy")))
}
