use clap::{Args, ValueEnum};
use countersign_api::candidate::v1::settle_outcome_request::Settlement;
use countersign_api::candidate::v1::{
    ExecutionResult, ExternalReference, Failure as WireFailure, FailureClass, FieldChange, SettleOutcomeRequest,
};
use prost_types::Timestamp;

use super::approve::Consent;
use super::decision::{Decision, Seen};
use super::time::parse_time;
use crate::cli::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign candidate settle 6d1f6c7a9a55 --found executed --finding 'The task is there' --reference crm/task/T-42
  countersign candidate settle 6d1f6c7a9a55 --found failed --finding 'No such task' --class unavailable
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
    /// With `executed`: what was made or changed.
    #[arg(long = "reference", value_name = "SYSTEM/TYPE/ID", value_parser = parse_reference)]
    references: Vec<ExternalReference>,
    /// With `executed`: a field's value before and after.
    #[arg(long = "change", value_name = "FIELD=BEFORE->AFTER", value_parser = parse_change)]
    changes: Vec<FieldChange>,
    /// With `executed`: when it was done.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    at: Option<Timestamp>,
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

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Class {
    /// The target refused the input.
    Invalid,
    /// The target is not as the payload expects it.
    Precondition,
    /// The target does not exist.
    NotFound,
    /// The connector may not do this there.
    Permission,
    /// The target cannot be reached.
    Unavailable,
    /// Anything else.
    Other,
}

impl Settle {
    /// Settles it.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Usage`] for an option that does not fit; for another try, as approving.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        self.refuse_what_does_not_fit()?;
        let Self { decision, consent, found, finding, references, changes, at: execute_time, class } = self;
        decision
            .take_with(context, consent.needs(), async |session, seen| {
                let settlement = match found {
                    Found::Executed => Settlement::Executed(ExecutionResult { references, changes, execute_time }),
                    Found::Failed => Settlement::Failed(WireFailure {
                        class: class.unwrap_or(Class::Other).to_wire().into(),
                        message: finding.clone(),
                        retry_safe: false,
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
                    fence: 0,
                    acknowledged_conflicts: consent.beside.clone(),
                };
                Ok(session.review().settle_outcome(request).await?.into_inner().candidate)
            })
            .await
    }
}

impl Settle {
    /// Refuses an option that says nothing about what was found: dropped without a word, it would seem recorded.
    fn refuse_what_does_not_fit(&self) -> Result<(), Failure> {
        let given = [
            ("--reference", !self.references.is_empty(), "executed"),
            ("--change", !self.changes.is_empty(), "executed"),
            ("--at", self.at.is_some(), "executed"),
            ("--class", self.class.is_some(), "failed"),
            ("--digest", self.consent.digest.is_some(), "not-done-try-again"),
            ("--yes", self.consent.yes, "not-done-try-again"),
            ("--beside", !self.consent.beside.is_empty(), "not-done-try-again"),
            ("--wait", self.consent.wait, "not-done-try-again"),
        ];
        let found = self.found.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned());
        match given.into_iter().find(|(_, is_given, with)| *is_given && *with != found) {
            Some((option, _, with)) => {
                Err(Failure::usage(format!("`{option}` goes with `--found {with}`, not with `--found {found}`")))
            }
            None => Ok(()),
        }
    }
}

impl Class {
    fn to_wire(self) -> FailureClass {
        match self {
            Self::Invalid => FailureClass::Invalid,
            Self::Precondition => FailureClass::Precondition,
            Self::NotFound => FailureClass::NotFound,
            Self::Permission => FailureClass::Permission,
            Self::Unavailable => FailureClass::Unavailable,
            Self::Other => FailureClass::Other,
        }
    }
}

fn parse_reference(text: &str) -> Result<ExternalReference, String> {
    let mut parts = text.splitn(3, '/').map(str::to_owned);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(system), Some(object_type), Some(id)) => {
            Ok(ExternalReference { system, object_type, id, link: String::new() })
        }
        _ => Err(format!("`{text}` is no reference; write `system/type/id`, e.g. `crm/task/T-42`")),
    }
}

fn parse_change(text: &str) -> Result<FieldChange, String> {
    let split = text.split_once('=').and_then(|(field, values)| Some((field, values.split_once("->")?)));
    let (field, (before, after)) =
        split.ok_or_else(|| format!("`{text}` is no change; write `field=before->after`"))?;
    Ok(FieldChange { field: field.to_owned(), before: before.to_owned(), after: after.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_changes_are_read_whole() {
        let reference = parse_reference("crm/task/T/42").expect("a reference");
        assert_eq!((reference.system.as_str(), reference.id.as_str()), ("crm", "T/42"));
        assert!(parse_reference("T-42").is_err());
        let change = parse_change("product=GTXPro->GTX Pro").expect("a change");
        assert_eq!((change.before.as_str(), change.after.as_str()), ("GTXPro", "GTX Pro"));
        assert!(parse_change("product=GTX Pro").is_err());
    }
}
