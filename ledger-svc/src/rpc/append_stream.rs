use std::sync::Arc;

use countersign_api::ledger::v1::{
    AppendStreamRequest, AppendStreamResponse, append_stream_response::Result as Outcome,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use service_kit::{call::CallContext, group_commit::SubmitError, rejection::Rejection};
use tonic::{Status, Streaming};

use super::{new_entry, service::LedgerRpc, status, wire};
use crate::{appender::Receiving, limits::STREAM_MAX_IN_FLIGHT, log::Log};

/// Appends what comes in; answers in the order sent, each item after its commit.
///
/// Reading stops while too many items wait, so a sender who does not read its answers, or a slow disk, pushes back on the sender.
pub(super) fn answer(
    rpc: LedgerRpc,
    call: CallContext,
    inbound: Streaming<AppendStreamRequest>,
) -> BoxStream<'static, Result<AppendStreamResponse, Status>> {
    let intake = Intake { rpc, call, inbound, log: None, has_ended: false };
    // One after the other here keeps the sender's order in the queue; the commits are then awaited together.
    stream::unfold(intake, |mut intake| async move { intake.next().await.map(|item| (item, intake)) })
        .map(Item::outcome)
        .buffered(STREAM_MAX_IN_FLIGHT)
        .boxed()
}

/// One item on its way.
enum Item {
    Waiting {
        idempotency_key: String,
        log: Arc<Log>,
        receiving: Receiving,
    },
    Refused {
        idempotency_key: String,
        rejection: Box<Rejection>,
    },
    /// The stream ends here, after everything before has been answered.
    End(Status),
}

struct Intake {
    rpc: LedgerRpc,
    call: CallContext,
    inbound: Streaming<AppendStreamRequest>,
    /// The log that the first item named, and how.
    log: Option<(String, Arc<Log>)>,
    has_ended: bool,
}

impl Intake {
    async fn next(&mut self) -> Option<Item> {
        if self.has_ended {
            return None;
        }
        let request = tokio::select! {
            biased;
            () = self.rpc.shutdown.draining() => Err(status::shutting_down().into()),
            request = self.inbound.message() => request,
        };
        let item = match request {
            Ok(Some(request)) => self.take(request).await.unwrap_or_else(Item::End),
            Ok(None) => return None,
            Err(status) => Item::End(status),
        };
        self.has_ended = matches!(item, Item::End(_));
        Some(item)
    }

    async fn take(&mut self, request: AppendStreamRequest) -> Result<Item, Status> {
        let entry = request.entry.unwrap_or_default();
        let idempotency_key = entry.idempotency_key.clone();
        let refuse =
            |rejection| Item::Refused { idempotency_key: idempotency_key.clone(), rejection: Box::new(rejection) };
        let log = match &self.log {
            Some((parent, log)) if *parent == request.parent => Arc::clone(log),
            Some((parent, _)) => {
                let description = format!("is not the stream's `{parent}`; open a stream for each workspace");
                return Ok(refuse(Rejection::malformed("parent", description)));
            }
            None => {
                let log = self.rpc.workspace_log(&self.call, &request.parent)?;
                self.log.insert((request.parent, log)).1.clone()
            }
        };
        let entry = match new_entry::parse("entry", entry) {
            Ok(entry) => entry,
            Err(rejection) => return Ok(refuse(rejection)),
        };
        match self.rpc.appender.enqueue(Arc::clone(&log), entry).await {
            Ok(receiving) => Ok(Item::Waiting { idempotency_key, log, receiving }),
            Err(SubmitError::ShuttingDown) => Err(status::shutting_down().into()),
            Err(error @ (SubmitError::Failed | SubmitError::Full { .. })) => Ok(refuse(error.into())),
        }
    }
}

impl Item {
    async fn outcome(self) -> Result<AppendStreamResponse, Status> {
        let (idempotency_key, outcome) = match self {
            Self::Waiting { idempotency_key, log, receiving } => {
                let outcome = match receiving.receive().await {
                    Ok(appended) => {
                        let [appended] = appended.as_slice() else { unreachable!("one entry has one receipt") };
                        Outcome::Receipt(wire::receipt(appended))
                    }
                    Err(error) => Outcome::Refused(status::of_append(&log, error).into_rpc_status()),
                };
                (idempotency_key, outcome)
            }
            Self::Refused { idempotency_key, rejection } => {
                (idempotency_key, Outcome::Refused(rejection.into_rpc_status()))
            }
            Self::End(status) => return Err(status),
        };
        Ok(AppendStreamResponse { idempotency_key, result: Some(outcome) })
    }
}
