//! The watch over standing approvals: takes back, as `services/candidates`, what people find to have turned harmful.
//!
//! It asks the writer to look at each one in force after every look that became known; the writer alone judges, under the policy in force.
//! What a crash leaves: looks stand in the rows, so the next start finds what has turned, and until then nothing comes under it.

use std::{sync::Arc, time::Duration};

use countersign_api::name::Workspace;
use service_kit::{clock::Clock, group_commit::SubmitError, shutdown::Shutdown};

use crate::{
    domain::{Actor, Moment, limits::STANDING_APPROVALS_MAX},
    store::{Ask, Error, StandingJob, StandingOrder, Store, WriteError},
};

/// How long to wait after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Watches standing approvals.
#[derive(Debug)]
pub(crate) struct StandingWatch {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Why a round did not end as it should.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("standing approvals can not be read: {0}")]
    Read(#[from] Error),
    #[error("standing approvals can not be written: {0}")]
    Write(#[from] SubmitError),
}

impl StandingWatch {
    /// Watches until the drain begins.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let mut looks = self.store.signals().looks();
        loop {
            // Seen before the store is asked: what is committed meanwhile is seen again, never missed.
            looks.mark_unchanged();
            let failed = tokio::select! {
                done = self.round() => done.inspect_err(|error| tracing::warn!(%error, "standing approvals wait")).is_err(),
                () = shutdown.draining() => return,
            };
            tokio::select! {
                changed = looks.changed() => if changed.is_err() { return },
                () = self.clock.sleep_until(self.clock.now() + AGAIN_AFTER), if failed => {}
                () = shutdown.draining() => return,
            }
        }
    }

    /// Has every one in force judged, in every workspace.
    async fn round(&self) -> Result<(), RoundError> {
        for workspace in self.store.read().workspaces().await? {
            self.judge_in(&workspace).await?;
        }
        Ok(())
    }

    async fn judge_in(&self, workspace: &Workspace) -> Result<(), RoundError> {
        let now = Moment::from(self.clock.now());
        let limit = u32::try_from(STANDING_APPROVALS_MAX).unwrap_or(u32::MAX);
        let in_force = self.store.read().standing_approvals(workspace, Some(now), None, limit).await?;
        // Nothing turns without harm.
        for standing in in_force.iter().filter(|standing| standing.looks.counts().1 > 0) {
            let ask = Ask { actor: Arc::new(Actor::candidate_svc()), request: None, traceparent: String::new() };
            let job = StandingJob { ask, order: StandingOrder::RevokeTurned { name: standing.name.clone() } };
            match self.store.stand(job).await {
                Ok(judged) if judged.revocation.is_some() => {
                    tracing::warn!(standing_approval = %standing.name, "a standing approval has turned and was revoked");
                }
                Ok(_) => {}
                // Somebody revoked it meanwhile, or its row is damaged.
                Err(WriteError::Denied(denial)) => {
                    tracing::debug!(standing_approval = %standing.name, reason = %denial, "not judged");
                }
                Err(WriteError::NotTaken(error)) => return Err(error.into()),
            }
        }
        Ok(())
    }
}
