use clap::Args;
use countersign_api::ledger::v1::{
    LegalHold, ListLegalHoldsRequest, ListLegalHoldsResponse, PlaceLegalHoldRequest, ReleaseLegalHoldRequest,
};

use super::subject;
use crate::cli::Context;
use crate::cli::pages::{PAGE_SIZE, all_pages};
use crate::failure::Failure;
use crate::output::{moment, table};
use crate::session::{Missing, Session};

const HOLD_EXAMPLES: &str = "\
Examples:
  countersign ledger hold 6d1f6c7a9a55 --reason 'Dispute with the customer, file 31'
  countersign ledger hold workspaces/demo --reason 'Inquiry of the regulator'";

const RELEASE_EXAMPLES: &str = "\
Examples:
  countersign ledger release-hold 6d1f6c7a9a55 --reason 'Dispute settled'
  countersign ledger release-hold workspaces/demo --hold 4711 --reason 'Inquiry closed'";

const HOLDS_EXAMPLES: &str = "\
Examples:
  countersign ledger holds
  countersign ledger holds --json | jq -r .legal_holds[].subject";

/// Holds a candidate, or a whole workspace, against erasure.
#[derive(Debug, Args)]
#[command(before_help = HOLD_EXAMPLES)]
pub struct Hold {
    /// The candidate (its name, its id, or the beginning or end of its id), or another subject as entries name it.
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// Why, in words; recorded.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

/// Lifts a legal hold.
#[derive(Debug, Args)]
#[command(before_help = RELEASE_EXAMPLES)]
pub struct ReleaseHold {
    /// What is held.
    #[arg(value_name = "SUBJECT")]
    subject: String,
    /// The entry that placed the hold; without it, the only one on the subject.
    #[arg(long = "hold", value_name = "INDEX")]
    hold: Option<u32>,
    /// Why, in words; recorded.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    request_id: Option<String>,
}

/// Lists the legal holds that stand, oldest first.
#[derive(Debug, Args)]
#[command(before_help = HOLDS_EXAMPLES)]
pub struct Holds {}

impl Hold {
    /// Holds it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let subject = subject::find(session, &self.subject).await?;
                let request = PlaceLegalHoldRequest {
                    parent: session.workspace().to_string(),
                    request_id: self.request_id.clone().unwrap_or_else(|| session.new_request_id()),
                    subject: subject.clone(),
                    reason: self.reason.clone(),
                };
                let answer = session.erasures().place_legal_hold(request).await;
                let answer = answer.map_err(|status| Failure::from(status).about(&self.subject))?.into_inner();
                context.console.message(&answer, |answer| {
                    let index = answer.receipt.as_ref().map_or(0, |receipt| receipt.index);
                    format!("`{subject}` is held since entry {index}")
                })
            })
            .await
    }
}

impl ReleaseHold {
    /// Lifts it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when no hold stands on the subject, or several do and none is named; the server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let subject = subject::find(session, &self.subject).await?;
                let hold_index = match self.hold {
                    Some(index) => index.into(),
                    None => only_hold(session, &subject).await?,
                };
                let request = ReleaseLegalHoldRequest {
                    parent: session.workspace().to_string(),
                    request_id: self.request_id.clone().unwrap_or_else(|| session.new_request_id()),
                    subject: subject.clone(),
                    hold_index,
                    reason: self.reason.clone(),
                };
                let answer = session.erasures().release_legal_hold(request).await;
                let answer = answer.map_err(|status| Failure::from(status).about(&self.subject))?.into_inner();
                context.console.message(&answer, |_| format!("the hold of entry {hold_index} on `{subject}` is lifted"))
            })
            .await
    }
}

impl Holds {
    /// Lists them.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let legal_holds = all(session).await?;
                let all = ListLegalHoldsResponse { legal_holds, next_page_token: String::new() };
                if all.legal_holds.is_empty() {
                    context.console.say("nothing is held");
                }
                context.console.message(&all, |all| rows(&all.legal_holds))
            })
            .await
    }
}

async fn only_hold(session: &Session, subject: &str) -> Result<i64, Failure> {
    let holds = all(session).await?;
    let mut on_subject = holds.iter().filter(|hold| hold.subject == subject);
    match (on_subject.next(), on_subject.next()) {
        (Some(hold), None) => Ok(hold.hold_index),
        (None, _) => Err(Failure::Finding(format!(
            "no hold stands on `{subject}`; `countersign ledger holds` lists those that do"
        ))),
        (Some(_), Some(_)) => Err(Failure::Finding(format!(
            "several holds stand on `{subject}`; `countersign ledger holds` lists them: name one with `--hold INDEX`"
        ))),
    }
}

async fn all(session: &Session) -> Result<Vec<LegalHold>, Failure> {
    all_pages(async |page_token| {
        let request =
            ListLegalHoldsRequest { parent: session.workspace().to_string(), page_size: PAGE_SIZE, page_token };
        let page = session.erasures().list_legal_holds(request).await?.into_inner();
        Ok((page.legal_holds, page.next_page_token))
    })
    .await
}

fn rows(holds: &[LegalHold]) -> String {
    table(
        ["entry", "subject", "since", "by", "reason"],
        holds.iter().map(|hold| {
            [
                hold.hold_index.to_string(),
                hold.subject.clone(),
                moment(hold.place_time.as_ref()),
                hold.placed_by.as_ref().map(|by| by.id.clone()).unwrap_or_default(),
                hold.reason.clone(),
            ]
        }),
    )
}
