//! What can also be decided together with others: the answer is that of the single rpc.

use countersign_api::candidate::v1::{
    BatchDecision, Candidate, DecideBatchRequest, HoldCandidateRequest, batch_answer, batch_decision::Decision,
    review_service_client::ReviewServiceClient,
};
use prost::Message as _;
use service_kit::grpc::AuthorizedChannel;
use tonic::{Code, Status};

use super::super::support::{PARENT, approve, edit, reject};

pub(super) const ACTS: [&str; 4] = ["approve", "edit", "reject", "hold"];

/// Asks for it as the only decision of a batch.
pub(super) async fn ask(channel: AuthorizedChannel, act: &str, it: &Candidate, id: &str) -> Result<(), Status> {
    let decision = match act {
        "approve" => Decision::Approve(approve(it, id)),
        "edit" => Decision::Edit(edit(it, id, "2026-12-09")),
        "reject" => Decision::Reject(reject(it, id)),
        "hold" => {
            let (name, request_id, etag) = (it.name.clone(), id.to_owned(), it.etag.clone());
            let reason = "The customer is away.".into();
            Decision::Hold(HoldCandidateRequest { name, request_id, etag, reason, ..Default::default() })
        }
        other => panic!("{other} is not decided together"),
    };
    let decisions = vec![BatchDecision { decision: Some(decision) }];
    let request = DecideBatchRequest { parent: PARENT.into(), decisions };
    let answers = ReviewServiceClient::new(channel).decide_batch(request).await?.into_inner().answers;
    match answers.into_iter().next().and_then(|answer| answer.result).expect("one answer that says something") {
        batch_answer::Result::Candidate(_) => Ok(()),
        batch_answer::Result::Refused(refused) => {
            let details = refused.encode_to_vec().into();
            Err(Status::with_details(Code::from(refused.code), refused.message, details))
        }
    }
}
