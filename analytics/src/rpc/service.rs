use countersign_api::feedback::v1::feedback_service_server::FeedbackService;
use countersign_api::feedback::v1::{
    GetProposerFeedbackRequest, GetProposerFeedbackResponse, GetReportRequest, GetReportResponse, ListReportsRequest,
    ListReportsResponse, RunReportRequest, RunReportResponse,
};
use countersign_api::name::Workspace;
use service_kit::access::Pseudonyms;
use service_kit::call::CallContext;
use tonic::{Request, Response, Status};

use super::{get_proposer_feedback, get_report, list_reports, run_report, status};
use crate::feedback::{Reports, ReportsError, Runner, WordReader};

/// Answers the calls of `FeedbackService`; clones share one folder of reports.
#[derive(Debug, Clone)]
pub struct FeedbackRpc {
    pub(super) runner: Runner,
    pub(super) reports: Reports,
    pub(super) words: WordReader,
    pub(super) pseudonyms: Pseudonyms,
}

impl FeedbackRpc {
    pub(crate) fn new(runner: Runner, reports: Reports, words: WordReader, pseudonyms: Pseudonyms) -> Self {
        Self { runner, reports, words, pseudonyms }
    }

    /// Asks the folder of reports where blocking is allowed.
    pub(super) async fn ask_reports<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&Reports) -> Result<T, ReportsError> + Send + 'static,
    ) -> Result<T, Status> {
        let reports = self.reports.clone();
        let asked = tokio::task::spawn_blocking(move || ask(&reports)).await;
        asked.map_err(|_| status::shutting_down())?.map_err(|error| status::of_reports(&error))
    }
}

/// Reads the workspace that a request is about, if the caller reaches it.
pub(super) fn workspace(call: &CallContext, parent: &str) -> Result<Workspace, Status> {
    let workspace = parent.parse().map_err(|error| status::malformed("parent", &error))?;
    call.authorize(&workspace)?;
    Ok(workspace)
}

#[tonic::async_trait]
impl FeedbackService for FeedbackRpc {
    async fn run_report(&self, request: Request<RunReportRequest>) -> Result<Response<RunReportResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        run_report::answer(self, &call, request.get_ref()).await.map(Response::new)
    }

    async fn get_report(&self, request: Request<GetReportRequest>) -> Result<Response<GetReportResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        get_report::answer(self, &call, request.get_ref()).await.map(Response::new)
    }

    async fn list_reports(
        &self,
        request: Request<ListReportsRequest>,
    ) -> Result<Response<ListReportsResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        list_reports::answer(self, &call, request.get_ref()).await.map(Response::new)
    }

    async fn get_proposer_feedback(
        &self,
        request: Request<GetProposerFeedbackRequest>,
    ) -> Result<Response<GetProposerFeedbackResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        get_proposer_feedback::answer(self, &call, request.get_ref()).await.map(Response::new)
    }
}
