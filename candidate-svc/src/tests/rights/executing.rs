//! What executors ask for: a claim, a longer one, and how it ended.

use countersign_api::candidate::v1::{
    Candidate, ExtendClaimRequest, Permit, ReportOutcomeRequest, execution_service_client::ExecutionServiceClient,
    report_outcome_request::Outcome,
};
use service_kit::grpc::AuthorizedChannel;
use tonic::Status;

use super::super::support::{LEASE_SECS, drain_all, report_failure, report_success};
use crate::domain::tests::rights::oracle::Answer;

pub(super) const ACTS: [&str; 5] = ["claim", "extend_claim", "report_success", "report_failure", "lose_track (said)"];

/// Asks for all permits that there are, and tells whether one is for this candidate.
///
/// What is not approved is not refused: there is no permit for it.
pub(super) async fn claim(channel: AuthorizedChannel, it: &Candidate) -> Result<Answer, Status> {
    let mut permits = ExecutionServiceClient::new(channel).claim_executions(drain_all()).await?.into_inner();
    let mut answer = Answer::NotNow;
    while let Some(response) = permits.message().await? {
        if response.permit.is_some_and(|permit| permit.candidate == it.name) {
            answer = Answer::Done;
        }
    }
    Ok(answer)
}

/// Asks for it under the last fence that there was.
pub(super) async fn ask(channel: AuthorizedChannel, act: &str, it: &Candidate, id: &str) -> Result<(), Status> {
    let fence = it.execution.as_ref().map_or(0, |execution| execution.fence);
    let permit = Permit { candidate: it.name.clone(), fence, ..Permit::default() };
    let mut executions = ExecutionServiceClient::new(channel);
    let report = match act {
        "extend_claim" => {
            let lease = Some(prost_types::Duration { seconds: LEASE_SECS, nanos: 0 });
            let request = ExtendClaimRequest { name: it.name.clone(), request_id: id.to_owned(), fence, lease };
            return executions.extend_claim(request).await.map(drop);
        }
        "report_success" => report_success(&permit, id),
        "report_failure" => report_failure(&permit, id, false),
        "lose_track (said)" => {
            let outcome = Some(Outcome::Unknown("the line went dead".into()));
            ReportOutcomeRequest { outcome, ..report_success(&permit, id) }
        }
        other => panic!("nobody knows how to ask for {other}"),
    };
    executions.report_outcome(report).await.map(drop)
}
