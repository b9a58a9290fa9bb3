//! Carries out an approved change of the policy: claim, outcome and revision in one commit.
//!
//! There is no moment at which the attempt runs and its end is unknown: whoever reads finds the approval, or all of it.

use std::sync::Arc;

use super::Batch;
use crate::{
    domain::{
        self, Candidate, ClaimCommand, Command, ExecutionResult, ExternalReference, Failure, FailureClass, FieldChange,
        PolicyRevision, ReportFailure, ReportSuccess,
        limits::{LEASE_MIN_MS, MESSAGE_MAX_BYTES},
    },
    policy::PolicyChange,
    store::{
        Changed, Denial,
        job::{ApplyPolicyJob, Ask},
    },
};

impl Batch<'_> {
    /// Puts the policy of an approved candidate in force; or fails it, when another one came in between.
    pub(super) fn apply_policy(&mut self, job: &ApplyPolicyJob) -> Result<Changed, Denial> {
        let ApplyPolicyJob { ask, candidate: name, recorded_at } = job;
        let approved = match self.known.candidates.get(name) {
            None => return Err(Denial::NotFound(name.clone())),
            Some(Err(corrupt)) => return Err(corrupt.clone().into()),
            Some(Ok(candidate)) => Arc::clone(candidate),
        };
        let claim = Command::Claim(ClaimCommand { lease_ms: LEASE_MIN_MS, recorded_at: Some(*recorded_at) });
        let executing = self.give(ask, &approved, &claim)?;
        let fence = executing.execution.fence;
        let candidate = match self.applicable(&executing) {
            Ok(change) => {
                let revision = self.next_revision(&executing, &change);
                let report = ReportSuccess { fence, result: self.result_of(&revision) };
                let candidate = self.give(ask, &executing, &Command::ReportSuccess(report));
                self.put_in_force(ask, revision, change.policy);
                candidate
            }
            Err(failure) => self.give(ask, &executing, &Command::ReportFailure(ReportFailure { fence, failure })),
        };
        let candidate = candidate.expect("invariant: whoever claimed reports");
        Ok(Changed { candidate, replayed: false })
    }

    fn give(&mut self, ask: &Ask, before: &Arc<Candidate>, command: &Command) -> Result<Arc<Candidate>, Denial> {
        let context = self.context(ask, &before.name.workspace, &before.proposal.action_type, false, &[])?;
        let events = domain::decide(before, command, &context)?;
        self.admit(ask, Some(before), &events)
    }

    /// Looks once more at what was checked when it was proposed: policy and catalogue may be others by now.
    fn applicable(&self, candidate: &Candidate) -> Result<PolicyChange, Failure> {
        let failure =
            |class, message: String| Failure { class, message: cut(message), retry_safe: false, system: String::new() };
        let change =
            PolicyChange::read(candidate.payload.canonical_json(), &self.judge.catalogue, &self.judge.approvers)
                .map_err(|error| {
                    failure(FailureClass::Invalid, format!("the policy does not stand any more: {error}"))
                })?;
        let in_force = self.policy_revision_of(&candidate.name.workspace);
        if change.base_revision == in_force {
            Ok(change)
        } else {
            let written_for = change.base_revision;
            let message = format!(
                "conflict: it was written for revision `{written_for}` of the policy, and `{in_force}` is in force: edit it, so that it \
                 says what is to hold on top of `{in_force}`, with `base_revision` {in_force}"
            );
            Err(failure(FailureClass::Precondition, message))
        }
    }

    fn next_revision(&self, candidate: &Candidate, change: &PolicyChange) -> PolicyRevision {
        PolicyRevision {
            workspace: candidate.name.workspace.clone(),
            revision: change.base_revision + 1,
            policy_toml: change.policy.text().into(),
            policy_digest: change.policy.digest(),
            applied_at: candidate.updated_at.max(self.now),
            candidate: Some(candidate.name.clone()),
        }
    }

    fn result_of(&self, revision: &PolicyRevision) -> ExecutionResult {
        let before =
            self.in_force(&revision.workspace).map_or_else(String::new, |before| before.policy.digest().to_string());
        ExecutionResult {
            references: vec![ExternalReference {
                system: "countersign".into(),
                object_type: "policy_revision".into(),
                id: revision.revision.to_string(),
                link: String::new(),
            }],
            changes: vec![FieldChange {
                field: "policy_digest".into(),
                before,
                after: revision.policy_digest.to_string(),
            }],
            executed_at: Some(revision.applied_at),
        }
    }
}

/// Cuts a message to what a failure may carry.
fn cut(mut message: String) -> String {
    message.truncate(message.floor_char_boundary(MESSAGE_MAX_BYTES));
    message
}
