use std::sync::Arc;
use std::time::Duration;

use countersign_api::{
    ledger::v1::{
        ErasedSubject, FollowErasuresRequest, RepeatErasureRequest, erasure_service_client::ErasureServiceClient,
    },
    name::{CandidateName, Workspace},
};
use service_kit::{clock::Clock, grpc::AuthorizedChannel, shutdown::Shutdown};

use crate::{
    relay::BackOff,
    store::{EraseJob, Erased, Error as StoreError, FollowedJob, Store, WriteError},
};

/// How long to wait for whoever reads an old part of the WAL.
const WAL_WAIT: Duration = Duration::from_secs(1);

/// Follows the erasures of one workspace.
#[derive(Debug)]
pub(super) struct Follower {
    pub(super) workspace: Workspace,
    pub(super) store: Store,
    pub(super) ledger: ErasureServiceClient<AuthorizedChannel>,
    pub(super) clock: Arc<dyn Clock>,
}

/// Why following stopped.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error("the ledger does not answer: {0}")]
    Ledger(#[from] tonic::Status),
    #[error("the database can not be read: {0}")]
    Store(#[from] StoreError),
    #[error("the erasure can not be written: {0}")]
    Write(#[from] WriteError),
    #[error("the ledger ended the stream")]
    Ended,
    #[error("the ledger answered with what is no index")]
    NoIndex,
}

impl Follower {
    /// Follows until the drain begins.
    pub(super) async fn run(self, shutdown: Shutdown) {
        let mut back_off = BackOff::default();
        loop {
            let ended = tokio::select! {
                ended = self.follow(&mut back_off) => ended,
                () = shutdown.draining() => return,
            };
            let Err(error) = ended;
            let wait = back_off.next();
            let (workspace, wait_ms) = (self.workspace.id(), wait.as_millis());
            tracing::warn!(workspace, %error, wait_ms, "erasures are not followed; contents that the ledger erased may still be here");
            tokio::select! {
                () = self.clock.sleep_until(self.clock.now() + wait) => {}
                () = shutdown.draining() => return,
            }
        }
    }

    async fn follow(&self, back_off: &mut BackOff) -> Result<std::convert::Infallible, FollowError> {
        let start = self.store.read().erasures_followed(&self.workspace).await?;
        let request = FollowErasuresRequest {
            parent: self.workspace.to_string(),
            start_index: i64::try_from(start).map_err(|_| FollowError::NoIndex)?,
        };
        let mut stream = self.ledger.clone().follow_erasures(request).await?.into_inner();
        loop {
            let chunk = stream.message().await?.ok_or(FollowError::Ended)?;
            for erased in chunk.erased {
                self.carry_out(erased).await?;
            }
            back_off.reset();
        }
    }

    /// Carries out one erasure and notes that it is done.
    ///
    /// A crash before the note has it done again from the beginning, which finds nothing left to do, and the WAL emptied.
    async fn carry_out(&self, erased: ErasedSubject) -> Result<(), FollowError> {
        let entry_index = u64::try_from(erased.entry_index).map_err(|_| FollowError::NoIndex)?;
        let candidate = erased.subject.parse::<CandidateName>();
        if let Ok(candidate) = candidate
            && candidate.workspace == self.workspace
        {
            self.erase(candidate, entry_index).await?;
        }
        let followed = FollowedJob { workspace: self.workspace.clone(), next_index: entry_index + 1 };
        Ok(self.store.note_followed(followed).await?)
    }

    async fn erase(&self, candidate: CandidateName, entry_index: u64) -> Result<(), FollowError> {
        let mut receipts = self.store.signals().receipts();
        let mut erased_below = entry_index;
        loop {
            // Seen before the rows are read: a receipt that comes in between is seen again, never missed.
            receipts.mark_unchanged();
            let job = EraseJob { candidate: candidate.clone(), entry_index, erased_below };
            match self.store.erase(job).await? {
                Erased::Done => break,
                Erased::Unknown => return Ok(()),
                Erased::NotYetRecorded => receipts.changed().await.map_err(|_| FollowError::Ended)?,
                Erased::CameLate => {
                    let request =
                        RepeatErasureRequest { parent: self.workspace.to_string(), subject: candidate.to_string() };
                    let repeated = self.ledger.clone().repeat_erasure(request).await?.into_inner();
                    let index =
                        repeated.receipt.map(|receipt| receipt.index).and_then(|index| u64::try_from(index).ok());
                    let index = index.filter(|index| *index > erased_below).ok_or(FollowError::NoIndex)?;
                    erased_below = index;
                }
            }
        }
        while !self.store.empty_wal().await? {
            tracing::warn!(
                workspace = self.workspace.id(),
                "somebody reads an old part of the WAL, which holds erased contents still"
            );
            self.clock.sleep_until(self.clock.now() + WAL_WAIT).await;
        }
        tracing::info!(workspace = self.workspace.id(), candidate = %candidate.id, entry_index, "a candidate's contents were erased");
        Ok(())
    }
}
