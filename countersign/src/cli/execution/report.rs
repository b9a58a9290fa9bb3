use clap::{ArgGroup, Args};
use countersign_api::candidate::v1::report_outcome_request::Outcome;
use countersign_api::candidate::v1::{Failure as WireFailure, ReportOutcomeRequest};

use super::as_executor;
use crate::candidate_text::{short_id, state_name};
use crate::cli::Context;
use crate::cli::candidate::find;
use crate::cli::number::parse_fence;
use crate::cli::outcome::{Class, Done};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign execution report 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --succeeded --reference crm/task/T-42
  countersign execution report 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --failed --class unavailable --message 'No answer' --retry-safe
  countersign execution report 01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55 --fence 1 --unknown 'The line broke after the call'";

/// Says how an attempt ended: it was done, it was not, or nobody knows.
#[derive(Debug, Args)]
#[command(
    before_help = EXAMPLES,
    group(ArgGroup::new("outcome").required(true).args(["succeeded", "failed", "unknown"]))
)]
pub struct Report {
    /// The candidate: its name or its id.
    #[arg(value_name = "ID")]
    id: String,
    /// The fence of the permit.
    #[arg(long, value_name = "N", value_parser = parse_fence)]
    fence: i64,
    /// It was done.
    #[arg(long)]
    succeeded: bool,
    /// It is certain that it was not done.
    #[arg(long, requires = "message")]
    failed: bool,
    /// Nobody knows: what happened, in words. A person or a reconciler settles it.
    #[arg(long, value_name = "WORDS")]
    unknown: Option<String>,
    #[command(flatten)]
    done: Done,
    /// With `--failed`: what kind of failure it was; without it, `other`.
    #[arg(long, value_enum)]
    class: Option<Class>,
    /// With `--failed`: what went wrong, for people.
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// With `--failed`: trying again is safe, by itself and after a pause.
    #[arg(long)]
    retry_safe: bool,
    /// With `--failed`: the system that was asked, such as `crm`.
    #[arg(long, value_name = "SYSTEM")]
    system: Option<String>,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, the one of this claim's report.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Report {
    /// Reports it.
    ///
    /// # Errors
    /// The server's refusal, about this candidate; [`Failure::Usage`] for an option that does not fit.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        self.refuse_what_does_not_fit()?;
        context
            .with_session(as_executor(), async |session| {
                let name = find(session, &self.id).await?;
                // One claim has one report: sent again, it is answered as before, and another one is refused.
                let usual = format!("report/{}/{}", name.id, self.fence);
                let request = ReportOutcomeRequest {
                    name: name.to_string(),
                    request_id: self.request_id.clone().unwrap_or(usual),
                    fence: self.fence,
                    outcome: Some(self.outcome()),
                };
                let answer = session.executions().report_outcome(request).await;
                let answer = answer.map_err(|status| Failure::from(status).about(&self.id))?.into_inner();
                context.console.message(&answer, |answer| {
                    let id = name.to_string();
                    format!("{} is {} at revision {}", short_id(&id), state_name(answer.state), answer.revision)
                })
            })
            .await
    }

    fn outcome(&self) -> Outcome {
        match &self.unknown {
            Some(words) => Outcome::Unknown(words.clone()),
            None if self.succeeded => Outcome::Succeeded(self.done.clone().into_result()),
            None => Outcome::Failed(WireFailure {
                class: self.class.unwrap_or(Class::Other).to_wire().into(),
                message: self.message.clone().unwrap_or_default(),
                retry_safe: self.retry_safe,
                system: self.system.clone().unwrap_or_default(),
            }),
        }
    }

    /// Refuses an option that says nothing about how it ended: dropped without a word, it would seem recorded.
    fn refuse_what_does_not_fit(&self) -> Result<(), Failure> {
        let of_failure = [
            ("--class", self.class.is_some()),
            ("--message", self.message.is_some()),
            ("--retry-safe", self.retry_safe),
            ("--system", self.system.is_some()),
        ];
        let stray =
            self.done.given().into_iter().map(|(option, given)| (option, given && !self.succeeded, "succeeded"));
        let stray = stray.chain(of_failure.map(|(option, given)| (option, given && !self.failed, "failed")));
        match stray.into_iter().find(|(_, is_stray, _)| *is_stray) {
            Some((option, _, with)) => Err(Failure::usage(format!("`{option}` goes with `--{with}` alone"))),
            None => Ok(()),
        }
    }
}
