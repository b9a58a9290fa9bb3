use std::sync::Arc;

use countersign_api::{
    candidate::v1::{RecordTriggerRequest, RecordTriggerResponse},
    name::TriggerName,
};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, order},
    store::TriggerJob,
    wire::{FieldError, proposal::NewTrigger, record},
};

/// Keeps a trigger, or finds the one of the same source that is kept.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<RecordTriggerRequest>,
) -> Result<Response<RecordTriggerResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let ask = order::ask(&call, "record_trigger", &request.request_id, &request)?;
    let trigger = request.trigger.ok_or_else(|| FieldError::missing("trigger"))?;
    let new = NewTrigger::from_wire(trigger).map_err(|error| error.within("trigger"))?;
    let trigger = new.kept_as(TriggerName::new(workspace, parts.draw_id()), parts.now());
    let kept = parts.store.keep_trigger(TriggerJob { ask, trigger: Arc::new(trigger) }).await?;
    let trigger = Some(record::trigger_to_wire(&kept.trigger));
    Ok(Response::new(RecordTriggerResponse { trigger, replayed: kept.replayed }))
}
