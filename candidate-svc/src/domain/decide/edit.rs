//! Changes the payload: policy runs again, approvals fall (C-7).

use std::sync::Arc;

use serde_json::Value;

use super::{patch, payload, transcript::Transcript};
use crate::domain::limits::NOTE_MAX_BYTES;
use crate::domain::{
    Candidate, CandidateEdited, Change, Context, Edit, Event, EventBody, Payload, PolicyCase, Refusal, Risk, bounds,
    payload_draft,
};

pub(super) fn decide(candidate: &Candidate, command: &Edit, context: &Context<'_>) -> Result<Vec<Event>, Refusal> {
    let action_type = context.catalogued(&candidate.proposal.action_type)?;
    bounds::text("note", &command.note, NOTE_MAX_BYTES)?;
    let changed = change(candidate, &command.change)?;
    let canonical = payload_draft::canonical(&changed.payload)?;
    payload::check(&changed.payload, &action_type.schema)?;
    if canonical == candidate.payload.canonical_json() {
        return Err(Refusal::malformed(
            changed.field,
            "it leaves the payload as it is: change something, or approve it",
        ));
    }

    let transcript = Transcript::of_next(candidate, context);
    let risk = Risk::settle(action_type, Some(candidate.risk.tier));
    let policy = context.policy.judge(PolicyCase {
        action_type: &action_type.name,
        proposer: Some(&candidate.proposer),
        risk: &risk,
        confidence: &candidate.proposal.confidence,
    });
    let expires_at = transcript.occurred_at().plus_secs(policy.expire_after_secs);
    let edited = EventBody::CandidateEdited(Box::new(CandidateEdited {
        patch_json: changed.patch_json,
        note: command.note.clone(),
        payload: Arc::new(Payload::new(&canonical, command.nonce)),
        digest_before: candidate.payload.digest(),
        risk,
        policy,
        approvals_dropped: candidate.approval_count(),
        expires_at,
    }));
    Ok(transcript.then(candidate.waiting_once_edited().name(), edited).events())
}

struct Changed {
    field: &'static str,
    payload: Value,
    patch_json: String,
}

fn change(candidate: &Candidate, change: &Change) -> Result<Changed, Refusal> {
    let before: Value =
        serde_json::from_str(candidate.payload.canonical_json()).expect("C-8: a kept payload is canonical JSON");
    match change {
        Change::Patch(text) => {
            let given = patch::read(text)?;
            let payload = patch::apply(&before, &given)?;
            Ok(Changed { field: "patch_json", payload, patch_json: given.to_string() })
        }
        Change::Whole(text) => {
            let payload = payload_draft::read_value(text)?;
            let patch_json = patch::derive(&before, &payload);
            Ok(Changed { field: "payload_json", payload, patch_json })
        }
    }
}
