use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::settle_outcome_request::Settlement;
use countersign_api::candidate::v1::{Failure as WireFailure, SettleOutcomeRequest};

use super::approve::Consent;
use super::decision::{Decision, Seen};
use crate::cli::Context;
use crate::cli::number::parse_fence;
use crate::cli::outcome::{Class, Done};
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate settle 6d1f6c7a9a55 --found executed --finding 'The task is there' --reference crm/task/T-42
  countersign candidate settle 6d1f6c7a9a55 --found failed --finding 'No such task' --class unavailable --fence 2
  countersign candidate settle 6d1f6c7a9a55 --found not-done-try-again --finding 'No such task' --yes";

/// Says what was found out about an execution of which nobody knew the outcome.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Settle {
    #[command(flatten)]
    decision: Decision,
    #[command(flatten)]
    consent: Consent,
    /// What was found.
    #[arg(long, value_enum)]
    found: Found,
    /// What was found, in words.
    #[arg(long, value_name = "TEXT")]
    finding: String,
    /// The fence of the last claim, which a service must name: that of the permit it held, or `execution.fence` of the candidate.
    #[arg(long, value_name = "N", value_parser = parse_fence)]
    fence: Option<i64>,
    #[command(flatten)]
    done: Done,
    /// With `failed`: what kind of failure it was; without it, `other`.
    #[arg(long, value_enum)]
    class: Option<Class>,
}

/// What was found.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Found {
    /// It was done.
    Executed,
    /// It was not done.
    Failed,
    /// It was not done, and you approve another try of the same bytes.
    NotDoneTryAgain,
}

impl Settle {
    /// Settles it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Usage`] for an option that does not fit; for another try, as approving.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        self.refuse_what_does_not_fit()?;
        let Self { decision, consent, found, finding, fence, done, class } = self;
        decision
            .take_with(context, consent.needs(), async |session, seen| {
                let settlement = match found {
                    Found::Executed => Settlement::Executed(done.into_result()),
                    Found::Failed => Settlement::Failed(WireFailure {
                        class: class.unwrap_or(Class::Other).to_wire().into(),
                        message: finding.clone(),
                        ..WireFailure::default()
                    }),
                    Found::NotDoneTryAgain => {
                        let question = "Try exactly this again?";
                        match consent.obtain(context, session, &seen.candidate, question).await? {
                            Some(digest) => Settlement::ApproveDigest(digest),
                            None => return Ok(None),
                        }
                    }
                };
                let Seen { name, etag, request_id, .. } = seen;
                let request = SettleOutcomeRequest {
                    name,
                    request_id,
                    etag,
                    finding,
                    settlement: Some(settlement),
                    fence: fence.unwrap_or_default(),
                    acknowledged_conflicts: consent.acknowledged(session).await?,
                };
                Ok(session.review().settle_outcome(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl Settle {
    /// Refuses an option that says nothing about what was found: dropped without a word, it would seem recorded.
    fn refuse_what_does_not_fit(&self) -> Result<(), Failure> {
        let of_done = self.done.given().map(|(option, is_given)| (option, is_given, "executed"));
        let of_others = [
            ("--class", self.class.is_some(), "failed"),
            ("--digest", self.consent.digest.is_some(), "not-done-try-again"),
            ("--yes", self.consent.yes, "not-done-try-again"),
            ("--beside", !self.consent.beside.is_empty(), "not-done-try-again"),
            ("--wait", self.consent.wait, "not-done-try-again"),
        ];
        let found = self.found.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        match of_done.into_iter().chain(of_others).find(|(_, is_given, with)| *is_given && *with != found) {
            Some((option, _, with)) => {
                Err(Failure::usage(format!("`{option}` goes with `--found {with}`, not with `--found {found}`")))
            }
            None => Ok(()),
        }
    }
}
