//! Judges delegations: in the order of the jobs, beside what has not ended.

use countersign_api::{
    candidate::v1 as api, candidate::v1::workspace_event::Event as WorkspaceBody, name::DelegationName,
};

use super::Batch;
use crate::{
    domain::{self, Delegation},
    store::{
        Denial, Subject,
        job::{Ask, DelegationJob, DelegationOrder},
        row::{EventRow, WorkspaceFact},
    },
    wire,
};

impl Batch<'_> {
    pub(super) fn delegate(&mut self, job: DelegationJob) -> Result<Delegation, Denial> {
        let DelegationJob { ask, workspace, order } = job;
        if let Some(kept) = self.answered_before(&ask, &workspace)? {
            let name = DelegationName::new(workspace, kept.subject_id);
            let kept =
                self.known.delegations.get(&name).cloned().expect("C-6: what a kept request is about is kept")?;
            return Ok(match order {
                // As it was answered then: whether it ended since is another request's answer.
                DelegationOrder::Make(_) => Delegation { ended_at: None, ..kept },
                DelegationOrder::End { .. } => kept,
            });
        }
        match order {
            DelegationOrder::Make(command) => {
                let beside = self.known.delegations.iter().filter(|(name, _)| name.workspace == workspace);
                let others = beside
                    .filter_map(|(_, known)| match known {
                        Ok(other) if other.has_ended(self.now) => None,
                        known => Some(known.as_ref().map_err(Clone::clone)),
                    })
                    .collect::<Result<Vec<&Delegation>, _>>()?;
                let made = domain::delegate(command, &others, &ask.actor, self.now)?;
                self.writes.delegations_made.push(made.clone());
                self.record_delegation(&ask, &made, 1, WorkspaceBody::DelegationMade(wire::delegation::to_wire(&made)));
                Ok(made)
            }
            DelegationOrder::End { name, note } => {
                let known = self.known.delegations.get(&name).cloned().transpose()?;
                let live = known.filter(|known| !known.has_ended(self.now));
                let live = live.ok_or(Denial::NoDelegation(name))?;
                let ended = domain::end_delegation(&live, &note, &ask.actor, self.now)?;
                self.writes.delegations_ended.push(ended.clone());
                self.record_delegation(&ask, &ended, 2, WorkspaceBody::DelegationEnded(api::DelegationEnded { note }));
                Ok(ended)
            }
        }
    }

    fn record_delegation(&mut self, ask: &Ask, delegation: &Delegation, revision: u64, body: WorkspaceBody) {
        let name = &delegation.name;
        let fact = WorkspaceFact {
            subject: Subject::Delegation(name.clone()),
            revision,
            occurred_at: self.now,
            actor: &ask.actor,
            request_id: ask.request_id(),
            traceparent: &ask.traceparent,
            body,
        };
        self.writes.events.push(EventRow::of_workspace(fact, &self.judge.pseudonyms));
        self.effects.with_events.insert(name.workspace.clone());
        self.effects.events += 1;
        self.remember_request(ask, &name.workspace, name.id, 0);
        self.known.delegations.insert(name.clone(), Ok(delegation.clone()));
    }
}
