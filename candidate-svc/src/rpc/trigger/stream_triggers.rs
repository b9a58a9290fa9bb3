use std::collections::VecDeque;
use std::sync::Arc;

use countersign_api::{
    candidate::v1::{StreamTriggersRequest, StreamTriggersResponse},
    name::Workspace,
};
use futures::stream::{self, BoxStream};
use tokio::sync::watch;
use tonic::{Request, Status};

use super::place;
use crate::{
    domain::Trigger,
    listing::token::Binding,
    rpc::{Parts, until_drained::until_drained},
    store::Reader,
    wire::record,
};

/// How many triggers are read at a time.
const PAGE_ITEMS: u32 = 256;

/// Streams triggers in the order they were kept, and goes on as new ones are.
pub(super) async fn handle(
    parts: &Parts,
    request: Request<StreamTriggersRequest>,
) -> Result<BoxStream<'static, Result<StreamTriggersResponse, Status>>, Status> {
    let (call, request) = Parts::enter(request)?;
    let workspace = parts.workspace_read(&call, &request.parent).await?;
    let binding = Binding::new(&parts.seals, "StreamTriggers", &[&request.parent]);
    let after = place::after(&binding, &request.resume_token)?;
    let follower = Follower {
        reader: parts.store.read().clone(),
        commits: parts.store.signals().triggers(),
        workspace,
        binding,
        after,
        page: VecDeque::new(),
    };
    let triggers = stream::try_unfold(follower, |mut follower| async move {
        let next = follower.next().await?;
        Ok(next.map(|response| (response, follower)))
    });
    Ok(until_drained(triggers, parts.shutdown.clone()))
}

struct Follower {
    reader: Reader,
    commits: watch::Receiver<u64>,
    workspace: Workspace,
    binding: Binding,
    after: i64,
    page: VecDeque<(i64, Arc<Trigger>)>,
}

impl Follower {
    /// Waits for the next trigger; none only when the writer is gone.
    async fn next(&mut self) -> Result<Option<StreamTriggersResponse>, Status> {
        loop {
            if let Some((sequence, trigger)) = self.page.pop_front() {
                self.after = sequence;
                return Ok(Some(StreamTriggersResponse {
                    trigger: Some(record::trigger_to_wire(&trigger)),
                    resume_token: place::token(&self.binding, sequence),
                }));
            }
            // Seen before it is read: a commit in between is seen again, never missed.
            self.commits.mark_unchanged();
            self.page = self.reader.triggers(&self.workspace, self.after, PAGE_ITEMS).await?.into();
            if self.page.is_empty() && self.commits.changed().await.is_err() {
                return Ok(None);
            }
        }
    }
}
