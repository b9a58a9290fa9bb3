//! Which policy judges: the one in force in the workspace, as the jobs before in this batch left it.

use countersign_api::{candidate::v1::workspace_event::Event as WorkspaceBody, name::Workspace};

use super::Batch;
use crate::{
    domain::{ActionType, Candidate, Event, EventBody, Payload, PolicyRevision, Refusal},
    policy::{Policy, PolicyChange, PolicyChangeError},
    store::{
        Denial, Subject,
        in_force::{FIRST_REVISION, InForce, PolicyFileRow},
        job::Ask,
        row::{EventRow, WorkspaceFact},
    },
    wire,
};

impl Batch<'_> {
    /// Returns the policy in force in a workspace; before anything is written there, the one that it would begin with.
    pub(super) fn policy_of(&self, workspace: &Workspace) -> Result<&Policy, Denial> {
        match self.in_force(workspace) {
            Some(in_force) => Ok(&in_force.policy),
            None => self.judge.first_policy.as_ref().map_err(|error| Denial::FirstPolicyInvalid(error.clone())),
        }
    }

    /// Returns what is in force in a workspace; none before anything is written there.
    pub(super) fn in_force(&self, workspace: &Workspace) -> Option<&InForce> {
        self.writes.in_force.get(workspace).or_else(|| self.judge.policies.get(workspace))
    }

    /// Returns the revision in force in a workspace, or the one that it would begin with.
    pub(super) fn policy_revision_of(&self, workspace: &Workspace) -> u64 {
        self.in_force(workspace).map_or(FIRST_REVISION, |in_force| in_force.revision)
    }

    /// Refuses a payload that would put in force what is no policy, or what was written for another revision.
    pub(super) fn check_policy_change(&self, candidate: &Candidate, events: &[Event]) -> Result<(), Denial> {
        let action_type = self.judge.catalogue.get(&candidate.proposal.action_type);
        if !action_type.is_some_and(ActionType::changes_policy) {
            return Ok(());
        }
        for payload in events.iter().filter_map(new_payload) {
            let change = PolicyChange::read(payload.canonical_json(), &self.judge.catalogue, &self.judge.approvers)?;
            let in_force = self.policy_revision_of(&candidate.name.workspace);
            if change.base_revision != in_force {
                let reason = format!("revision `{in_force}` is in force: write the change for that one");
                return Err(Refusal::Payload { pointer: "/base_revision".into(), reason }.into());
            }
        }
        Ok(())
    }

    /// Writes down with which policy a workspace begins, when the first thing is written there.
    pub(super) fn begin_policy(&mut self, workspace: &Workspace) {
        if self.in_force(workspace).is_some() {
            return;
        }
        let policy = self.judge.first_policy.clone().expect("invariant: without a policy nothing is written");
        self.take_notice(workspace, &policy);
        self.keep_revision(
            PolicyRevision {
                workspace: workspace.clone(),
                revision: FIRST_REVISION,
                policy_toml: policy.text().into(),
                policy_digest: policy.digest(),
                applied_at: self.now,
                candidate: None,
            },
            InForce { revision: FIRST_REVISION, file_digest: policy.digest(), policy },
        );
    }

    /// Puts another policy in force, from the next job on.
    pub(super) fn put_in_force(&mut self, ask: &Ask, revision: PolicyRevision, policy: Policy) {
        let before = self.in_force(&revision.workspace).expect("invariant: a candidate's workspace has a policy");
        assert_eq!(revision.revision, before.revision + 1, "invariant: policy revisions are counted without gaps");
        let in_force = InForce { revision: revision.revision, policy, file_digest: before.file_digest };
        let fact = WorkspaceFact {
            subject: Subject::Policy(revision.workspace.clone()),
            revision: revision.revision,
            occurred_at: revision.applied_at,
            actor: &ask.actor,
            request_id: ask.request_id(),
            traceparent: &ask.traceparent,
            body: WorkspaceBody::PolicyApplied(wire::policy_revision::to_wire(&revision)),
        };
        self.writes.events.push(EventRow::of_workspace(fact, &self.judge.pseudonyms));
        self.effects.events += 1;
        // Another policy may allow less harm.
        self.effects.looked = true;
        self.keep_revision(revision, in_force);
    }

    /// Remembers a policy file, so that it is not proposed again.
    pub(super) fn take_notice(&mut self, workspace: &Workspace, policy: &Policy) {
        let policy_digest = policy.digest();
        self.writes.policy_files.push(PolicyFileRow { workspace: workspace.clone(), policy_digest });
        if let Some(in_force) = self.in_force(workspace) {
            let in_force = InForce { file_digest: policy_digest, ..in_force.clone() };
            self.writes.in_force.insert(workspace.clone(), in_force);
        }
    }

    fn keep_revision(&mut self, revision: PolicyRevision, in_force: InForce) {
        self.writes.in_force.insert(revision.workspace.clone(), in_force);
        self.writes.policy_revisions.push(revision);
    }
}

/// Returns the payload that an event brings.
fn new_payload(event: &Event) -> Option<&Payload> {
    match &event.body {
        EventBody::CandidateProposed(proposed) => Some(&proposed.payload),
        EventBody::CandidateEdited(edited) => Some(&edited.payload),
        _ => None,
    }
}

impl From<PolicyChangeError> for Denial {
    fn from(error: PolicyChangeError) -> Self {
        match error {
            PolicyChangeError::Form => Refusal::Payload { pointer: String::new(), reason: error.to_string() }.into(),
            PolicyChangeError::Policy(wrong) => Self::PolicyInvalid(wrong),
        }
    }
}
