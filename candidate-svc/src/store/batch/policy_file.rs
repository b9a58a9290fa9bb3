//! Has a changed policy file proposed, once.

use super::Batch;
use crate::store::{Changed, Denial, job::PolicyFileJob};

impl Batch<'_> {
    /// Proposes what the file says, unless the workspace took notice of that very file last; none when there is nothing to decide.
    pub(super) fn take_policy_file(&mut self, job: PolicyFileJob) -> Result<Option<Changed>, Denial> {
        let PolicyFileJob { policy, propose } = job;
        let workspace = propose.propose.name.workspace.clone();
        let Some(in_force) = self.in_force(&workspace) else { return Ok(None) };
        if in_force.file_digest == policy.digest() {
            return Ok(None);
        }
        let proposed = if in_force.policy.digest() == policy.digest() { None } else { Some(self.propose(propose)?) };
        self.take_notice(&workspace, &policy);
        Ok(proposed)
    }
}
