use std::sync::Arc;

use countersign_api::{
    ledger::v1::{ProveConsistencyRequest, ledger_service_client::LedgerServiceClient},
    name::Workspace,
};
use jiff::Timestamp;
use ledger_format::{Checkpoint, ConsistencyProof, Hash, SignedCheckpoint, VerifyingKeys, checkpoint};
use service_kit::{clock::Clock, grpc::AuthorizedChannel};
use tonic::Status;

use crate::{
    answer::is_final,
    backoff::Backoff,
    deadline::{self, TooLate},
    doubt::Doubt,
    store::{self, CheckpointStore},
};

/// One log as this executor has seen it: no checkpoint is believed that does not continue the last one.
///
/// The very first checkpoint is believed on its signature alone; from then on the log can neither shrink nor fork unnoticed.
#[derive(Debug)]
pub(crate) struct Growth {
    workspace: Workspace,
    origin: String,
    last: Option<Checkpoint>,
    /// The signed note of `last`, as long as it is not durably remembered.
    unkept: Option<String>,
    /// None for a memory that ends with this process.
    store: Option<CheckpointStore>,
    ledger: LedgerServiceClient<AuthorizedChannel>,
    clock: Arc<dyn Clock>,
}

/// Why the memory of a log can not be taken up.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// It can not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is remembered is not signed by the pinned key.
    #[error(
        "the remembered checkpoint of `{origin}` is not signed by the pinned key; pin the key it was signed with, or find out who changed either"
    )]
    NotByPinnedKey {
        /// The log.
        origin: String,
        /// What does not hold.
        source: checkpoint::Error,
    },
}

impl Growth {
    /// Takes up the memory of a workspace's log.
    pub(crate) async fn recall(
        workspace: Workspace,
        origin: String,
        keys: &VerifyingKeys,
        store: Option<CheckpointStore>,
        ledger: LedgerServiceClient<AuthorizedChannel>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, MemoryError> {
        let remembered = match &store {
            Some(store) => store.load(&origin).await?,
            None => None,
        };
        let last = match remembered {
            None => None,
            Some(note) => {
                let checkpoint = SignedCheckpoint::parse(&note)
                    .and_then(|signed| signed.verify(keys, &origin).cloned())
                    .map_err(|source| MemoryError::NotByPinnedKey { origin: origin.clone(), source })?;
                Some(checkpoint)
            }
        };
        Ok(Self { workspace, origin, last, unkept: None, store, ledger, clock })
    }

    /// Follows the log to a checkpoint whose signature was verified, asking for a proof of growth until `at`.
    pub(crate) async fn follow(&mut self, seen: &Checkpoint, signed_note: &str, at: Timestamp) -> Result<(), Doubt> {
        if let Some(last) = &self.last {
            let (from, to) = (last.size(), seen.size());
            if to < from {
                return Err(Doubt::CheckpointShrank { found: to, remembered: from });
            }
            if to == from {
                let (found, remembered) = (seen.root(), last.root());
                let same = found == remembered;
                return if same { Ok(()) } else { Err(Doubt::CheckpointForked { size: to, found, remembered }) };
            }
            let hashes = self.ask_for_proof(from, to, at).await?;
            ConsistencyProof { old_size: from, new_size: to, hashes }
                .verify(last.root(), seen.root())
                .map_err(|source| Doubt::GrowthUnproved { from, to, source })?;
        }
        self.last = Some(seen.clone());
        self.unkept = Some(signed_note.to_owned());
        Ok(())
    }

    /// Remembers durably how far the log was followed. Nothing may be called before.
    pub(crate) async fn keep(&mut self) -> Result<(), store::Error> {
        if let (Some(note), Some(store)) = (&self.unkept, &self.store) {
            store.keep(&self.origin, note, self.clock.now()).await?;
        }
        self.unkept = None;
        Ok(())
    }

    /// Closes the memory, so that its file stands alone.
    pub(crate) async fn close(self) {
        if let Some(store) = self.store {
            store.close().await;
        }
    }

    async fn ask_for_proof(&self, from: u64, to: u64, at: Timestamp) -> Result<Vec<Hash>, Doubt> {
        let (Ok(old_size), Ok(new_size)) = (i64::try_from(from), i64::try_from(to)) else {
            return Err(Doubt::Malformed { field: "checkpoint" });
        };
        let request = ProveConsistencyRequest { parent: self.workspace.to_string(), old_size, new_size };
        let answered = deadline::by(&*self.clock, at, self.ask_until_answered(request)).await;
        let hashes = match answered {
            Ok(Ok(hashes)) => hashes,
            Ok(Err(status)) => return Err(Doubt::GrowthRefused { from, to, code: status.code() }),
            Err(TooLate) => return Err(Doubt::LedgerSilent),
        };
        hashes.iter().map(|hash| Hash::try_from(hash.as_slice()).map_err(|_| Doubt::ProofMalformed)).collect()
    }

    async fn ask_until_answered(&self, request: ProveConsistencyRequest) -> Result<Vec<Vec<u8>>, Status> {
        let mut backoff = Backoff::new(Arc::clone(&self.clock));
        loop {
            match self.ledger.clone().prove_consistency(request.clone()).await {
                Ok(answer) => return Ok(answer.into_inner().hashes),
                Err(status) if is_final(status.code()) => return Err(status),
                Err(status) => tracing::debug!(code = ?status.code(), "the ledger gave no proof of growth yet"),
            }
            backoff.wait().await;
        }
    }
}
