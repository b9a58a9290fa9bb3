use countersign_api::candidate::v1::{
    Candidate, Proposal, proposal_service_client::ProposalServiceClient, review_service_client::ReviewServiceClient,
};
use service_kit::access::Role;

use super::super::support::{Bench, approve, drain_all, edit, proposal, propose, report_failure, report_success};
use super::asking::ask;
use crate::domain::tests::rights::oracle::Relation;

pub(super) const STATES: [&str; 7] = ["PROPOSED", "EDITED", "HELD", "APPROVED", "EXECUTED", "FAILED", "REJECTED"];

/// A candidate in some state, with somebody who has some relation to it.
pub(super) struct Setting<'a> {
    pub(super) bench: &'a Bench,
    pub(super) state: &'static str,
    pub(super) relation: Option<Relation>,
    pub(super) who: &'static str,
    /// A number of its own, for its request ids and its record.
    pub(super) number: usize,
}

impl Setting<'_> {
    /// Tells whether anybody can have that relation to a candidate in that state.
    pub(super) fn is_possible(&self) -> bool {
        match self.relation {
            None | Some(Relation::OwnProposal | Relation::Owner) => true,
            Some(Relation::OwnEdit) => self.state != "PROPOSED",
            // One approval is the quorum here, and a failure uses it up.
            Some(Relation::ApprovedAlready) => matches!(self.state, "APPROVED" | "EXECUTED"),
            Some(Relation::GaveAhead | Relation::ClaimHolder) => false,
        }
    }

    fn part(&self, relation: Relation, otherwise: &'static str) -> &'static str {
        if self.relation == Some(relation) { self.who } else { otherwise }
    }

    /// Leads a candidate there.
    pub(super) async fn lead(&self) -> Candidate {
        let proposer = self.part(Relation::OwnProposal, "generators/rules");
        let owner = self.part(Relation::Owner, "humans/owner").to_owned();
        let proposal = Proposal { owner, ..proposal(&self.number.to_string()) };
        let mut proposals = ProposalServiceClient::new(self.bench.channel(proposer, Role::Proposer));
        let response = proposals.propose_candidate(propose(&self.id("propose"), proposal)).await.expect("a proposal");
        let mut candidate = response.into_inner().candidate.expect("a candidate");
        if self.relation == Some(Relation::OwnEdit) || self.state == "EDITED" {
            let editor = self.part(Relation::OwnEdit, "humans/clerk");
            let request = edit(&candidate, &self.id("edit"), "2026-12-01");
            let response = self.reviews(editor).edit_candidate(request).await.expect("an edit");
            candidate = response.into_inner().candidate.expect("a candidate");
        }
        match self.state {
            "APPROVED" | "EXECUTED" | "FAILED" => self.go_on_approved(candidate).await,
            "HELD" => self.by_clerk("hold", candidate).await,
            "REJECTED" => self.by_clerk("reject", candidate).await,
            _ => candidate,
        }
    }

    async fn by_clerk(&self, act: &str, candidate: Candidate) -> Candidate {
        let clerk = self.bench.channel("humans/clerk", Role::Reviewer);
        ask(clerk, act, &candidate, &self.id(act)).await.expect(act);
        self.bench.candidate(&candidate.name).await
    }

    async fn go_on_approved(&self, candidate: Candidate) -> Candidate {
        let approver = self.part(Relation::ApprovedAlready, "humans/approver");
        let request = approve(&candidate, &self.id("approve"));
        self.reviews(approver).approve_candidate(request).await.expect("an approval");
        if self.state != "APPROVED" {
            let permits = self.bench.permits(drain_all()).await;
            let permit = permits.iter().find(|permit| permit.candidate == candidate.name).expect("a permit");
            let id = self.id("report");
            let succeeded = self.state == "EXECUTED";
            let report = if succeeded { report_success(permit, &id) } else { report_failure(permit, &id, false) };
            self.bench.executor().report_outcome(report).await.expect("a report");
        }
        self.bench.candidate(&candidate.name).await
    }

    fn reviews(&self, who: &str) -> ReviewServiceClient<service_kit::grpc::AuthorizedChannel> {
        ReviewServiceClient::new(self.bench.channel(who, Role::Reviewer))
    }

    fn id(&self, what: &str) -> String {
        format!("{what}-{}", self.number)
    }
}
