//! Judges what is approved ahead: grants, revocations, and what a proposal may come under.

use std::sync::Arc;

use countersign_api::{
    candidate::v1::{StandingApprovalRevoked, workspace_event::Event as WorkspaceBody},
    name::{CandidateName, StandingApprovalName},
};
use ledger_format::Hash;

use super::Batch;
use crate::{
    domain::{
        self, Candidate, GrantStandingApproval, Propose, Refusal, RevokeStandingApproval, StandingApproval,
        StandingOffer, limits::STANDING_APPROVALS_MAX,
    },
    store::{
        Denial, Subject,
        ahead::{DrawRow, StandingJob, StandingOrder, UseRow},
        job::Ask,
        kin::Standing,
        row::{EventRow, WorkspaceFact},
    },
    wire,
};

impl Batch<'_> {
    /// Judges a grant or a revocation.
    pub(super) fn stand(&mut self, job: StandingJob) -> Result<Arc<StandingApproval>, Denial> {
        let StandingJob { ask, order } = job;
        if let Some(kept) = self.answered_before(&ask, &order.name().workspace)? {
            let name = StandingApprovalName::new(order.name().workspace.clone(), kept.subject_id);
            let known = self.standing(&name)?.expect("C-6: what a kept request is about is kept");
            return Ok(match order {
                StandingOrder::Grant(_) => Arc::new(known.as_granted()),
                StandingOrder::Revoke { .. } => known,
            });
        }
        match order {
            StandingOrder::Grant(command) => self.grant(&ask, command),
            StandingOrder::Revoke { name, command } => self.revoke(&ask, &name, &command),
        }
    }

    /// Finds what a proposal may come under, and by what it is known again should it be drawn for the audit sample.
    pub(super) fn offers(
        &self,
        ask: &Ask,
        propose: &Propose,
        predecessor: Option<&Candidate>,
    ) -> (Vec<StandingOffer>, Vec<Hash>) {
        let workspace = &propose.name.workspace;
        let proposer = ask.actor.principal();
        let action_type = &propose.proposal.action_type;
        let ahead = &self.known.ahead;
        let mut found = ahead.for_category(workspace, action_type, &proposer, self.now).peekable();
        if found.peek().is_none() || self.is_contested(propose, predecessor) {
            return (Vec::new(), Vec::new());
        }
        let keys = domain::audit_keys(&proposer, propose);
        let drew_before = ahead.drew_before(workspace, &keys);
        let offer = |standing: &Arc<StandingApproval>| StandingOffer {
            drawn_for_audit: drew_before || self.judge.audit.draws(propose.name.id, standing.audit_per_mille),
            standing: Arc::clone(standing),
        };
        (found.map(offer).collect(), keys)
    }

    /// Counts the use that a proposal made of a standing approval, in the order of the jobs: so the limit holds exactly.
    pub(super) fn count_use(&mut self, candidate: &Candidate, keys: Vec<Hash>) {
        let Some(used) = &candidate.standing_approval else { return };
        let Some(Ok(standing)) = self.known.ahead.approvals.get(&used.name) else {
            panic!("C-1: a standing approval was used that nobody knows");
        };
        let standing = Arc::new(standing.used(used.drawn_for_audit));
        self.keep_standing(&standing);
        let (name, drawn_for_audit) = (candidate.name.clone(), used.drawn_for_audit);
        self.writes.ahead.uses.push(UseRow { standing: used.name.clone(), candidate: name.clone(), drawn_for_audit });
        if drawn_for_audit {
            let workspace = &name.workspace;
            self.known.ahead.drawn.extend(keys.iter().map(|key| (workspace.clone(), *key)));
            self.writes.ahead.draws.extend(keys.into_iter().map(|key| DrawRow { key, candidate: name.clone() }));
        }
    }

    /// Tells whether another candidate would change the same field: two of them go to a person, who sees both.
    fn is_contested(&self, propose: &Propose, predecessor: Option<&Candidate>) -> bool {
        let action_type = self.judge.catalogue.get(&propose.proposal.action_type);
        let subject = propose.change_subject(action_type).map(|subject| (propose.name.workspace.clone(), subject));
        let others = subject.and_then(|subject| self.known.kin.by_subject.get(&subject));
        let replaced = predecessor.map(|predecessor| &predecessor.name);
        let is_open_to_it =
            |(other, standing): (&CandidateName, &Standing)| standing.state.is_live() && Some(other) != replaced;
        others.is_some_and(|others| others.iter().any(is_open_to_it))
    }

    fn grant(&mut self, ask: &Ask, command: GrantStandingApproval) -> Result<Arc<StandingApproval>, Denial> {
        let workspace = command.name.workspace.clone();
        let action_type = command.category.action_type.clone();
        let granted = domain::grant(command, &self.context(ask, &workspace, &action_type, false, &[])?)?;
        if self.known.ahead.count_in_force(&workspace, self.now) >= STANDING_APPROVALS_MAX {
            let reason =
                format!("`{workspace}` has `{STANDING_APPROVALS_MAX}` standing approvals in force: revoke one");
            return Err(Refusal::NotAhead { action_type, reason }.into());
        }
        let granted = Arc::new(granted);
        self.writes.ahead.granted.push(Arc::clone(&granted));
        self.known.ahead.follow(&granted);
        let body = WorkspaceBody::StandingApprovalGranted(wire::standing_approval::to_wire(&granted, self.now));
        self.record_standing(ask, &granted, body);
        Ok(granted)
    }

    /// Revokes, and takes back in the same commit what it approved and nobody claimed.
    fn revoke(
        &mut self,
        ask: &Ask,
        name: &StandingApprovalName,
        command: &RevokeStandingApproval,
    ) -> Result<Arc<StandingApproval>, Denial> {
        let standing = self.standing(name)?.ok_or_else(|| Denial::NoStandingApproval(name.clone()))?;
        let context = self.context(ask, &name.workspace, &standing.action_type, false, &[])?;
        let Some(revoked) = domain::revoke(&standing, command, &context)? else {
            self.remember_request(ask, &name.workspace, name.id, 0);
            return Ok(standing);
        };
        let revoked = Arc::new(revoked);
        self.keep_standing(&revoked);
        let facts = StandingApprovalRevoked { reason: command.reason.clone(), uses: revoked.uses.into() };
        self.record_standing(ask, &revoked, WorkspaceBody::StandingApprovalRevoked(facts));
        let note = format!("`{name}` was revoked: {}", command.reason);
        for candidate in self.approved_under(name) {
            self.withdraw_ahead(ask, &candidate, &note)?;
        }
        Ok(revoked)
    }

    /// Finds what a standing approval approved; `load` has read all of it that nobody claimed.
    fn approved_under(&self, name: &StandingApprovalName) -> Vec<CandidateName> {
        let known = self.known.candidates.values().filter_map(|known| known.as_ref().ok());
        let under = known.filter(|it| it.standing_approval.as_ref().is_some_and(|used| used.name == *name));
        let mut names: Vec<CandidateName> = under.map(|it| it.name.clone()).collect();
        names.sort();
        names
    }

    fn withdraw_ahead(&mut self, ask: &Ask, name: &CandidateName, note: &str) -> Result<(), Denial> {
        let Some(Ok(before)) = self.known.candidates.get(name).cloned() else { return Ok(()) };
        // The request is answered by the revocation.
        let ask = Ask { request: None, ..ask.clone() };
        let context = self.context(&ask, &name.workspace, &before.proposal.action_type, false, &[])?;
        if let Some(events) = domain::withdraw_ahead(&before, note, &context) {
            self.admit(&ask, Some(&before), &events)?;
        }
        Ok(())
    }

    fn standing(&self, name: &StandingApprovalName) -> Result<Option<Arc<StandingApproval>>, Denial> {
        Ok(self.known.ahead.approvals.get(name).cloned().transpose()?)
    }

    fn keep_standing(&mut self, standing: &Arc<StandingApproval>) {
        self.known.ahead.follow(standing);
        self.writes.ahead.changed.insert(standing.name.clone(), Arc::clone(standing));
    }

    fn record_standing(&mut self, ask: &Ask, standing: &StandingApproval, body: WorkspaceBody) {
        let name = &standing.name;
        let fact = WorkspaceFact {
            subject: Subject::StandingApproval(name.clone()),
            revision: standing.revision,
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
    }
}
