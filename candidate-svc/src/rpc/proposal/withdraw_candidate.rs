use countersign_api::candidate::v1::{WithdrawCandidateRequest, WithdrawCandidateResponse};
use tonic::{Request, Response, Status};

use crate::{
    domain::{Command, Withdraw},
    rpc::{Parts, order::Order, status},
    wire::command,
};

/// Takes a proposal back; that the caller proposed it, the domain judges.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<WithdrawCandidateRequest>,
) -> Result<Response<WithdrawCandidateResponse>, Status> {
    let (call, request) = Parts::enter(request)?;
    let order = Order::read(&call, "withdraw", &request.name, &request.request_id, &request)?;
    let command = command::withdraw(request)?;
    if let Command::Withdraw(Withdraw { superseded_by: Some(successor), .. }) = &command {
        call.authorize(&successor.workspace)?;
        let found = parts.store.read().candidate(successor).await?;
        found.ok_or_else(|| status::not_found("candidate", successor))?;
    }
    let candidate = order.give_and_show(parts, command).await?;
    Ok(Response::new(WithdrawCandidateResponse { candidate }))
}
