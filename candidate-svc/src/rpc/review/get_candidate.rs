use countersign_api::{
    candidate::v1::{self as api, CandidateEvent, GetCandidateRequest, GetCandidateResponse, RecordedEvent},
    name::CandidateName,
};
use prost::Message;
use tonic::{Request, Response, Status};

use crate::{
    domain::{State, Verb, allowed_transitions},
    rpc::{Parts, status},
    store::{Conflict, StoredEvent},
    wire::{self, name_of, words::Word},
};

/// Reads one candidate, with its history if asked for.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GetCandidateRequest>,
) -> Result<Response<GetCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: CandidateName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;

    let reader = parts.reader(&call);
    let found = if request.include_history {
        reader.candidate_with_history(&name).await?
    } else {
        reader.candidate(&name).await?.map(|candidate| (candidate, Vec::new()))
    };
    let (candidate, history) = found.ok_or_else(|| status::not_found("candidate", &name))?;
    let conflicts = reader.conflicts(&name).await?;
    let remembered_until = match &candidate.state {
        State::Rejected(_) => reader.rejection_remembered_until(&name).await?,
        _ => None,
    };
    Ok(Response::new(GetCandidateResponse {
        candidate: Some(wire::candidate::to_wire(&candidate)),
        history: history.iter().map(|event| recorded(&name, event)).collect::<Result<_, Status>>()?,
        allowed_transitions: allowed_transitions(&candidate).iter().map(Verb::to_string).collect(),
        conflicts: conflicts.iter().map(conflict).collect(),
        rejection_remembered_until: remembered_until.map(wire::time::to_wire),
    }))
}

fn conflict(conflict: &Conflict) -> api::Conflict {
    api::Conflict {
        candidate: conflict.rival.candidate.to_string(),
        state: conflict.rival.state.to_wire().into(),
        subject: conflict.subject.clone(),
    }
}

fn recorded(name: &CandidateName, stored: &StoredEvent) -> Result<RecordedEvent, Status> {
    let event = CandidateEvent::decode(stored.content.as_slice()).map_err(|_| status::unreadable_event(name))?;
    let (entry_index, leaf_hash) = match stored.receipt {
        Some((index, hash)) => (i64::try_from(index).unwrap_or(i64::MAX), hash.as_bytes().to_vec()),
        None => (0, Vec::new()),
    };
    Ok(RecordedEvent { event: Some(event), recorded: stored.receipt.is_some(), entry_index, leaf_hash })
}
