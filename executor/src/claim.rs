use std::{pin::pin, sync::Arc};

use countersign_api::candidate::v1::{
    ClaimExecutionsRequest, ClaimExecutionsResponse, execution_service_client::ExecutionServiceClient,
};
use futures::{StreamExt, stream::FuturesUnordered};
use service_kit::{clock::Clock, grpc::AuthorizedChannel, shutdown::Shutdown};
use tokio::task::{JoinError, JoinHandle};
use tonic::Status;

use crate::{
    answer::is_final,
    backoff::Backoff,
    held::Held,
    permit::{Claim, Received},
    store,
    tally::{Ending, Tally},
    verify::Verifier,
    work::Worker,
};

/// The most permits that are verified together and share one commit of the checkpoint they led to.
const VERIFY_MAX: usize = 64;

/// Claims permits of one workspace and sees each to its end.
#[derive(Debug)]
pub(crate) struct Claimer {
    /// What is asked for on every connection.
    pub request: ClaimExecutionsRequest,
    pub client: ExecutionServiceClient<AuthorizedChannel>,
    pub clock: Arc<dyn Clock>,
    pub verifier: Verifier,
    pub worker: Worker,
    pub held: Held,
}

/// Why an executor stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The server will not hand out permits to this caller.
    #[error("the server hands out no permits in `{workspace}`; check the executor's token and its operations")]
    NotAllowed {
        /// The workspace.
        workspace: String,
        /// What the server says.
        source: Box<Status>,
    },
    /// The memory of checkpoints does not work: nothing can be verified any more.
    #[error("the executor of `{workspace}` can not remember checkpoints and stops; restart it once its disk works")]
    MemoryFailed {
        /// The workspace.
        workspace: String,
        /// What does not work.
        source: store::Error,
    },
}

/// Permits on their way to a report.
type Working = FuturesUnordered<JoinHandle<(Claim, Ending)>>;

/// How one stream of permits ended.
enum StreamEnd {
    /// The process is shutting down.
    Draining,
    /// Nothing is left to claim.
    NothingLeft,
    /// The stream broke, or never began.
    Cut(Status),
    /// Nothing can be verified any more.
    MemoryFailed(store::Error),
}

impl Claimer {
    /// Claims until the process drains or, with `drain`, until nothing is left; then waits for what is in hand.
    pub(crate) async fn run(&mut self, drain: bool, shutdown: &Shutdown) -> Result<Tally, RunError> {
        self.request.drain = drain;
        let mut tally = Tally::default();
        let mut working = Working::new();
        let mut backoff = Backoff::new(Arc::clone(&self.clock));
        let ended = loop {
            match self.follow_stream(&mut working, &mut tally, &mut backoff, shutdown).await {
                StreamEnd::Draining | StreamEnd::NothingLeft => break Ok(()),
                StreamEnd::MemoryFailed(source) => {
                    break Err(RunError::MemoryFailed { workspace: self.request.parent.clone(), source });
                }
                StreamEnd::Cut(status) if drain && is_final(status.code()) => {
                    let (workspace, source) = (self.request.parent.clone(), Box::new(status));
                    break Err(RunError::NotAllowed { workspace, source });
                }
                StreamEnd::Cut(status) => {
                    let (code, reason) = (status.code(), status.message());
                    tracing::warn!(workspace = self.request.parent, ?code, reason, "the stream of permits is cut");
                }
            }
            tokio::select! {
                () = shutdown.draining() => break Ok(()),
                () = backoff.wait() => {}
            }
        };
        while let Some(finished) = working.next().await {
            self.settle(finished, &mut tally);
        }
        ended.map(|()| tally)
    }

    async fn follow_stream(
        &mut self,
        working: &mut Working,
        tally: &mut Tally,
        backoff: &mut Backoff,
        shutdown: &Shutdown,
    ) -> StreamEnd {
        self.held.stream_begins();
        let mut draining = pin!(shutdown.draining());
        let connected = tokio::select! {
            () = &mut draining => return StreamEnd::Draining,
            connected = self.client.claim_executions(self.request.clone()) => connected,
        };
        let mut permits = match connected {
            Ok(response) => response.into_inner().ready_chunks(VERIFY_MAX),
            Err(status) => return StreamEnd::Cut(status),
        };
        loop {
            let answers = tokio::select! {
                biased;
                () = &mut draining => return StreamEnd::Draining,
                Some(finished) = working.next(), if !working.is_empty() => {
                    self.settle(finished, tally);
                    continue;
                }
                answers = permits.next() => answers,
            };
            let Some(answers) = answers else {
                let early = || StreamEnd::Cut(Status::unavailable("the stream of permits ended by itself"));
                return if self.request.drain { StreamEnd::NothingLeft } else { early() };
            };
            let (received, cut) = self.take_in_hand(answers);
            if !received.is_empty() {
                backoff.reset();
            }
            if let Err(error) = self.start_work(received, working, shutdown).await {
                return StreamEnd::MemoryFailed(error);
            }
            if let Some(status) = cut {
                return StreamEnd::Cut(status);
            }
        }
    }

    /// Reads the permits that are new to this process, and the error that ended the stream behind them.
    fn take_in_hand(
        &mut self,
        answers: Vec<Result<ClaimExecutionsResponse, Status>>,
    ) -> (Vec<Received>, Option<Status>) {
        let mut received = Vec::with_capacity(answers.len());
        for answer in answers {
            let permit = match answer {
                Ok(response) => response.permit.unwrap_or_default(),
                Err(status) => return (received, Some(status)),
            };
            match Received::read(permit) {
                Ok(permit) if self.held.take(&permit.claim, permit.permit.reissued) => received.push(permit),
                Ok(permit) => tracing::debug!(claim = %permit.claim, "a permit in hand came again"),
                // Without a candidate there is nobody to report to: the claim lapses.
                Err(error) => tracing::error!(%error, "a permit names no candidate and is dropped"),
            }
        }
        (received, None)
    }

    async fn start_work(
        &mut self,
        received: Vec<Received>,
        working: &mut Working,
        shutdown: &Shutdown,
    ) -> Result<(), store::Error> {
        let verdicts = self.verifier.verify_all(received).await;
        for judged in verdicts.judged {
            self.worker.meters.in_hand.inc();
            let work = self.worker.clone().finish(judged, shutdown.clone());
            working.push(shutdown.spawn("execution", work));
        }
        verdicts.memory
    }

    fn settle(&mut self, finished: Result<(Claim, Ending), JoinError>, tally: &mut Tally) {
        self.worker.meters.in_hand.dec();
        match finished {
            Ok((claim, ending)) => {
                self.held.settle(claim);
                tally.count(ending);
            }
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_cancelled) => {}
        }
    }
}
