use std::sync::Arc;

use countersign_api::{
    candidate::v1::{
        ProposalAccepted, StreamProposalsRequest, StreamProposalsResponse, stream_proposals_response::Result as Outcome,
    },
    name::Workspace,
};
use futures::{
    Stream, StreamExt,
    stream::{self, BoxStream},
};
use prost::Message;
use service_kit::call::CallContext;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::Status;

use super::take::{self, ITEM_MAX_BYTES};
use crate::{
    rpc::{Parts, status},
    store::{Changed, Entered, WriteError},
    wire::{FieldError, words::Word},
};

/// The most items of one stream that wait for their answers.
pub(super) const WINDOW_ITEMS: usize = 1_024;

/// The most bytes of items of one stream that wait for their answers.
pub(super) const WINDOW_BYTES: usize = 4 * 1024 * 1024;

const _: () = assert!(ITEM_MAX_BYTES <= WINDOW_BYTES, "every item finds room in an empty window");

/// Takes proposals in and answers them in the order sent, each after its commit.
///
/// Nothing is read while the window or the writer's queue is full, so a proposer who does not read its answers, or a slow
/// disk, pushes back on the proposer.
pub(super) fn answer(
    parts: Parts,
    call: CallContext,
    inbound: impl Stream<Item = Result<StreamProposalsRequest, Status>> + Send + 'static,
) -> BoxStream<'static, Result<StreamProposalsResponse, Status>> {
    let window = Arc::new(Semaphore::new(WINDOW_BYTES));
    let intake = Intake { parts, call, inbound: inbound.boxed(), window, workspace: None, has_ended: false };
    // One after the other here keeps the sender's order in the queue; the commits are then awaited together.
    stream::unfold(intake, |mut intake| async move { intake.next().await.map(|item| (item, intake)) })
        .map(Item::answer)
        .buffered(WINDOW_ITEMS)
        .boxed()
}

/// One item on its way.
enum Item {
    Waiting {
        request_id: String,
        entered: Entered,
        room: OwnedSemaphorePermit,
    },
    Refused {
        request_id: String,
        status: Status,
    },
    /// The stream ends here, after everything before has been answered.
    End(Status),
}

struct Intake {
    parts: Parts,
    call: CallContext,
    inbound: BoxStream<'static, Result<StreamProposalsRequest, Status>>,
    window: Arc<Semaphore>,
    /// The workspace of the stream's first item, and how it named it.
    workspace: Option<(String, Workspace)>,
    has_ended: bool,
}

impl Intake {
    async fn next(&mut self) -> Option<Item> {
        if self.has_ended {
            return None;
        }
        let request = tokio::select! {
            biased;
            () = self.parts.shutdown.draining() => Some(Err(status::shutting_down())),
            request = self.inbound.next() => request,
        };
        let item = match request? {
            Ok(request) => self.take(request).await,
            Err(status) => Item::End(status),
        };
        self.has_ended = matches!(item, Item::End(_));
        Some(item)
    }

    async fn take(&mut self, request: StreamProposalsRequest) -> Item {
        let bytes = request.encoded_len();
        let StreamProposalsRequest { parent, request_id, proposal } = request;
        let refused = |request_id, status| Item::Refused { request_id, status };
        if let Err(status) = take::check_length(bytes) {
            return refused(request_id, status);
        }
        let workspace = match self.workspace_of(parent) {
            Ok(workspace) => workspace,
            Err(WorkspaceRefused::Item(status)) => return refused(request_id, status),
            Err(WorkspaceRefused::Stream(status)) => return Item::End(status),
        };
        let job = match take::proposal(&self.parts, &self.call, &workspace, &request_id, proposal).await {
            Ok(job) => job,
            Err(status) => return refused(request_id, status),
        };
        let bytes = u32::try_from(bytes).expect("invariant: an item is at most 256 KiB");
        let room =
            Arc::clone(&self.window).acquire_many_owned(bytes).await.expect("invariant: the window is never closed");
        match self.parts.store.enter_proposal(job).await {
            Ok(entered) => Item::Waiting { request_id, entered, room },
            Err(error) => Item::End(error.into()),
        }
    }

    fn workspace_of(&mut self, parent: String) -> Result<Workspace, WorkspaceRefused> {
        match &self.workspace {
            Some((first, workspace)) if *first == parent => Ok(workspace.clone()),
            Some((first, _)) => {
                let description = format!("is not the stream's `{first}`; open a stream for each workspace");
                Err(WorkspaceRefused::Item(FieldError::new("parent", description).into()))
            }
            None => {
                let workspace = Parts::workspace(&self.call, &parent).map_err(WorkspaceRefused::Stream)?;
                self.workspace = Some((parent, workspace.clone()));
                Ok(workspace)
            }
        }
    }
}

enum WorkspaceRefused {
    Item(Status),
    Stream(Status),
}

impl Item {
    async fn answer(self) -> Result<StreamProposalsResponse, Status> {
        let (request_id, outcome) = match self {
            Self::Waiting { request_id, entered, room } => {
                let answer = entered.answer().await;
                drop(room);
                let outcome = match answer {
                    Ok(changed) => Outcome::Accepted(accepted(&changed)),
                    Err(error @ WriteError::Denied(_)) => Outcome::Refused(status::of_item(&error.into())),
                    // Whether this item was committed is not known, and no later one will be: the proposer sends again.
                    Err(error @ WriteError::NotTaken(_)) => return Err(error.into()),
                };
                (request_id, outcome)
            }
            Self::Refused { request_id, status } => (request_id, Outcome::Refused(status::of_item(&status))),
            Self::End(status) => return Err(status),
        };
        Ok(StreamProposalsResponse { request_id, result: Some(outcome) })
    }
}

fn accepted(changed: &Changed) -> ProposalAccepted {
    let candidate = &changed.candidate;
    ProposalAccepted {
        candidate: candidate.name.to_string(),
        revision: i64::try_from(candidate.revision).unwrap_or(i64::MAX),
        state: candidate.state.name().to_wire().into(),
        digest: candidate.payload.digest().as_bytes().to_vec(),
        replayed: changed.replayed,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use countersign_api::candidate::v1::{Evidence, Proposal};

    use super::*;
    use crate::tests::support::{Bench, evidence, item, item_reason, proposal};

    fn heavy(n: usize) -> StreamProposalsRequest {
        let piece = Evidence { summary: "x".repeat(4_000), ..evidence("note") };
        item(&format!("p{n}"), Proposal { evidence: vec![piece; 10], ..proposal(&n.to_string()) })
    }

    /// Counts what is read of an endless supply of items.
    fn supply(
        make: fn(usize) -> StreamProposalsRequest,
    ) -> (Arc<AtomicUsize>, impl Stream<Item = Result<StreamProposalsRequest, Status>> + Send + 'static) {
        let read = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&read);
        let items = stream::iter(0..).map(move |n| {
            counter.fetch_add(1, Ordering::SeqCst);
            Ok(make(n))
        });
        (read, items)
    }

    #[tokio::test]
    async fn nothing_more_is_read_while_the_window_is_full() {
        let bench = Bench::open().await;
        let fit = WINDOW_BYTES / heavy(0).encoded_len();
        let (read, items) = supply(heavy);
        let mut answers = answer(bench.parts(), Bench::call("generators/rules"), items);
        for n in 0..3 * fit {
            let answer = answers.next().await.expect("an answer").expect("an answer");
            assert_eq!((answer.request_id.clone(), item_reason(&answer)), (format!("p{n}"), None));
            // One more waits at the door for room.
            let unanswered = read.load(Ordering::SeqCst) - n;
            assert!(unanswered <= 2 * fit + 1, "{unanswered} items are held at answer {n}");
        }
    }

    #[tokio::test]
    async fn no_more_items_wait_than_the_window_counts() {
        let bench = Bench::open().await;
        let (read, items) = supply(|n| item(&format!("p{n}"), proposal("7")));
        let mut answers = answer(bench.parts(), Bench::call("generators/rules"), items);
        answers.next().await.expect("an answer").expect("an answer");
        let read = read.load(Ordering::SeqCst);
        assert!(read <= WINDOW_ITEMS + 1, "{read} items were read for one answer");
    }

    #[test]
    fn an_item_is_at_most_256_kib() {
        for (bytes, fits) in [(ITEM_MAX_BYTES - 1, true), (ITEM_MAX_BYTES, true), (ITEM_MAX_BYTES + 1, false)] {
            assert_eq!(take::check_length(bytes).is_ok(), fits, "{bytes}");
        }
    }
}
