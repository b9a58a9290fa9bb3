use countersign_api::candidate::v1::{ListTriggersRequest, ListTriggersResponse};
use tonic::{Request, Response, Status};

use super::place;
use crate::{
    listing::token::Binding,
    rpc::{Parts, page_of, page_size},
    wire::record,
};

/// Lists triggers, oldest first.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<ListTriggersRequest>,
) -> Result<Response<ListTriggersResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let size = page_size(request.page_size)?;
    let binding = Binding::new(&parts.seals, "ListTriggers", &[&request.parent]);
    let after = place::after(&binding, &request.page_token)?;

    let found = parts.reader(&call).triggers(&workspace, after, size + 1).await?;
    let (triggers, next_page_token) = page_of(found, size, |(sequence, _)| place::token(&binding, *sequence));
    let triggers = triggers.iter().map(|(_, trigger)| record::trigger_to_wire(trigger)).collect();
    Ok(Response::new(ListTriggersResponse { triggers, next_page_token }))
}
