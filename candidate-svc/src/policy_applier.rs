//! The policy applier: puts an approved change of the review policy in force, as `services/candidates`.
//!
//! It keeps to what every executor keeps to: nothing before the approval stands in the ledger under a signed checkpoint (C-2). Then one
//! job for the writer does the rest in one commit. What a crash leaves: an approval that waits, which the next start finds.

use std::{sync::Arc, time::Duration};

use countersign_api::name::Workspace;
use service_kit::{group_commit::SubmitError, shutdown::Shutdown};

use crate::{
    domain::{ActionTypeName, Actor, State},
    permit::{ProofError, Proven, prove},
    rpc::Parts,
    store::{ApplyPolicyJob, Ask, Error, WriteError},
};

/// The most approvals that are carried out in one round of a workspace. All but one of them are bound to fail: they were written for the
/// same revision.
const ROUND_MAX: usize = 16;

/// How long to wait after a failure.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Puts approved policies in force.
#[derive(Debug)]
pub(crate) struct PolicyApplier {
    parts: Parts,
    actor: Arc<Actor>,
    /// Action types that change the policy.
    action_types: Vec<ActionTypeName>,
}

/// Why a round did not end as it should.
#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error("approved policies can not be read: {0}")]
    Read(#[from] Error),
    #[error(transparent)]
    Proof(#[from] ProofError),
    #[error("approved policies can not be written: {0}")]
    Write(#[from] SubmitError),
}

/// What a round left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// Nothing, until somebody approves.
    Nothing,
    /// An approval that the ledger has not recorded yet.
    Unrecorded,
    /// What failed.
    Again,
}

impl PolicyApplier {
    pub(crate) fn new(parts: Parts) -> Self {
        let action_types = parts.catalogue.iter().filter(|entry| entry.changes_policy());
        let action_types = action_types.map(|entry| entry.name.clone()).collect();
        Self { parts, actor: Arc::new(Actor::candidate_svc()), action_types }
    }

    /// Applies until the drain begins.
    pub(crate) async fn run(self, shutdown: Shutdown) {
        let signals = self.parts.store.signals();
        let (mut approvals, mut receipts) = (signals.policy_approvals(), signals.receipts());
        loop {
            // Seen before the store is asked: what is committed meanwhile is seen again, never missed.
            approvals.mark_unchanged();
            receipts.mark_unchanged();
            let left = tokio::select! {
                left = self.round() => left.unwrap_or_else(|error| {
                    tracing::warn!(%error, "an approved policy waits");
                    Left::Again
                }),
                () = shutdown.draining() => return,
            };
            tokio::select! {
                changed = approvals.changed() => if changed.is_err() { return },
                changed = receipts.changed(), if left == Left::Unrecorded => if changed.is_err() { return },
                () = self.parts.clock.sleep_until(self.parts.clock.now() + AGAIN_AFTER), if left == Left::Again => {}
                () = shutdown.draining() => return,
            }
        }
    }

    /// Applies what can be applied now, in every workspace.
    async fn round(&self) -> Result<Left, RoundError> {
        let reader = self.parts.store.read();
        let mut left = Left::Nothing;
        for workspace in reader.workspaces().await? {
            self.apply_in(&workspace).await?;
            if reader.next_claimable_from(&workspace, &self.action_types, None).await?.is_some() {
                left = Left::Unrecorded;
            }
        }
        Ok(left)
    }

    async fn apply_in(&self, workspace: &Workspace) -> Result<(), RoundError> {
        let reader = self.parts.store.read();
        let recorded = reader.recorded_approvals(workspace, &self.action_types, self.parts.now(), ROUND_MAX).await?;
        if recorded.is_empty() {
            return Ok(());
        }
        for proven in prove(&self.parts.ledger, workspace, recorded).await? {
            self.apply(workspace, &proven).await?;
        }
        Ok(())
    }

    async fn apply(&self, workspace: &Workspace, proven: &Proven) -> Result<(), SubmitError> {
        let candidate = proven.claimable.candidate.clone();
        let traceparent = proven.claimable.entry.traceparent.clone();
        let ask = Ask { actor: Arc::clone(&self.actor), request: None, traceparent };
        let job = ApplyPolicyJob { ask, candidate: candidate.clone(), recorded_at: proven.recorded_at() };
        let (workspace, id) = (workspace.id(), candidate.id);
        match self.parts.store.apply_policy(job).await {
            Ok(changed) if matches!(changed.candidate.state, State::Executed) => {
                tracing::info!(workspace, candidate = %id, "another review policy is in force");
            }
            Ok(changed) => {
                let state = changed.candidate.state.name();
                tracing::warn!(workspace, candidate = %id, %state, "an approved policy did not come into force");
            }
            // Somebody decided otherwise between proof and claim, or its time ran out: the clock or a person goes on.
            Err(WriteError::Denied(denial)) => {
                tracing::debug!(workspace, candidate = %id, reason = %denial, "not applied");
            }
            Err(WriteError::NotTaken(error)) => return Err(error),
        }
        Ok(())
    }
}
