use countersign_api::{
    candidate::v1::{CandidateEvent, GetCandidateRequest, GetCandidateResponse, RecordedEvent},
    name::CandidateName,
};
use prost::Message;
use tonic::{Request, Response, Status};

use crate::{
    domain::{Verb, allowed_transitions},
    rpc::{Parts, status},
    store::StoredEvent,
    wire::{self, name_of},
};

/// Reads one candidate, with its history if asked for.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GetCandidateRequest>,
) -> Result<Response<GetCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: CandidateName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;

    let reader = parts.store.read();
    let found = if request.include_history {
        reader.candidate_with_history(&name).await?
    } else {
        reader.candidate(&name).await?.map(|candidate| (candidate, Vec::new()))
    };
    let (candidate, history) = found.ok_or_else(|| status::not_found("candidate", &name))?;
    Ok(Response::new(GetCandidateResponse {
        candidate: Some(wire::candidate::to_wire(&candidate)),
        history: history.iter().map(|event| recorded(&name, event)).collect::<Result<_, Status>>()?,
        allowed_transitions: allowed_transitions(&candidate).iter().map(Verb::to_string).collect(),
        conflicts: Vec::new(),
        rejection_remembered_until: None,
    }))
}

fn recorded(name: &CandidateName, stored: &StoredEvent) -> Result<RecordedEvent, Status> {
    let event = CandidateEvent::decode(stored.content.as_slice()).map_err(|_| status::unreadable_event(name))?;
    let (entry_index, leaf_hash) = match stored.receipt {
        Some((index, hash)) => (i64::try_from(index).unwrap_or(i64::MAX), hash.as_bytes().to_vec()),
        None => (0, Vec::new()),
    };
    Ok(RecordedEvent { event: Some(event), recorded: stored.receipt.is_some(), entry_index, leaf_hash })
}
