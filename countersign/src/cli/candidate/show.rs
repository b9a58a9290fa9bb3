use clap::Args;
use countersign_api::candidate::v1::GetCandidateResponse;
use serde_json::Value;

use super::id;
use crate::candidate_text::{trace_id, whole, with_digests};
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

/// Returns the answer as JSON. Beside each event stand its kind, as the ledger names it, the digest of the payload that it
/// was about, and the trace of the call that led to it.
fn as_json(response: &GetCandidateResponse) -> Value {
    let mut json = message_json::to_json(response);
    let shown = json.get_mut("history").and_then(Value::as_array_mut);
    for (shown, (recorded, digest)) in shown.into_iter().flatten().zip(with_digests(&response.history)) {
        let traceparent = recorded.event.as_ref().map_or("", |event| &event.traceparent);
        shown["kind"] = kind_of(&shown["event"]).map_or(Value::Null, Value::from);
        shown["payload_digest"] = hex::encode(digest).into();
        shown["trace_id"] = trace_id(traceparent).into();
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
    use countersign_api::candidate::v1::{
        CandidateApproved, CandidateEvent, CandidateProposed, Payload, RecordedEvent,
    };
    use countersign_api::r#type::v1::Principal;
    use prost_types::Timestamp;

    use super::*;

    #[test]
    fn every_event_names_its_kind_its_bytes_its_place_and_its_trace() {
        let event = CandidateEvent {
            occur_time: Some(Timestamp::default()),
            actor: Some(Principal::default()),
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
            event: Some(Event::CandidateApproved(CandidateApproved::default())),
            ..CandidateEvent::default()
        };
        let proposed = CandidateProposed {
            payload: Some(Payload { digest: vec![7; 32], ..Payload::default() }),
            ..CandidateProposed::default()
        };
        let proposed = CandidateEvent { event: Some(Event::CandidateProposed(proposed)), ..event.clone() };
        let recorded =
            |event, entry_index| RecordedEvent { event: Some(event), entry_index, ..RecordedEvent::default() };
        let history = vec![recorded(proposed, 6), recorded(event, 7)];
        let json = as_json(&GetCandidateResponse { history, ..GetCandidateResponse::default() });
        assert_eq!(json["history"][1]["kind"], "candidate_approved");
        assert_eq!(json["history"][1]["entry_index"], 7);
        assert_eq!(json["history"][1]["payload_digest"], "07".repeat(32));
        assert_eq!(json["history"][1]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    }
}
