use std::sync::Arc;
use std::time::Duration;

use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use countersign_api::candidate::v1::stream_proposals_response::Result as Outcome;
use countersign_api::candidate::v1::{StreamProposalsRequest, StreamProposalsResponse};
use countersign_api::error::v1::ErrorReason;
use countersign_api::name::Workspace;
use futures::stream::{self, Stream, StreamExt as _};
use prost::Message as _;
use service_kit::clock::Clock;
use service_kit::grpc::{AuthorizedChannel, TRANSPORT_MAX_BYTES};
use service_kit::rejection::Rejection;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::backoff::Backoff;
use super::resume::{self, Ended};
use super::window::{Unanswered, WINDOW_MAX_ITEMS, Window};
use super::{Answer, Refused, Stopped, Tally};
use crate::propose::Item;
use crate::propose::jsonl::LineError;
use crate::refusal::Refusal;

/// What is said of a stream that the server ended without a word while answers were due.
const ENDED_EARLY: &str = "the server ended it";

/// Items on their way in.
#[derive(Debug)]
pub struct Proposing<S> {
    client: ProposalServiceClient<AuthorizedChannel>,
    parent: String,
    input: S,
    has_input_ended: bool,
    window: Window,
    connection: Option<Connection>,
    backoff: Backoff,
    tally: Tally,
}

#[derive(Debug)]
struct Connection {
    outgoing: mpsc::Sender<StreamProposalsRequest>,
    answers: Streaming<StreamProposalsResponse>,
}

/// Makes input of items that are there already.
pub fn ready(items: Vec<Item>) -> impl Stream<Item = Result<Item, LineError>> + Unpin + Send {
    stream::iter(items.into_iter().map(Ok))
}

impl<S> Proposing<S>
where
    S: Stream<Item = Result<Item, LineError>> + Unpin,
{
    /// Begins to propose in a workspace; the clock times the pauses before a cut stream is opened again.
    pub fn new(
        client: ProposalServiceClient<AuthorizedChannel>,
        workspace: &Workspace,
        clock: Arc<dyn Clock>,
        input: S,
    ) -> Self {
        Self {
            client,
            parent: workspace.to_string(),
            input,
            has_input_ended: false,
            window: Window::default(),
            connection: None,
            backoff: Backoff::new(clock),
            tally: Tally::default(),
        }
    }

    /// Returns what became of the next item; nothing when all are answered. Items are answered in the order of the input; one
    /// that cannot be sent at all is answered when it is read.
    ///
    /// Nothing is read or sent while nobody asks for answers: whoever is slow to take them holds the input back. A call that is dropped
    /// loses nothing.
    ///
    /// # Errors
    /// [`Stopped`]: what was not answered may or may not be kept; sent again, it is the same request.
    pub async fn next(&mut self) -> Result<Option<Answer>, Stopped> {
        loop {
            if self.has_input_ended && self.window.is_empty() {
                self.finish().await;
                return Ok(None);
            }
            if let Some(answer) = self.step().await? {
                self.tally.count(&answer);
                return Ok(Some(answer));
            }
        }
    }

    /// Returns how many items met which answer so far.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Returns how many items were read and are not answered: when it was given up, nobody knows whether they are kept.
    pub fn unanswered(&self) -> usize {
        self.window.len()
    }

    async fn step(&mut self) -> Result<Option<Answer>, Stopped> {
        let may_read = !self.has_input_ended && self.window.has_room();
        let Some(connection) = &mut self.connection else {
            if self.window.is_empty() {
                let input = self.input.next().await;
                return Ok(self.take(input));
            }
            return self.connect().await;
        };
        tokio::select! {
            input = self.input.next(), if may_read => Ok(self.take(input)),
            answer = connection.answers.next() => match answer {
                Some(Ok(response)) => self.answered(response).map(Some),
                Some(Err(status)) => self.ended(status),
                None => self.cut(None, ENDED_EARLY),
            },
        }
    }

    fn take(&mut self, input: Option<Result<Item, LineError>>) -> Option<Answer> {
        let item = match input {
            Some(Ok(item)) => item,
            Some(Err(error)) => return Some(Answer::Unreadable(error)),
            None => {
                self.has_input_ended = true;
                return None;
            }
        };
        let Item { request_id, origin, proposal } = item;
        let request = StreamProposalsRequest { parent: self.parent.clone(), request_id, proposal: Some(proposal) };
        let bytes = request.encoded_len();
        if bytes > TRANSPORT_MAX_BYTES {
            // Sent, it would end the stream for the others.
            let message = format!("the item has `{bytes}` bytes, a message may have {TRANSPORT_MAX_BYTES}: shorten it");
            let refusal = Refusal::read(&Rejection::new(ErrorReason::MessageTooLarge, message).into_status());
            return Some(Answer::Refused(Refused { request_id: request.request_id, origin, refusal }));
        }
        self.window.push(request, origin);
        self.send_what_is_due();
        None
    }

    async fn connect(&mut self) -> Result<Option<Answer>, Stopped> {
        self.backoff.wait().await;
        let (outgoing, requests) = mpsc::channel(WINDOW_MAX_ITEMS);
        // A server may want to see the first item before it answers at all.
        self.window.start_over();
        send_all(&mut self.window, &outgoing);
        match self.client.stream_proposals(ReceiverStream::new(requests)).await {
            Ok(response) => {
                self.connection = Some(Connection { outgoing, answers: response.into_inner() });
                Ok(None)
            }
            Err(status) => self.ended(status),
        }
    }

    fn send_what_is_due(&mut self) {
        if let Some(connection) = &self.connection {
            send_all(&mut self.window, &connection.outgoing);
        }
    }

    fn answered(&mut self, response: StreamProposalsResponse) -> Result<Answer, Stopped> {
        let StreamProposalsResponse { request_id: answered, result } = response;
        let (item, outcome) = match (self.window.pop(), result) {
            (Some(item), Some(outcome)) if item.request.request_id == answered => (item, outcome),
            (item, _) => {
                let due = item.map(|item| item.request.request_id).unwrap_or_default();
                return Err(Stopped::OutOfStep { due, answered });
            }
        };
        self.backoff.answered();
        self.send_what_is_due();
        Ok(match outcome {
            Outcome::Accepted(accepted) => Answer::Accepted {
                candidate: accepted.candidate,
                revision: accepted.revision,
                replayed: accepted.replayed,
            },
            Outcome::Refused(status) => refused(item, Refusal::of_item(&status)),
        })
    }

    fn ended(&mut self, status: Status) -> Result<Option<Answer>, Stopped> {
        self.connection = None;
        match resume::read(&status) {
            Ended::Refused => Err(Stopped::Refused(Box::new(status))),
            Ended::Again(asked) => self.cut(asked, status.message()),
            Ended::ByLargeItem => match self.window.single_out() {
                Some(item) => Ok(Some(refused(item, Refusal::read(&status)))),
                None => self.cut(None, status.message()),
            },
        }
    }

    fn cut(&mut self, asked: Option<Duration>, last: &str) -> Result<Option<Answer>, Stopped> {
        self.connection = None;
        // A stream that ends while everything is answered lost nothing; the next item opens another.
        if self.window.is_empty() || self.backoff.cut(asked) {
            Ok(None)
        } else {
            Err(Stopped::Lost { last: last.to_owned() })
        }
    }

    /// Tells the server that nothing more comes, and lets it end the stream.
    async fn finish(&mut self) {
        if let Some(Connection { outgoing, mut answers }) = self.connection.take() {
            drop(outgoing);
            // Everything is answered: however it ends, nothing is lost.
            let _ = answers.next().await;
        }
    }
}

fn send_all(window: &mut Window, outgoing: &mpsc::Sender<StreamProposalsRequest>) {
    while let Some(request) = window.next_to_send() {
        // There is room for a whole window, so it can only be that the connection broke: then all of it is sent again.
        let _ = outgoing.try_send(request.clone());
    }
}

fn refused(item: Unanswered, refusal: Refusal) -> Answer {
    Answer::Refused(Refused { request_id: item.request.request_id, origin: item.origin, refusal })
}
