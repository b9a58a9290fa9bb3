use std::{
    pin::Pin,
    sync::{Arc, Mutex},
};

use countersign_api::candidate::v1::{
    Candidate, ListActionTypesRequest, ListActionTypesResponse, ProposeCandidateRequest, ProposeCandidateResponse,
    StreamProposalsRequest, StreamProposalsResponse, WatchOutcomesRequest, WatchOutcomesResponse,
    WithdrawCandidateRequest, WithdrawCandidateResponse,
    proposal_service_client::ProposalServiceClient,
    proposal_service_server::{ProposalService, ProposalServiceServer},
};
use futures::{Stream, StreamExt, stream};
use tokio::sync::Notify;
use tonic::{Request, Response, Status, Streaming};
use tonic_types::StatusExt;

use crate::{
    access::{Access, BearerToken, Principal, Role, TokenRpc, TokenStore},
    call::CallContext,
    clock::ManualClock,
    grpc::{AuthorizedChannel, Server, TRANSPORT_MAX_BYTES, with_token},
    health::Health,
    ids::SeededIds,
    metrics::Metrics,
    shutdown::Shutdown,
};

/// A server with the token service and [`Proposals`], and all that it is made of.
pub(super) struct Bench {
    _folder: tempfile::TempDir,
    pub(super) clock: ManualClock,
    pub(super) access: Arc<Access>,
    pub(super) metrics: Metrics,
    pub(super) health: Health,
    pub(super) shutdown: Shutdown,
    pub(super) proposals: Proposals,
    pub(super) server: Server,
}

pub(super) async fn bench() -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
    let clock = ManualClock::default();
    let access = Arc::new(Access::new(store, Arc::new(clock.clone()), Arc::new(SeededIds::new(1))));
    let (metrics, health, shutdown) = (Metrics::new(), Health::new(), Shutdown::new());
    let proposals = Proposals::default();
    let server = Server::builder(Arc::clone(&access), &metrics, &health, &shutdown)
        .add_service(TokenRpc::server(Arc::clone(&access)))
        .add_service(ProposalServiceServer::new(proposals.clone()).max_decoding_message_size(TRANSPORT_MAX_BYTES))
        .build();
    Bench { _folder: folder, clock, access, metrics, health, shutdown, proposals, server }
}

impl Bench {
    pub(super) fn token(&self, id: &str, role: Role) -> BearerToken {
        self.access.lend(principal(id, role))
    }

    pub(super) fn channel(&self, token: &BearerToken) -> AuthorizedChannel {
        with_token(self.server.in_memory_channel(), token)
    }

    pub(super) fn proposer(&self) -> ProposalServiceClient<AuthorizedChannel> {
        ProposalServiceClient::new(self.channel(&self.token("generators/rules", Role::Proposer)))
    }
}

pub(super) fn principal(id: &str, role: Role) -> Principal {
    let scope = "workspaces/demo".parse().expect("a scope");
    Principal::new(id.parse().expect("an id"), scope, [role]).expect("a principal")
}

pub(super) fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap_or_else(|| panic!("{status:?} has an ErrorInfo")).reason
}

pub(super) fn propose(request_id: &str) -> ProposeCandidateRequest {
    ProposeCandidateRequest { request_id: request_id.to_owned(), ..Default::default() }
}

pub(super) fn item(request_id: &str) -> StreamProposalsRequest {
    StreamProposalsRequest { request_id: request_id.to_owned(), ..Default::default() }
}

/// A proposal service that does what the request id asks for.
#[derive(Clone, Default)]
pub(super) struct Proposals {
    /// Rings when a call has come to wait.
    pub(super) waiting: Arc<Notify>,
    /// Lets one waiting call go on.
    pub(super) go_on: Arc<Notify>,
    /// The request ids of the items taken in from streams.
    pub(super) taken: Arc<Mutex<Vec<String>>>,
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl ProposalService for Proposals {
    type StreamProposalsStream = Outgoing<StreamProposalsResponse>;
    type WatchOutcomesStream = Outgoing<WatchOutcomesResponse>;

    /// Answers with the caller's id and trace; on `wait` only once it may go on, on `never` never, on `panic` not at all.
    async fn propose_candidate(
        &self,
        request: Request<ProposeCandidateRequest>,
    ) -> Result<Response<ProposeCandidateResponse>, Status> {
        let call = CallContext::from_request(&request)?;
        match request.get_ref().request_id.as_str() {
            "wait" => {
                self.waiting.notify_one();
                self.go_on.notified().await;
            }
            "never" => std::future::pending().await,
            "panic" => panic!("broken on purpose"),
            _ => {}
        }
        let candidate = Candidate {
            name: call.principal().id().to_string(),
            etag: call.traceparent().unwrap_or_default().to_owned(),
            ..Default::default()
        };
        Ok(Response::new(ProposeCandidateResponse { candidate: Some(candidate), replayed: false }))
    }

    /// Acknowledges each item with its request id; ends with whatever the incoming stream ends with.
    async fn stream_proposals(
        &self,
        request: Request<Streaming<StreamProposalsRequest>>,
    ) -> Result<Response<Self::StreamProposalsStream>, Status> {
        let taken = Arc::clone(&self.taken);
        let acks = request.into_inner().map(move |item| {
            let request_id = item?.request_id;
            taken.lock().expect("no holder panics").push(request_id.clone());
            Ok(StreamProposalsResponse { request_id, result: None })
        });
        Ok(Response::new(Box::pin(acks)))
    }

    async fn withdraw_candidate(
        &self,
        request: Request<WithdrawCandidateRequest>,
    ) -> Result<Response<WithdrawCandidateResponse>, Status> {
        CallContext::from_request(&request)?.human()?;
        Ok(Response::new(WithdrawCandidateResponse::default()))
    }

    async fn list_action_types(
        &self,
        _: Request<ListActionTypesRequest>,
    ) -> Result<Response<ListActionTypesResponse>, Status> {
        Ok(Response::new(ListActionTypesResponse::default()))
    }

    /// Sends one outcome and then waits for ever.
    async fn watch_outcomes(
        &self,
        _: Request<WatchOutcomesRequest>,
    ) -> Result<Response<Self::WatchOutcomesStream>, Status> {
        let first = stream::iter([Ok(WatchOutcomesResponse::default())]);
        Ok(Response::new(Box::pin(first.chain(stream::pending()))))
    }
}
