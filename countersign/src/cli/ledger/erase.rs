use std::time::Duration;

use clap::Args;
use countersign_api::candidate::v1::GetCandidateRequest;
use countersign_api::ledger::v1::EraseContentRequest;
use countersign_api::name::CandidateName;
use serde_json::json;
use service_kit::clock::{Clock as _, SystemClock};

use super::subject;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{Answer, ask, step};
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger erase 6d1f6c7a9a55 --reason 'Customer asked' --authority 'GDPR Art. 17, request 2026-114'
  countersign ledger erase 6d1f6c7a9a55 --reason 'Customer asked' --authority 'request 114' --yes --json";

/// How often candidate-svc is asked whether it has followed.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// How long it may take to follow before the command ends without it.
const FOLLOW_MAX: Duration = Duration::from_secs(30);

/// Erases what the ledger and candidate-svc hold of a candidate, for good. Proofs and the record that it was stay.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Erase {
    /// The candidate (its name, its id, or the beginning or end of its id), or another subject as entries name it.
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Why, in words; recorded.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// On which authority, e.g. the number of a request; recorded.
    #[arg(long, value_name = "TEXT")]
    authority: String,
    /// Erases without asking.
    #[arg(long)]
    yes: bool,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

impl Erase {
    /// Erases it and waits until candidate-svc has followed.
    ///
    /// # Errors
    /// The server's refusal; [`Failure::Finding`] when the person said no, or candidate-svc has not followed in time.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let subject = subject::find(session, &self.subject).await?;
                self.ask(context, &subject)?;
                let request = EraseContentRequest {
                    parent: session.workspace().to_string(),
                    request_id: self.request_id.clone().unwrap_or_else(|| session.new_request_id()),
                    subject: subject.clone(),
                    reason: self.reason.clone(),
                    authority: self.authority.clone(),
                };
                let answer = session.erasures().erase_content(request).await;
                let answer = answer.map_err(|status| Failure::from(status).about(&self.subject))?.into_inner();
                let index = answer.receipt.as_ref().map_or(0, |receipt| receipt.index);
                let followed = match subject.parse::<CandidateName>() {
                    Ok(name) => follow(session, &name).await?,
                    Err(_) => Followed::NotACandidate,
                };
                if let Followed::NotYet = followed {
                    return Err(Failure::Finding(format!(
                        "erased in the ledger by entry `{index}`, but candidate-svc has not followed within {} s: `countersign candidate \
                         show` says when it has; its log says what it waits for",
                        FOLLOW_MAX.as_secs()
                    )));
                }
                if context.console.is_json() {
                    return context.console.json(&json!({
                        "subject": subject,
                        "entry_index": index,
                        "erased_entries": answer.erased_entries,
                        "candidate_erased": matches!(followed, Followed::Yes),
                    }));
                }
                let also = if matches!(followed, Followed::Yes) { "; candidate-svc holds none of it either" } else { "" };
                context.console.data(&format!(
                    "{} contents of `{subject}` are erased, recorded in entry {index}{also}",
                    answer.erased_entries
                ))
            })
            .await
    }

    fn ask(&self, context: &Context, subject: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !context.console.is_interactive() {
            return Err(Failure::usage("nobody can be asked here; add `--yes` to erase for good"));
        }
        match ask(&format!("erase what is said of `{subject}`? Nobody can bring it back"))? {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::Finding("nothing was erased".to_owned())),
        }
    }
}

/// Whether candidate-svc has taken the contents out, too.
enum Followed {
    Yes,
    NotYet,
    /// Nothing of it is with candidate-svc, as far as names tell.
    NotACandidate,
}

async fn follow(session: &Session, name: &CandidateName) -> Result<Followed, Failure> {
    let _step = step("waiting for candidate-svc to follow");
    let clock = SystemClock;
    let until = clock.now() + FOLLOW_MAX;
    loop {
        let request = GetCandidateRequest { name: name.to_string(), include_history: false };
        let candidate = match session.review().get_candidate(request).await {
            Ok(response) => response.into_inner().candidate.unwrap_or_default(),
            Err(status) if status.code() == tonic::Code::NotFound => return Ok(Followed::NotACandidate),
            Err(status) => return Err(status.into()),
        };
        if candidate.erased.is_some() {
            return Ok(Followed::Yes);
        }
        if clock.now() >= until {
            return Ok(Followed::NotYet);
        }
        clock.sleep_until(clock.now() + ASK_EVERY).await;
    }
}
