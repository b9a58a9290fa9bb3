use countersign_api::{
    candidate::v1::{
        BatchAnswer, BatchDecision, Candidate, DecideBatchRequest, DecideBatchResponse,
        batch_answer::Result as Outcome, batch_decision::Decision,
    },
    name::Workspace,
};
use service_kit::call::CallContext;
use tonic::{Request, Response, Status};

use crate::{
    domain::Command,
    rpc::{Parts, order::Order, status},
    store::Entered,
    wire::{self, FieldError, command},
};

/// The most decisions of one batch.
pub(super) const BATCH_MAX_DECISIONS: usize = 500;

/// Decides several candidates, each by itself, in the order sent; they share commits.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<DecideBatchRequest>,
) -> Result<Response<DecideBatchResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = Parts::workspace(&call, &request.parent)?;
    let count = request.decisions.len();
    if !(1..=BATCH_MAX_DECISIONS).contains(&count) {
        let description = format!("has `{count}` items; send 1 to {BATCH_MAX_DECISIONS}");
        return Err(FieldError::new("decisions", description).into());
    }

    let mut entered = Vec::with_capacity(count);
    for decision in request.decisions {
        entered.push(enter(parts, &call, &workspace, decision).await);
    }
    let mut answers = Vec::with_capacity(count);
    for entered in entered {
        let result = match answer(entered).await {
            Ok(candidate) => Outcome::Candidate(candidate),
            Err(status) => Outcome::Refused(status::of_item(&status)),
        };
        answers.push(BatchAnswer { result: Some(result) });
    }
    Ok(Response::new(DecideBatchResponse { answers }))
}

async fn enter(
    parts: &Parts,
    call: &CallContext,
    workspace: &Workspace,
    decision: BatchDecision,
) -> Result<Entered, Status> {
    let (order, command) = read(parts, call, decision)?;
    if order.candidate().workspace != *workspace {
        let description = format!("is not in `{workspace}`; send a batch for each workspace");
        return Err(FieldError::new("name", description).into());
    }
    Ok(parts.store.enter_command(order.into_job(command, true)).await?)
}

/// Reads a decision as its single rpc does, so that the same request id gives the same answer through both.
fn read(parts: &Parts, call: &CallContext, decision: BatchDecision) -> Result<(Order, Command), FieldError> {
    match decision.decision {
        Some(Decision::Approve(request)) => {
            let order = Order::parse(call, "approve", &request.name, &request.request_id, &request)?;
            Ok((order, command::approve(request)?))
        }
        Some(Decision::Edit(request)) => {
            let compared = command::edit_as_compared(&request);
            let order = Order::parse(call, "edit", &request.name, &request.request_id, &compared)?;
            Ok((order, command::edit(request, parts.draw_nonce())?))
        }
        Some(Decision::Reject(request)) => {
            let order = Order::parse(call, "reject", &request.name, &request.request_id, &request)?;
            Ok((order, command::reject(request)?))
        }
        Some(Decision::Hold(request)) => {
            let order = Order::parse(call, "hold", &request.name, &request.request_id, &request)?;
            Ok((order, command::hold(request)?))
        }
        None => Err(FieldError::new("decision", "is not set; send `approve`, `edit`, `reject` or `hold`")),
    }
}

async fn answer(entered: Result<Entered, Status>) -> Result<Candidate, Status> {
    let changed = entered?.answer().await?;
    Ok(wire::candidate::to_wire(&changed.candidate))
}
