use clap::Args;
use countersign_api::candidate::v1::{ActionType, GetCandidateResponse};
use serde_json::Value;

use super::id;
use crate::candidate_text::{Replay, doubts, not_stated, trace_id, whole, with_digests};
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
                let action_types = session.action_types().await?;
                if context.console.is_json() {
                    return context.console.json(&as_json(&response, &action_types));
                }
                context.console.data(&whole(&response, &action_types))
            })
            .await
    }
}

/// Returns the answer as JSON. Beside each event stand its kind, as the ledger names it, the digest of the payload that it
/// was about, what it changed if it is an edit, and the trace of the call that led to it; beside each evidence, what is not
/// stated of it; beside the candidate, what does not fit together in it.
fn as_json(response: &GetCandidateResponse, action_types: &[ActionType]) -> Value {
    let mut json = message_json::to_json(response);
    if let Some(candidate) = &response.candidate {
        json["doubts"] = doubts(candidate, action_types).into();
        let shown = json["candidate"]["evidence"].as_array_mut();
        for (shown, evidence) in shown.into_iter().flatten().zip(&candidate.evidence) {
            shown["not_stated"] = not_stated(evidence).into();
        }
    }
    let mut replay = Replay::default();
    let shown = json.get_mut("history").and_then(Value::as_array_mut);
    for (shown, (recorded, digest)) in shown.into_iter().flatten().zip(with_digests(&response.history)) {
        let traceparent = recorded.event.as_ref().map_or("", |event| &event.traceparent);
        shown["kind"] = kind_of(&shown["event"]).map_or(Value::Null, Value::from);
        shown["payload_digest"] = hex::encode(digest).into();
        if let Some(edit) = recorded.event.as_ref().and_then(|event| replay.follow(event)) {
            shown["changes"] = edit.to_json();
        }
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
        Candidate, CandidateApproved, CandidateEdited, CandidateEvent, CandidateProposed, Evidence, Payload,
        RecordedEvent,
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
        let json = as_json(&GetCandidateResponse { history, ..GetCandidateResponse::default() }, &[]);
        assert_eq!(json["history"][1]["kind"], "candidate_approved");
        assert_eq!(json["history"][1]["entry_index"], 7);
        assert_eq!(json["history"][1]["payload_digest"], "07".repeat(32));
        assert_eq!(json["history"][1]["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
    }
    #[test]
    fn an_edit_names_its_values_and_evidence_what_nobody_stated() {
        let payload = |json: &str| Some(Payload { canonical_json: json.to_owned(), ..Payload::default() });
        let proposed = CandidateProposed { payload: payload(r#"{"to":"a"}"#), ..CandidateProposed::default() };
        let edited = CandidateEdited {
            patch_json: r#"[{"op":"replace","path":"/to","value":"z"}]"#.to_owned(),
            payload: payload(r#"{"to":"z"}"#),
            ..CandidateEdited::default()
        };
        let events = [Event::CandidateProposed(proposed), Event::CandidateEdited(edited)];
        let history = events.map(|event| RecordedEvent {
            event: Some(CandidateEvent { event: Some(event), ..CandidateEvent::default() }),
            ..RecordedEvent::default()
        });
        let evidence = Evidence { content_sha256: vec![7; 32], ..Evidence::default() };
        let candidate = Candidate { evidence: vec![evidence], ..Candidate::default() };
        let (candidate, history) = (Some(candidate), history.into());
        let json = as_json(&GetCandidateResponse { candidate, history, ..GetCandidateResponse::default() }, &[]);
        assert_eq!(json["history"][0].get("changes"), None);
        let changes = serde_json::json!([{ "pointer": "/to", "before": "a", "after": "z" }]);
        assert_eq!(json["history"][1]["changes"], changes);
        assert_eq!(json["candidate"]["evidence"][0]["not_stated"], serde_json::json!(["read_time"]));
        assert_eq!(json["doubts"], serde_json::json!([]));
    }
}
