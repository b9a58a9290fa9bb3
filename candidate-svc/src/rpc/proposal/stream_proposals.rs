use std::sync::Arc;

use countersign_api::{
    candidate::v1::{
        ProposalAccepted, StreamProposalsRequest, StreamProposalsResponse, stream_proposals_response::Result as Outcome,
    },
    name::Workspace,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use prost::Message;
use service_kit::call::CallContext;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, Streaming};

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
    inbound: Streaming<StreamProposalsRequest>,
) -> BoxStream<'static, Result<StreamProposalsResponse, Status>> {
    let window = Arc::new(Semaphore::new(WINDOW_BYTES));
    let intake = Intake { parts, call, inbound, window, workspace: None, has_ended: false };
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
    inbound: Streaming<StreamProposalsRequest>,
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
            () = self.parts.shutdown.draining() => Err(status::shutting_down()),
            request = self.inbound.message() => request,
        };
        let item = match request {
            Ok(Some(request)) => self.take(request).await,
            Ok(None) => return None,
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
