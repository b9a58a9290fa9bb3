use countersign_api::candidate::v1::review_service_client::ReviewServiceClient;
use countersign_api::candidate::v1::{
    AddEvidenceRequest, ApproveCandidateRequest, AssignOwnerRequest, Candidate, EditCandidateRequest,
    HoldCandidateRequest, RejectCandidateRequest, ReleaseCandidateRequest, RequestEvidenceRequest,
    SendBackForReworkRequest, edit_candidate_request::Change,
};
use countersign_api::error::v1::ErrorReason;
use countersign_api::etag::Etag;
use service_kit::grpc::AuthorizedChannel;
use tonic::Status;

use super::edit::usual_edit;
use super::people::{PEOPLE, whose_turn};
use super::plan::Plan;
use super::step::Step;
use super::story::Story;
use super::words;
use crate::refusal::Refusal;

/// The simulated people, each calling with a token of their own.
#[derive(Debug, Clone)]
pub struct Reviewers {
    seed: u64,
    clients: Vec<ReviewServiceClient<AuthorizedChannel>>,
}

/// What came of a step.
#[derive(Debug)]
pub enum Acted {
    /// It was done; the candidate is at this revision.
    Done {
        /// The revision afterwards.
        revision: i64,
        /// Whether it was a decision: an approval, an edit, a rejection or a hold.
        is_decision: bool,
    },
    /// Somebody or something else changed the candidate first: the record says what, or soon will, and the plan is looked at anew.
    Overtaken {
        /// The least revision that it has by now.
        revision: i64,
    },
}

impl Reviewers {
    /// The ids of the people, in the order in which [`Reviewers::new`] takes their channels.
    pub const PEOPLE: [&str; PEOPLE.len()] = PEOPLE;

    /// Seats the people, a channel for each.
    pub fn new(seed: u64, channels: [AuthorizedChannel; PEOPLE.len()]) -> Self {
        Self { seed, clients: channels.into_iter().map(ReviewServiceClient::new).collect() }
    }

    /// Returns the plan for a candidate.
    pub fn plan(&self, story: &Story) -> Plan {
        Plan::draw(self.seed, &story.source_id, &story.action_type)
    }

    /// Takes a step. The request id follows from seed, revision and step: sent again after a crash, it is the same request, and
    /// the server answers what it answered then.
    ///
    /// # Errors
    /// The server's refusal, unless it only says that the candidate has changed.
    pub async fn act(&self, story: &Story, step: Step) -> Result<Acted, Box<Status>> {
        match self.send(story, step).await {
            Ok(candidate) => Ok(Acted::Done {
                revision: candidate.map_or(story.revision + 1, |after| after.revision),
                is_decision: matches!(step, Step::Approve | Step::Edit | Step::Reject(_) | Step::Hold),
            }),
            Err(status) => match Refusal::read(&status).reason() {
                Some(ErrorReason::EtagStale | ErrorReason::TransitionIllegal | ErrorReason::DigestMismatch) => {
                    Ok(Acted::Overtaken { revision: story.revision + 1 })
                }
                _ => Err(Box::new(status)),
            },
        }
    }

    async fn send(&self, story: &Story, step: Step) -> Result<Option<Candidate>, Status> {
        let plan = self.plan(story);
        let person = whose_turn(&plan, step, story);
        let mut client = self.clients[person].clone();
        let name = story.name.clone();
        let request_id = self.request_id(story, step);
        let etag = Etag::of_revision(story.revision.unsigned_abs()).to_string();
        let candidate = match step {
            Step::Approve => {
                let (digest, note) = (story.digest.clone(), words::on_approval());
                let request = ApproveCandidateRequest {
                    name,
                    request_id,
                    etag,
                    digest,
                    note,
                    acknowledged_conflicts: Vec::new(),
                };
                client.approve_candidate(request).await?.into_inner().candidate
            }
            Step::Edit => {
                let note = words::on_edit(&story.action_type, story.sent_back > 0);
                let change = Some(Change::PatchJson(usual_edit(story)));
                let request = EditCandidateRequest { name, request_id, etag, note, change };
                client.edit_candidate(request).await?.into_inner().candidate
            }
            Step::Reject(reason) => {
                let note = words::on_rejection(reason);
                let request = RejectCandidateRequest { name, request_id, etag, reason: reason.into(), note };
                client.reject_candidate(request).await?.into_inner().candidate
            }
            Step::Hold => {
                let reason = words::on_hold();
                let request =
                    HoldCandidateRequest { name, request_id, etag, reason, ..HoldCandidateRequest::default() };
                client.hold_candidate(request).await?.into_inner().candidate
            }
            Step::Release => {
                let request = ReleaseCandidateRequest { name, request_id, etag };
                client.release_candidate(request).await?.into_inner().candidate
            }
            Step::Ask => {
                let question = words::question();
                let request = RequestEvidenceRequest { name, request_id, etag, question, kinds: Vec::new() };
                client.request_evidence(request).await?.into_inner().candidate
            }
            Step::AddEvidence => {
                let evidence = words::answers(&story.evidence_kinds);
                let request = AddEvidenceRequest { name, request_id, etag, evidence };
                client.add_evidence(request).await?.into_inner().candidate
            }
            Step::Assign => {
                let (owner, note) = (PEOPLE[person].to_owned(), words::on_assignment());
                let request = AssignOwnerRequest { name, request_id, etag, owner, note };
                client.assign_owner(request).await?.into_inner().candidate
            }
            Step::SendBack(fault) => {
                let reason = words::on_send_back(fault);
                let request = SendBackForReworkRequest { name, request_id, etag, reason, fault: fault.into() };
                client.send_back_for_rework(request).await?.into_inner().candidate
            }
        };
        Ok(candidate)
    }

    fn request_id(&self, story: &Story, step: Step) -> String {
        let verb = match step {
            Step::Approve => "approve",
            Step::Edit => "edit",
            Step::Reject(_) => "reject",
            Step::Hold => "hold",
            Step::Release => "release",
            Step::Ask => "ask",
            Step::AddEvidence => "add-evidence",
            Step::Assign => "assign",
            Step::SendBack(_) => "send-back",
        };
        let id = story.name.rsplit('/').next().unwrap_or_default();
        format!("simulated/{}/{id}/{}/{verb}", self.seed, story.revision)
    }
}
