//! Verification alone, for whoever acts elsewhere than in this process.

use std::{path::PathBuf, sync::Arc, time::Duration};

use countersign_api::{
    candidate::v1::Permit,
    ledger::v1::ledger_service_client::LedgerServiceClient,
    name::{NameError, Workspace},
};
use ledger_format::VerifyingKeys;
use service_kit::{clock::Clock, grpc::AuthorizedChannel};

use crate::{
    doubt::Doubt,
    growth::{Growth, MemoryError},
    permit::Received,
    store::CheckpointStore,
    verify::{Judged, Verdicts, Verifier},
};

/// What permits are verified against.
#[derive(Debug, Clone)]
pub struct PermitCheckConfig {
    /// The workspace whose permits they are.
    pub workspace: Workspace,
    /// What the origin of every log begins with: the workspace's log is `{origin_prefix}/workspaces/{w}`.
    pub origin_prefix: String,
    /// The pinned keys, the newest first. What none of them has signed permits nothing.
    pub verifying_keys: VerifyingKeys,
    /// The SQLite file that remembers the last checkpoint of each log; without it, the first one seen here is believed
    /// on its signature alone.
    pub memory_db: Option<PathBuf>,
}

/// Verifies permits of one workspace exactly as the executor does before it acts, and does nothing else with them.
#[derive(Debug)]
pub struct PermitCheck {
    verifier: Verifier,
}

/// Why a permit permits nothing. Holds no payload text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// It does not name a candidate.
    #[error("the permit names no candidate")]
    Nameless(#[from] NameError),
    /// Something about it does not hold.
    #[error("{0}")]
    Doubtful(String),
}

impl PermitCheck {
    /// Takes up what is remembered of the log; proofs of its growth are asked for over `ledger`.
    ///
    /// # Errors
    ///
    /// When the memory of checkpoints can not be taken up.
    pub async fn open(
        config: PermitCheckConfig,
        clock: Arc<dyn Clock>,
        ledger: AuthorizedChannel,
    ) -> Result<Self, MemoryError> {
        let PermitCheckConfig { workspace, origin_prefix, verifying_keys: keys, memory_db } = config;
        let origin = format!("{origin_prefix}/{workspace}");
        let store = match memory_db {
            Some(file) => Some(CheckpointStore::open(&file).await?),
            None => None,
        };
        let ledger = LedgerServiceClient::new(ledger);
        let growth = Growth::recall(workspace.clone(), origin.clone(), &keys, store, ledger, clock).await?;
        // Nothing is called or reported here, so that verification may take the whole lease.
        let report_margin = Duration::ZERO;
        Ok(Self { verifier: Verifier { workspace, origin, keys, growth, report_margin } })
    }

    /// Verifies a permit, and remembers the checkpoint that it led to before saying that it holds.
    ///
    /// # Errors
    ///
    /// [`Unverified`] says what does not hold: then nothing may be called under the permit.
    pub async fn verify(&mut self, permit: Permit) -> Result<(), Unverified> {
        let received = Received::read(permit)?;
        let Verdicts { judged, .. } = self.verifier.verify_all(vec![received]).await;
        let verdict = judged.into_iter().next().map_or(Err(Doubt::MemoryFailed), |Judged { verdict, .. }| verdict);
        verdict.map(drop).map_err(|doubt| Unverified::Doubtful(doubt.whole_story()))
    }

    /// Closes the memory of checkpoints, so that its file stands alone.
    pub async fn close(self) {
        self.verifier.growth.close().await;
    }
}
