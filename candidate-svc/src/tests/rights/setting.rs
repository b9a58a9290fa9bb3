use countersign_api::candidate::v1::{
    Candidate, ListCandidatesRequest, Permit, Proposal, ReportOutcomeRequest, State,
    execution_service_client::ExecutionServiceClient, proposal_service_client::ProposalServiceClient,
    report_outcome_request::Outcome, review_service_client::ReviewServiceClient,
};
use service_kit::{access::Role, grpc::AuthorizedChannel};

use super::super::standing_approvals::sure;
use super::super::support::{
    Bench, PARENT, approve, call_customer, drain_all, edit, proposal, propose, reject, report_failure, report_success,
};
use super::asking::ask;
use crate::domain::tests::rights::oracle::Relation;

pub(super) const STATES: [&str; 14] = [
    "PROPOSED",
    "NEEDS_EVIDENCE",
    "NEEDS_OWNER",
    "EDITED",
    "HELD",
    "APPROVED",
    "EXECUTING",
    "EXECUTED",
    "FAILED",
    "OUTCOME_UNKNOWN",
    "REWORK",
    "REJECTED",
    "WITHDRAWN",
    "EXPIRED",
];

const DAY_SECS: u64 = 24 * 60 * 60;

/// More than so many in a row are never drawn for an audit sample.
const DRAWN_MAX: usize = 20;

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
            None | Some(Relation::OwnProposal) => true,
            Some(Relation::Owner) => self.state != "NEEDS_OWNER",
            // What the edit changes is not in the payload of what cannot be repeated.
            Some(Relation::OwnEdit) => !matches!(self.state, "PROPOSED" | "NEEDS_OWNER" | "OUTCOME_UNKNOWN"),
            // One approval is the quorum here; a failure, a loss and rework use it up.
            Some(Relation::ApprovedAlready | Relation::GaveAhead) => {
                matches!(self.state, "APPROVED" | "EXECUTING" | "EXECUTED")
            }
            Some(Relation::ClaimHolder) => {
                matches!(self.state, "EXECUTING" | "EXECUTED" | "FAILED" | "OUTCOME_UNKNOWN" | "REWORK")
            }
        }
    }

    fn part(&self, relation: Relation, otherwise: &'static str) -> &'static str {
        if self.relation == Some(relation) { self.who } else { otherwise }
    }

    /// Leads a candidate there.
    pub(super) async fn lead(&self) -> Candidate {
        if self.relation == Some(Relation::GaveAhead) {
            return self.go_on_from_approval(self.approved_ahead().await).await;
        }
        let proposer = self.part(Relation::OwnProposal, "generators/rules");
        let owner = if self.state == "NEEDS_OWNER" { "" } else { self.part(Relation::Owner, "humans/owner") };
        let record = self.number.to_string();
        // What its claim holder loses track of is not tried again: whoever drains would wait until it is time.
        let once = self.state == "OUTCOME_UNKNOWN" || self.relation == Some(Relation::ClaimHolder);
        let plain = if once { call_customer(&record) } else { proposal(&record) };
        let proposal = Proposal { owner: owner.to_owned(), ..plain };
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
            "APPROVED" | "EXECUTING" | "EXECUTED" | "FAILED" | "OUTCOME_UNKNOWN" => {
                self.go_on_approved(candidate).await
            }
            "REWORK" => {
                let executed = self.go_on_approved(candidate).await;
                self.by_clerk("send_back", executed).await
            }
            "NEEDS_EVIDENCE" => self.by_clerk("request_evidence", candidate).await,
            "WITHDRAWN" => {
                let channel = self.bench.channel(proposer, Role::Proposer);
                ask(channel, "withdraw", &candidate, &self.id("withdraw")).await.expect("withdrawn");
                self.bench.candidate(&candidate.name).await
            }
            "EXPIRED" => {
                self.bench.advance_secs(30 * DAY_SECS);
                self.bench.until(&candidate.name, |it| it.state() == State::Expired).await
            }
            "HELD" => self.by_clerk("hold", candidate).await,
            "REJECTED" => self.by_clerk("reject", candidate).await,
            _ => candidate,
        }
    }

    /// Proposes until one is not drawn for the audit sample of what they gave ahead.
    async fn approved_ahead(&self) -> Candidate {
        for again in 0..DRAWN_MAX {
            let deal = format!("{}-{again}", self.number);
            let candidate = self.bench.propose(&format!("propose-{deal}"), sure(&deal)).await;
            if candidate.state() == State::Approved {
                return candidate;
            }
            self.look_at_all_that_waits(&deal).await;
        }
        panic!("{DRAWN_MAX} in a row were drawn, of a hundred one");
    }

    /// Has the clerk reject what is open: before that nothing else is approved ahead.
    async fn look_at_all_that_waits(&self, deal: &str) {
        let request = ListCandidatesRequest {
            parent: PARENT.into(),
            filter: "state = PROPOSED OR state = HELD OR state = EDITED OR state = NEEDS_EVIDENCE".into(),
            ..ListCandidatesRequest::default()
        };
        let waiting = self.reviews("humans/clerk").list_candidates(request).await.expect("a list").into_inner();
        for (n, candidate) in waiting.candidates.iter().enumerate() {
            let request = reject(candidate, &self.id(&format!("look-{deal}-{n}")));
            self.reviews("humans/clerk").reject_candidate(request).await.expect("rejected");
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
        self.go_on_from_approval(candidate).await
    }

    async fn go_on_from_approval(&self, candidate: Candidate) -> Candidate {
        if self.state != "APPROVED" {
            let executor = self.bench.channel(self.part(Relation::ClaimHolder, "services/executor"), Role::Executor);
            let permits = self.bench.permits_of(executor.clone(), drain_all()).await;
            let permit = permits.iter().find(|permit| permit.candidate == candidate.name).expect("a permit");
            self.report(executor, permit).await;
        }
        self.bench.candidate(&candidate.name).await
    }

    /// Reports what leads from an attempt to the state; nothing where it is to go on.
    async fn report(&self, executor: AuthorizedChannel, permit: &Permit) {
        let id = self.id("report");
        let report = match self.state {
            "EXECUTING" => return,
            "FAILED" => report_failure(permit, &id, false),
            "OUTCOME_UNKNOWN" => {
                let outcome = Some(Outcome::Unknown("the line went dead".into()));
                ReportOutcomeRequest { outcome, ..report_success(permit, &id) }
            }
            _ => report_success(permit, &id),
        };
        ExecutionServiceClient::new(executor).report_outcome(report).await.expect("a report");
    }

    fn reviews(&self, who: &str) -> ReviewServiceClient<AuthorizedChannel> {
        ReviewServiceClient::new(self.bench.channel(who, Role::Reviewer))
    }

    fn id(&self, what: &str) -> String {
        format!("{what}-{}", self.number)
    }
}
