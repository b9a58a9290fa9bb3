use clap::Args;
use countersign_api::candidate::v1::{Candidate, CandidateEvent, GetCandidateResponse, RecordedEvent, State};
use countersign_api::etag::Etag;
use serde_json::Value;

use super::id;
use crate::candidate_text::{short_id, state_name};
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{message_json, step};
use crate::session::{Missing, Needs, Session, is_under_way};

/// What every decision names.
#[derive(Debug, Args)]
pub struct Decision {
    /// The candidate: its name, its id, or the beginning or end of its id.
    #[arg(value_name = "ID")]
    pub id: String,
    /// The etag you decided on; without it, that of the candidate as it is now.
    #[arg(long, value_name = "ETAG")]
    pub etag: Option<String>,
    /// The request's id; sent again with the same content, it gets the same answer. Without it, a new one.
    #[arg(long, value_name = "TEXT")]
    pub request_id: Option<String>,
}

/// The candidate as it was read for a decision, and what the request must carry.
#[derive(Debug)]
pub struct Seen {
    /// The candidate's name.
    pub name: String,
    /// The etag to send.
    pub etag: String,
    /// The request id to send.
    pub request_id: String,
    /// The candidate as it was read.
    pub candidate: Candidate,
}

impl Decision {
    /// Reads the candidate, has `call` send the decision, and shows the candidate afterwards. No answer from `call` means
    /// that the person thought better of it.
    ///
    /// # Errors
    /// The server's refusal, about this candidate; [`Failure::Finding`] when the person said no.
    pub async fn take<F>(&self, context: &Context, call: F) -> Result<(), Failure>
    where
        F: AsyncFnOnce(&Session, Seen) -> Result<Option<Candidate>, Failure>,
    {
        self.take_with(context, Missing::Refuse, call).await
    }

    /// As [`Decision::take`]; where the needs ask for execution, waits for its outcome once the candidate is approved.
    ///
    /// # Errors
    /// As [`Decision::take`].
    pub async fn take_with<N, F>(&self, context: &Context, needs: N, call: F) -> Result<(), Failure>
    where
        N: Into<Needs>,
        F: AsyncFnOnce(&Session, Seen) -> Result<Option<Candidate>, Failure>,
    {
        let needs: Needs = needs.into();
        context
            .with_session(needs, async |session| {
                let seen = self.see(session).await?;
                let decided = call(session, seen).await.map_err(|failure| failure.about(&self.id))?;
                let mut candidate = decided.ok_or_else(|| Failure::Finding("nothing was sent".to_owned()))?;
                if needs.execution && is_under_way(candidate.state()) {
                    let step = step("waiting for the execution");
                    candidate = session.wait_for_outcome(&candidate).await?.unwrap_or(candidate);
                    drop(step);
                }
                show(context, session, &candidate)
            })
            .await
    }

    async fn see(&self, session: &Session) -> Result<Seen, Failure> {
        let may_be_a_repeat = self.etag.is_none() && self.request_id.is_some();
        let GetCandidateResponse { candidate, history, .. } = id::read(session, &self.id, may_be_a_repeat).await?;
        let candidate = candidate.ok_or_else(|| Failure::fault(anyhow::anyhow!("the answer holds no candidate")))?;
        let decided_on = self.request_id.as_ref().and_then(|request_id| etag_before(&history, request_id));
        Ok(Seen {
            name: candidate.name.clone(),
            etag: self.etag.clone().or(decided_on).unwrap_or_else(|| candidate.etag.clone()),
            request_id: self.request_id.clone().unwrap_or_else(|| session.new_request_id()),
            candidate,
        })
    }
}

/// Returns the etag that a request was decided on, when the candidate's history has it: a command that is sent again says what it said then.
fn etag_before(history: &[RecordedEvent], request_id: &str) -> Option<String> {
    let asked = |event: &&CandidateEvent| event.request_id == request_id && event.revision > 1;
    let event = history.iter().filter_map(|recorded| recorded.event.as_ref()).find(asked)?;
    Some(Etag::of_revision((event.revision - 1).unsigned_abs()).to_string())
}

fn show(context: &Context, session: &Session, candidate: &Candidate) -> Result<(), Failure> {
    if context.console.is_json() {
        return context.console.json(&as_json(candidate));
    }
    let id = short_id(&candidate.name);
    context.console.data(&format!("{id} is {} at revision {}", state_name(candidate.state), candidate.revision))?;
    if candidate.state() == State::Approved && session.is_embedded() {
        context.console.say("no server runs on this folder: `countersign serve` executes what is approved");
    }
    Ok(())
}

fn as_json(candidate: &Candidate) -> Value {
    serde_json::json!({ "candidate": message_json::to_json(candidate) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_request_is_sent_on_what_it_was_decided_on() {
        let recorded = |revision, request_id: &str| RecordedEvent {
            event: Some(CandidateEvent { revision, request_id: request_id.to_owned(), ..CandidateEvent::default() }),
            ..RecordedEvent::default()
        };
        let history = [recorded(1, "p"), recorded(2, "h"), recorded(3, "a"), recorded(3, "a")];
        assert_eq!(etag_before(&history, "h").as_deref(), Some("r1"));
        assert_eq!(etag_before(&history, "a").as_deref(), Some("r2"));
        assert_eq!(etag_before(&history, "p"), None);
        assert_eq!(etag_before(&history, "x"), None);
    }
}
