use clap::Args;
use countersign_api::candidate::v1::GetCandidateResponse;
use serde_json::Value;

use super::id;
use crate::candidate_text::whole;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::message_json;
use crate::session::Missing;

const EXAMPLES: &str = "\
Examples:
  countersign candidate show 6d1f6c7a9a55
  countersign candidate show 6d1f6c7a9a55 --json | jq .candidate.payload.digest";

/// Shows why a candidate exists, what it rests on, what would run, who decided what, and what came of it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Show {
    /// The candidate: its name, its id, or the beginning or end of its id.
    #[arg(value_name = "ID")]
    id: String,
}

impl Show {
    /// Shows it.
    ///
    /// # Errors
    /// The server's refusal.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        context
            .with_session(Missing::Refuse, async |session| {
                let response = id::read(session, &self.id, true).await?;
                if context.console.is_json() {
                    return context.console.json(&as_json(&response));
                }
                let action_types = session.action_types().await?;
                context.console.data(&whole(&response, &action_types))
            })
            .await
    }
}

/// Returns the answer as JSON, with each event's kind, as the ledger names it, beside its place there.
fn as_json(response: &GetCandidateResponse) -> Value {
    let mut json = message_json::to_json(response);
    let recorded = json.get_mut("history").and_then(Value::as_array_mut);
    for recorded in recorded.into_iter().flatten() {
        recorded["kind"] = kind_of(&recorded["event"]).map_or(Value::Null, Value::from);
    }
    json
}

/// Returns the one field of an event that says what happened: the only message among those that no event goes without.
fn kind_of(event: &Value) -> Option<String> {
    const OF_EVERY_EVENT: [&str; 2] = ["occur_time", "actor"];
    let fields = event.as_object()?;
    let said = fields.iter().find(|(name, value)| value.is_object() && !OF_EVERY_EVENT.contains(&name.as_str()));
    said.map(|(name, _)| name.clone())
}

#[cfg(test)]
mod tests {
    use countersign_api::candidate::v1::candidate_event::Event;
    use countersign_api::candidate::v1::{CandidateApproved, CandidateEvent, RecordedEvent};
    use countersign_api::r#type::v1::Principal;
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn every_event_names_its_kind() {
        let event = CandidateEvent {
            occur_time: Some(Timestamp::default()),
            actor: Some(Principal::default()),
            event: Some(Event::CandidateApproved(CandidateApproved::default())),
            ..CandidateEvent::default()
        };
        let recorded = RecordedEvent { event: Some(event), entry_index: 7, ..RecordedEvent::default() };
        let json = as_json(&GetCandidateResponse { history: vec![recorded], ..GetCandidateResponse::default() });
        assert_eq!(json["history"][0]["kind"], "candidate_approved");
        assert_eq!(json["history"][0]["entry_index"], 7);
    }
}
