//! An execution service that hands out the permits a story puts on it and keeps every report.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, ClaimExecutionsResponse, ExecutionResult, ExtendClaimRequest, ExtendClaimResponse, Failure,
    Permit, ReportOutcomeRequest, ReportOutcomeResponse, State, execution_service_server::ExecutionService,
    report_outcome_request::Outcome,
};
use futures::{StreamExt, stream, stream::BoxStream};
use service_kit::clock::{Clock, ManualClock};
use tokio::sync::watch;
use tonic::{Request, Response, Status};

/// How long every claim lasts.
pub const LEASE: Duration = Duration::from_mins(1);

/// Clones share one desk.
#[derive(Debug, Clone)]
pub struct Desk {
    clock: ManualClock,
    state: Arc<watch::Sender<DeskState>>,
}

#[derive(Debug, Default)]
pub struct DeskState {
    waiting: VecDeque<Permit>,
    /// Handed out and not reported, by candidate.
    held: BTreeMap<String, Permit>,
    /// Every stream that was asked for.
    pub streams: Vec<ClaimExecutionsRequest>,
    /// Every report that was answered, in their order.
    pub reports: Vec<ReportOutcomeRequest>,
    pub extensions: usize,
    /// How many reports are still refused before the first is taken.
    pub refuse_reports: usize,
    /// How many of them were.
    pub reports_refused: usize,
    /// After how many permits the next stream is cut.
    pub cut_after: Option<usize>,
    /// Whether every stream is refused.
    pub is_away: bool,
    /// Whether extensions are refused: somebody else has the claim.
    pub claims_are_lost: bool,
}

impl Desk {
    pub fn new(clock: ManualClock) -> Self {
        Self { clock, state: Arc::new(watch::Sender::default()) }
    }

    /// Puts a permit on the desk, to be claimed.
    pub fn offer(&self, permit: Permit) {
        self.change(|state| state.waiting.push_back(permit));
    }

    pub fn change<T>(&self, change: impl FnOnce(&mut DeskState) -> T) -> T {
        let mut result = None;
        self.state.send_modify(|state| result = Some(change(state)));
        result.expect("send_modify calls once")
    }

    /// Tells whether the desk is in a state.
    pub fn is(&self, condition: impl FnOnce(&DeskState) -> bool) -> bool {
        condition(&self.state.borrow())
    }

    /// Waits until the desk is in a state.
    pub async fn until(&self, condition: impl FnMut(&DeskState) -> bool) {
        self.state.subscribe().wait_for(condition).await.expect("the desk holds the sender");
    }

    /// What was reported on a candidate; exactly one report is expected.
    pub fn report_on(&self, candidate: &str) -> Outcome {
        let state = self.state.borrow();
        let mut reports = state.reports.iter().filter(|report| report.name == candidate);
        let report = reports.next().unwrap_or_else(|| panic!("no report on {candidate}"));
        assert!(reports.next().is_none(), "two reports on {candidate}");
        report.outcome.clone().expect("an outcome")
    }

    pub fn reports(&self) -> Vec<ReportOutcomeRequest> {
        self.state.borrow().reports.clone()
    }

    fn claim(&self, request: &ClaimExecutionsRequest) -> Vec<Permit> {
        let until = Some(self.lease_end());
        self.change(|state| {
            state.streams.push(request.clone());
            let mut permits = Vec::new();
            if request.reissue_held {
                permits.extend(state.held.values().map(|held| Permit { reissued: true, ..held.clone() }));
            }
            let fresh = state.waiting.drain(..).map(|permit| Permit { lease_expire_time: until, ..permit });
            let fresh: Vec<_> = fresh.collect();
            state.held.extend(fresh.iter().map(|permit| (permit.candidate.clone(), permit.clone())));
            permits.extend(fresh);
            permits
        })
    }

    fn lease_end(&self) -> prost_types::Timestamp {
        let end = self.clock.now() + LEASE;
        prost_types::Timestamp { seconds: end.as_second(), nanos: end.subsec_nanosecond() }
    }
}

#[tonic::async_trait]
impl ExecutionService for Desk {
    type ClaimExecutionsStream = BoxStream<'static, Result<ClaimExecutionsResponse, Status>>;

    async fn claim_executions(
        &self,
        request: Request<ClaimExecutionsRequest>,
    ) -> Result<Response<Self::ClaimExecutionsStream>, Status> {
        let request = request.into_inner();
        let is_away = self.change(|state| {
            if state.is_away {
                state.streams.push(request.clone());
            }
            state.is_away
        });
        if is_away {
            return Err(Status::unavailable("nobody is at the desk"));
        }
        let mut answers: Vec<_> = self
            .claim(&request)
            .into_iter()
            .map(|permit| Ok(ClaimExecutionsResponse { permit: Some(permit) }))
            .collect();
        if let Some(length) = self.change(|state| state.cut_after.take()) {
            answers.truncate(length);
            answers.push(Err(Status::unavailable("the stream is cut")));
        }
        let answers = stream::iter(answers);
        let answers = if request.drain { answers.boxed() } else { answers.chain(stream::pending()).boxed() };
        Ok(Response::new(answers))
    }

    async fn extend_claim(
        &self,
        request: Request<ExtendClaimRequest>,
    ) -> Result<Response<ExtendClaimResponse>, Status> {
        let request = request.into_inner();
        let lease_expire_time = Some(self.lease_end());
        let is_held = self.change(|state| {
            state.extensions += 1;
            let held = state.held.get(&request.name).is_some_and(|held| held.fence == request.fence);
            held && !state.claims_are_lost
        });
        if !is_held {
            return Err(Status::failed_precondition("the fence is stale"));
        }
        Ok(Response::new(ExtendClaimResponse { lease_expire_time }))
    }

    async fn report_outcome(
        &self,
        request: Request<ReportOutcomeRequest>,
    ) -> Result<Response<ReportOutcomeResponse>, Status> {
        let report = request.into_inner();
        self.change(|state| {
            if state.refuse_reports > 0 {
                state.refuse_reports -= 1;
                state.reports_refused += 1;
                return Err(Status::unavailable("not now"));
            }
            state.held.remove(&report.name);
            state.reports.push(report);
            Ok(Response::new(ReportOutcomeResponse { state: State::Executed.into(), revision: 5 }))
        })
    }
}

/// The success that a report states.
pub fn succeeded(outcome: Outcome) -> ExecutionResult {
    match outcome {
        Outcome::Succeeded(result) => result,
        other => panic!("expected a success, found {other:?}"),
    }
}

/// The failure that a report states.
pub fn failed(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("expected a failure, found {other:?}"),
    }
}

/// The words for what nobody knows.
pub fn unknown(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unknown(message) => message,
        other => panic!("expected an unknown outcome, found {other:?}"),
    }
}
