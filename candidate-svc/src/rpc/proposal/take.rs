use std::sync::Arc;

use countersign_api::{
    candidate::v1 as api,
    name::{CandidateName, TriggerName, Workspace},
};
use service_kit::call::CallContext;
use tonic::Status;

use crate::{
    domain::{PayloadDraft, Trigger},
    rpc::{Parts, order, status},
    store::ProposeJob,
    wire::{
        FieldError,
        proposal::{TriggerSource, propose_from_wire, trigger_source},
    },
};

/// Most bytes of one proposal as it comes over the wire.
pub(super) const ITEM_MAX_BYTES: usize = 256 * 1024;

/// Reads one proposal into a job for the writer. The same content under the same id is the same request, sent alone or in
/// a stream, and however its payload is spaced and ordered.
///
/// # Errors
/// Names what is not of its form; the writer judges the rest.
pub(super) async fn proposal(
    parts: &Parts,
    call: &CallContext,
    workspace: &Workspace,
    request_id: &str,
    proposal: Option<api::Proposal>,
) -> Result<ProposeJob, Status> {
    let mut proposal = proposal.ok_or_else(|| FieldError::missing("proposal"))?;
    let payload = PayloadDraft::read(&proposal.payload_json);
    if let Some(canonical) = payload.canonical_json() {
        canonical.clone_into(&mut proposal.payload_json);
    }
    let ask = order::ask(call, "propose", request_id, &proposal)?;
    let source = trigger_source(proposal.trigger.take()).map_err(|error| error.within("proposal"))?;
    let trigger = find(parts, workspace, source).await?;
    let name = CandidateName::new(workspace.clone(), parts.draw_id());
    let propose = propose_from_wire(proposal, payload, name, trigger, parts.draw_nonce())?;
    Ok(ProposeJob { ask, propose })
}

/// Refuses an item that is over the limit, by its length on the wire.
pub(super) fn check_length(bytes: usize) -> Result<(), Status> {
    if bytes > ITEM_MAX_BYTES { Err(status::item_too_large(bytes, ITEM_MAX_BYTES)) } else { Ok(()) }
}

async fn find(parts: &Parts, workspace: &Workspace, source: TriggerSource) -> Result<Arc<Trigger>, Status> {
    match source {
        TriggerSource::New(new) => {
            Ok(Arc::new(new.kept_as(TriggerName::new(workspace.clone(), parts.draw_id()), parts.now())))
        }
        TriggerSource::Kept(name) if name.workspace != *workspace => {
            let description = format!("is not in `{workspace}`; a candidate's trigger is of its own workspace");
            Err(FieldError::new("proposal.trigger.name", description).into())
        }
        TriggerSource::Kept(name) => {
            parts.store.read().trigger(&name).await?.ok_or_else(|| status::not_found("trigger", &name))
        }
    }
}
