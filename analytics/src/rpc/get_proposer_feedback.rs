use countersign_api::feedback::v1::{GetProposerFeedbackRequest, GetProposerFeedbackResponse};
use service_kit::access::{PrincipalId, PrincipalKind, Role};
use service_kit::call::CallContext;
use tonic::Status;

use super::service::{FeedbackRpc, workspace};
use super::{status, wire, wire_feedback, words};
use crate::report::proposers_in;

/// Tells a proposer what people made of its proposals, from the newest report.
pub(super) async fn answer(
    rpc: &FeedbackRpc,
    call: &CallContext,
    request: &GetProposerFeedbackRequest,
) -> Result<GetProposerFeedbackResponse, Status> {
    let workspace = workspace(call, &request.parent)?;
    let proposer: PrincipalId = request.proposer.parse().map_err(|error| status::malformed("proposer", &error))?;
    if !reads_reports(call) && call.principal().id() != &proposer {
        return Err(status::of_another(call.principal().id(), &proposer));
    }
    let stored = rpc
        .ask_reports(move |reports| match reports.list(&workspace)?.first() {
            Some((newest, _)) => reports.read(newest),
            None => Ok(None),
        })
        .await?;
    let stored = stored.ok_or_else(status::no_export)?;
    let wanted = name_in_reports(rpc, &proposer);
    let feedback = proposers_in(&stored.json).map_err(|_| status::unreadable_report(&stored.made.name))?;
    let mut told = Vec::new();
    for feedback in feedback.into_iter().filter(|feedback| feedback.proposer == wanted) {
        let (action_type, wordings) = (feedback.action_type.clone(), feedback.repeated_wordings.clone());
        let mut answer = wire_feedback::feedback(feedback);
        words::tell(&rpc.words, &action_type, &wordings, &mut answer.repeated_wordings).await;
        told.push(answer);
    }
    Ok(GetProposerFeedbackResponse { feedback: told, log_size: wire::signed(stored.made.log_size) })
}

/// Tells whether the caller may read whole reports; everybody else is let in as a proposer.
fn reads_reports(call: &CallContext) -> bool {
    [Role::Admin, Role::Manager, Role::ProcessOwner, Role::Auditor].into_iter().any(|role| call.principal().has(role))
}

/// Reports name machines by their ids and people by their pseudonyms.
fn name_in_reports(rpc: &FeedbackRpc, proposer: &PrincipalId) -> String {
    match proposer.kind() {
        PrincipalKind::Human => rpc.pseudonyms.of(proposer),
        PrincipalKind::Generator | PrincipalKind::Service => proposer.to_string(),
    }
}
