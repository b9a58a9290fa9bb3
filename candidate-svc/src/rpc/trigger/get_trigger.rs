use countersign_api::{
    candidate::v1::{GetTriggerRequest, GetTriggerResponse},
    name::TriggerName,
};
use tonic::{Request, Response, Status};

use crate::{
    rpc::{Parts, status},
    wire::{name_of, record},
};

/// Reads one trigger.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<GetTriggerRequest>,
) -> Result<Response<GetTriggerResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let name: TriggerName = name_of("name", &request.name)?;
    call.authorize(&name.workspace)?;
    let trigger = parts.reader(&call).trigger(&name).await?.ok_or_else(|| status::not_found("trigger", &name))?;
    Ok(Response::new(GetTriggerResponse { trigger: Some(record::trigger_to_wire(&trigger)) }))
}
