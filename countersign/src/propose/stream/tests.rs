//! A server that keeps what it takes and breaks where it is told to.

use std::collections::{BTreeSet, VecDeque};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::proposal_service_server::{ProposalService, ProposalServiceServer};
use countersign_api::candidate::v1::stream_proposals_response::Result as Outcome;
use countersign_api::candidate::v1::{
    ListActionTypesRequest, ListActionTypesResponse, Proposal, ProposalAccepted, ProposeCandidateRequest,
    ProposeCandidateResponse, State, StreamProposalsRequest, StreamProposalsResponse, WatchOutcomesRequest,
    WatchOutcomesResponse, WithdrawCandidateRequest, WithdrawCandidateResponse,
};
use countersign_api::error::v1::ErrorReason;
use futures::future::BoxFuture;
use futures::{Stream, StreamExt as _, stream};
use jiff::Timestamp;
use prost::Message as _;
use service_kit::access::{Access, Principal, Role, TokenStore};
use service_kit::clock::{Clock, ManualClock};
use service_kit::grpc::{Server, TRANSPORT_MAX_BYTES, with_token};
use service_kit::health::Health;
use service_kit::ids::SeededIds;
use service_kit::metrics::Metrics;
use service_kit::rejection::Rejection;
use service_kit::shutdown::Shutdown;
use tonic::{Request, Response, Status, Streaming};

use super::backoff::CUTS_MAX;
use super::window::WINDOW_MAX_ITEMS;
use super::*;
use crate::propose::jsonl::LineError;
use crate::propose::{Item, Origin};

/// How one stream goes: so many items are taken, so many of them are answered, then it ends.
#[derive(Clone)]
struct Script {
    taken: usize,
    answered: usize,
    end: End,
}

#[derive(Clone)]
enum End {
    /// With this refusal.
    Refusal(ErrorReason),
    /// As when the connection breaks.
    Broken,
    /// Without a word.
    Silent,
    /// With the word that a message was too large, as soon as one has this id.
    TooLarge(&'static str),
    /// With an answer to something that nobody asked.
    Confused,
}

/// Follows its scripts, a stream each; after the last one it takes and answers everything.
#[derive(Clone, Default)]
struct Scripted {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    kept: Arc<Mutex<BTreeSet<String>>>,
    streams: Arc<AtomicUsize>,
    /// How many items to take before any is answered.
    hold_back: usize,
}

impl Scripted {
    fn new(scripts: impl IntoIterator<Item = Script>) -> Self {
        Self { scripts: Arc::new(Mutex::new(scripts.into_iter().collect())), ..Self::default() }
    }

    /// Keeps an item; the same id again is answered as before.
    fn keep(&self, request: &StreamProposalsRequest) -> StreamProposalsResponse {
        let request_id = request.request_id.clone();
        let mut kept = self.kept.lock().expect("unharmed");
        let replayed = !kept.insert(request_id.clone());
        let outcome = if request_id.starts_with("bad") {
            Outcome::Refused(Rejection::new(ErrorReason::PayloadInvalid, "`/due` is not a date").into_rpc_status())
        } else {
            Outcome::Accepted(ProposalAccepted {
                candidate: request_id.clone(),
                revision: 1,
                state: State::Proposed.into(),
                digest: Vec::new(),
                replayed,
            })
        };
        StreamProposalsResponse { request_id, result: Some(outcome) }
    }

    async fn follow(
        self,
        script: Script,
        mut inbound: Streaming<StreamProposalsRequest>,
    ) -> Vec<Result<StreamProposalsResponse, Status>> {
        let mut answers = Vec::new();
        while answers.len() < script.taken {
            let Ok(Some(request)) = inbound.message().await else { break };
            if matches!(script.end, End::TooLarge(id) if id == request.request_id) {
                break;
            }
            answers.push(Ok(self.keep(&request)));
        }
        answers.truncate(script.answered);
        match script.end {
            End::Refusal(reason) => answers.push(Err(Rejection::new(reason, "words").into_status())),
            End::TooLarge(_) => answers.push(Err(Rejection::new(ErrorReason::MessageTooLarge, "words").into_status())),
            End::Broken => answers.push(Err(Status::unavailable("broken pipe"))),
            End::Silent => {}
            End::Confused => {
                answers.push(Ok(StreamProposalsResponse { request_id: "another".to_owned(), result: None }));
            }
        }
        answers
    }
}

type Outgoing<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

#[tonic::async_trait]
impl ProposalService for Scripted {
    type StreamProposalsStream = Outgoing<StreamProposalsResponse>;
    type WatchOutcomesStream = Outgoing<WatchOutcomesResponse>;

    async fn stream_proposals(
        &self,
        request: Request<Streaming<StreamProposalsRequest>>,
    ) -> Result<Response<Self::StreamProposalsStream>, Status> {
        self.streams.fetch_add(1, Ordering::SeqCst);
        let mut inbound = request.into_inner();
        let server = self.clone();
        let script = self.scripts.lock().expect("unharmed").pop_front();
        if let Some(script) = script {
            let answers = stream::once(server.follow(script, inbound)).flat_map(stream::iter);
            return Ok(Response::new(answers.boxed()));
        }
        let hold_back = self.hold_back;
        let held = stream::once(async move {
            let held: Vec<_> = inbound.by_ref().take(hold_back).collect().await;
            stream::iter(held).chain(inbound)
        });
        let answers = held.flatten().map(move |request| request.map(|request| server.keep(&request)));
        Ok(Response::new(answers.boxed()))
    }

    async fn propose_candidate(
        &self,
        _: Request<ProposeCandidateRequest>,
    ) -> Result<Response<ProposeCandidateResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn withdraw_candidate(
        &self,
        _: Request<WithdrawCandidateRequest>,
    ) -> Result<Response<WithdrawCandidateResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn list_action_types(
        &self,
        _: Request<ListActionTypesRequest>,
    ) -> Result<Response<ListActionTypesResponse>, Status> {
        Err(Status::unimplemented("not asked here"))
    }

    async fn watch_outcomes(
        &self,
        _: Request<WatchOutcomesRequest>,
    ) -> Result<Response<Self::WatchOutcomesStream>, Status> {
        Err(Status::unimplemented("not asked here"))
    }
}

/// A clock that is at the moment somebody waits for as soon as they wait.
#[derive(Debug, Clone, Default)]
struct Leaping(ManualClock);

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
        self.0.set(at);
        self.0.sleep_until(at)
    }
}

struct Bench {
    _folder: tempfile::TempDir,
    server: Scripted,
    clock: Leaping,
    client: ProposalServiceClient<service_kit::grpc::AuthorizedChannel>,
}

async fn bench(server: Scripted) -> Bench {
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
    let access = Arc::new(Access::new(tokens, Arc::new(ManualClock::default()), Arc::new(SeededIds::new(1))));
    let scope = "workspaces/demo".parse().expect("a scope");
    let principal = Principal::new("generators/rules".parse().expect("an id"), scope, [Role::Proposer]);
    let token = access.lend(principal.expect("a principal"));
    let grpc = Server::builder(access, &Metrics::new(), &Health::new(), &Shutdown::new())
        .add_service(ProposalServiceServer::new(server.clone()).max_decoding_message_size(TRANSPORT_MAX_BYTES))
        .build();
    let client = ProposalServiceClient::new(with_token(grpc.in_memory_channel(), &token));
    Bench { _folder: folder, server, clock: Leaping::default(), client }
}

impl Bench {
    fn propose<S>(&self, input: S) -> Proposing<S>
    where
        S: Stream<Item = Result<Item, LineError>> + Unpin,
    {
        let workspace = "workspaces/demo".parse().expect("a name");
        Proposing::new(self.client.clone(), &workspace, Arc::new(self.clock.clone()), input)
    }
}

fn item(id: &str) -> Item {
    Item { request_id: id.to_owned(), origin: Origin::Record(id.to_owned()), proposal: Proposal::default() }
}

fn items(count: usize) -> Vec<Item> {
    (0..count).map(|number| item(&format!("item-{number}"))).collect()
}

/// Takes all answers and shows them: the candidate and whether it was replayed, or the reason.
async fn all<S>(proposing: &mut Proposing<S>) -> Result<Vec<String>, Stopped>
where
    S: Stream<Item = Result<Item, LineError>> + Unpin,
{
    let mut shown = Vec::new();
    while let Some(answer) = proposing.next().await? {
        shown.push(match answer {
            Answer::Accepted { candidate, replayed: true, .. } => format!("{candidate} again"),
            Answer::Accepted { candidate, .. } => candidate,
            Answer::Refused(Refused { request_id, refusal, .. }) => {
                format!("{request_id}: {}", refusal.reason().map_or("", ErrorReason::wire_name))
            }
            Answer::Unreadable(error) => error.to_string(),
        });
    }
    Ok(shown)
}

fn ids(count: usize) -> Vec<String> {
    items(count).into_iter().map(|item| item.request_id).collect()
}

#[tokio::test]
async fn every_item_is_answered_in_order_and_the_refused_do_not_stop_the_others() {
    let bench = bench(Scripted::default()).await;
    let unreadable = LineError {
        line: 2,
        column: None,
        request_id: None,
        field: None,
        reason: Some(ErrorReason::RequestMalformed),
        what: "not JSON".to_owned(),
        mend: String::new(),
    };
    let input = stream::iter([Ok(item("a")), Err(unreadable), Ok(item("bad")), Ok(item("c")), Ok(item("a"))]);
    let mut proposing = bench.propose(input);
    let mut shown = all(&mut proposing).await.expect("no cut");
    // What cannot be sent is told when it is read; the others keep their order.
    shown.retain(|answer| answer != "line 2: not JSON");
    assert_eq!(shown, ["a", "bad: PAYLOAD_INVALID", "c", "a again"]);
    let refused = [("PAYLOAD_INVALID".to_owned(), 1), ("REQUEST_MALFORMED".to_owned(), 1)].into();
    assert_eq!(proposing.tally(), &Tally { accepted: 2, replayed: 1, refused });
    assert_eq!(proposing.tally().refused_in_all(), 2);
    assert_eq!(bench.server.streams.load(Ordering::SeqCst), 1);
    assert!(proposing.next().await.expect("still well").is_none(), "it stays at its end");
}

#[tokio::test]
async fn without_items_nobody_is_called() {
    let bench = bench(Scripted::default()).await;
    assert_eq!(all(&mut bench.propose(ready(Vec::new()))).await.expect("nothing to do"), Vec::<String>::new());
    assert_eq!(bench.server.streams.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn after_a_cut_it_goes_on_behind_the_last_answer_and_keeps_nothing_twice() {
    // Two items were kept and not answered when the stream broke: they are answered as replayed.
    for end in [End::Broken, End::Silent, End::Refusal(ErrorReason::ShuttingDown)] {
        let bench = bench(Scripted::new([Script { taken: 4, answered: 2, end }])).await;
        let mut proposing = bench.propose(ready(items(6)));
        let expected = ["item-0", "item-1", "item-2 again", "item-3 again", "item-4", "item-5"];
        assert_eq!(all(&mut proposing).await.expect("it goes on"), expected);
        assert_eq!(proposing.tally(), &Tally { accepted: 4, replayed: 2, ..Tally::default() });
        assert_eq!(bench.server.kept.lock().expect("unharmed").len(), 6);
        assert_eq!(bench.server.streams.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn an_answer_between_cuts_starts_the_patience_over() {
    let one_each = Script { taken: 1, answered: 1, end: End::Broken };
    let cuts = usize::try_from(CUTS_MAX).expect("few") * 2;
    let bench = bench(Scripted::new(vec![one_each; cuts])).await;
    let mut proposing = bench.propose(ready(items(cuts + 3)));
    assert_eq!(all(&mut proposing).await.expect("each stream brought an answer"), ids(cuts + 3));
}

#[tokio::test]
async fn a_stream_that_is_always_cut_is_given_up_after_growing_pauses() {
    let nothing = Script { taken: 1, answered: 0, end: End::Broken };
    let bench = bench(Scripted::new(vec![nothing; 50])).await;
    let started = bench.clock.now();
    let mut proposing = bench.propose(ready(items(3)));
    let stopped = all(&mut proposing).await.expect_err("never answered");
    assert_eq!(
        (proposing.unanswered(), proposing.tally()),
        (3, &Tally::default()),
        "it can be told what became of them"
    );
    assert!(matches!(&stopped, Stopped::Lost { last } if last == "broken pipe"), "{stopped:?}");
    // One try at once and one after each pause: 0.1, 0.2, … 6.4, then three times 10 seconds.
    assert_eq!(bench.server.streams.load(Ordering::SeqCst), usize::try_from(CUTS_MAX).expect("few") + 1);
    assert_eq!(bench.clock.now().duration_since(started).as_millis(), 42_700);
}

#[tokio::test]
async fn a_refusal_of_the_stream_itself_is_told_at_once() {
    let bench =
        bench(Scripted::new([Script { taken: 1, answered: 0, end: End::Refusal(ErrorReason::WorkspaceDenied) }])).await;
    let stopped = all(&mut bench.propose(ready(items(3)))).await.expect_err("refused");
    assert!(matches!(stopped, Stopped::Refused(_)), "{stopped:?}");
    assert_eq!(bench.server.streams.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_out_of_step_is_not_taken_for_another_items() {
    let bench = bench(Scripted::new([Script { taken: 2, answered: 1, end: End::Confused }])).await;
    let mut proposing = bench.propose(ready(items(3)));
    let first = proposing.next().await.expect("in step");
    assert!(matches!(first, Some(Answer::Accepted { .. })));
    let stopped = proposing.next().await.expect_err("out of step");
    assert!(matches!(stopped, Stopped::OutOfStep { due, answered } if due == "item-1" && answered == "another"));
}

#[tokio::test]
async fn an_item_that_ends_the_stream_is_found_and_refused_and_the_others_go_on() {
    let too_large = Script { taken: 9, answered: 9, end: End::TooLarge("item-2") };
    // Once among the others, once alone behind those before it.
    let bench = bench(Scripted::new(vec![too_large; 2])).await;
    let mut proposing = bench.propose(ready(items(5)));
    let mut shown = all(&mut proposing).await.expect("it goes on");
    let expected = ["item-0", "item-1", "item-2: MESSAGE_TOO_LARGE", "item-3", "item-4"];
    assert_eq!(shown.len(), expected.len());
    for answer in &mut shown {
        *answer = answer.replace(" again", "");
    }
    assert_eq!(shown, expected);
    assert_eq!(proposing.tally().refused_in_all(), 1);
}

#[tokio::test]
async fn an_item_over_the_transports_limit_is_never_sent() {
    let bench = bench(Scripted::default()).await;
    let sized = |bytes: usize| {
        let mut item = item("large");
        let request = |item: &Item| StreamProposalsRequest {
            parent: "workspaces/demo".to_owned(),
            request_id: item.request_id.clone(),
            proposal: Some(item.proposal.clone()),
        };
        while request(&item).encoded_len() < bytes {
            let missing = bytes - request(&item).encoded_len();
            item.proposal.reason.push_str(&"x".repeat(missing.saturating_sub(16).max(1)));
        }
        item
    };
    let input = vec![sized(TRANSPORT_MAX_BYTES), sized(TRANSPORT_MAX_BYTES + 1), item("small")];
    let shown = all(&mut bench.propose(ready(input))).await.expect("no cut");
    let large: Vec<_> = shown.iter().map(String::as_str).filter(|answer| answer.starts_with("large")).collect();
    assert_eq!(large.len(), 2);
    assert!(large.contains(&"large") && large.contains(&"large: MESSAGE_TOO_LARGE"), "{shown:?}");
    assert!(shown.contains(&"small".to_owned()));
    assert_eq!(bench.server.streams.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn no_more_is_read_than_the_window_holds() {
    let server = Scripted { hold_back: WINDOW_MAX_ITEMS, ..Scripted::default() };
    let bench = bench(server).await;
    let read = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&read);
    let total = 3 * WINDOW_MAX_ITEMS;
    let input = stream::iter(items(total).into_iter().map(Ok)).inspect(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
    });
    let mut proposing = bench.propose(input);
    // The server answers only once it has a whole window; by the first answer exactly that was read.
    assert!(proposing.next().await.expect("no cut").is_some());
    assert_eq!(read.load(Ordering::SeqCst), WINDOW_MAX_ITEMS);
    assert_eq!(all(&mut proposing).await.expect("no cut").len(), total - 1);
    assert_eq!(read.load(Ordering::SeqCst), total);
}
