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
        self, Candidate, GrantStandingApproval, Precedence, Propose, Refusal, RevokeStandingApproval, StandingApproval,
        StandingOffer, limits::STANDING_APPROVALS_MAX,
    },
    store::{
        Denial, Subject,
        ahead::{StandingJob, StandingOrder, UseRow},
        job::Ask,
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
                StandingOrder::Revoke { .. } | StandingOrder::RevokeTurned { .. } => known,
            });
        }
        match order {
            StandingOrder::Grant(command) => self.grant(&ask, command),
            StandingOrder::Revoke { name, command } => self.revoke(&ask, &name, &command),
            StandingOrder::RevokeTurned { name } => self.revoke_turned(&ask, &name),
        }
    }

    /// Finds what a proposal may come under.
    pub(super) fn offers(&self, ask: &Ask, propose: &Propose) -> Vec<StandingOffer> {
        let workspace = &propose.name.workspace;
        let action_type = &propose.proposal.action_type;
        let proposer = ask.actor.principal();
        let found = self.known.ahead.for_category(workspace, action_type, &proposer, self.now);
        // What has turned covers nothing from here on, though its revocation is still on its way.
        let found = found.filter(|standing| self.turned_after(standing).is_none());
        let offer = |standing: &Arc<StandingApproval>| StandingOffer {
            drawn: standing.draw(self.judge.audit.draws(propose.name.id, standing.audit_per_mille)),
            standing: Arc::clone(standing),
        };
        found.map(offer).collect()
    }

    /// Finds what comes before all of them: what a person has touched or must still decide on is not decided by a standing approval.
    pub(super) fn precedence(
        &self,
        ask: &Ask,
        propose: &Propose,
        predecessor: Option<&Candidate>,
    ) -> Option<Precedence> {
        let proposer = ask.actor.principal();
        let found = |keys: &[Hash]| self.known.ahead.alike_to(&propose.name.workspace, keys).cloned();
        let action_type = self.judge.catalogue.get(&propose.proposal.action_type);
        let alike = || found(&domain::likenesses(&proposer, propose, action_type)).map(Precedence::Alike);
        let unlooked = || found(domain::unlooked(&proposer, action_type?).as_slice()).map(Precedence::Unlooked);
        let supersedes = predecessor.map(|predecessor| Precedence::Supersedes(predecessor.name.clone()));
        let same_field = || self.contested(propose).map(Precedence::SameField);
        supersedes.or_else(same_field).or_else(alike).or_else(unlooked)
    }

    /// Counts what a change does to the looks that a standing approval owes and has had, and notes by what the candidate is found.
    pub(super) fn follow_ahead(&mut self, ask: &Ask, before: Option<&Candidate>, after: &Candidate) {
        let action_type = self.judge.catalogue.get(&after.proposal.action_type);
        self.known.ahead.follow_candidate(after, action_type, &mut self.writes.ahead.likenesses);
        let used = before.and_then(|it| it.standing_approval.as_ref()).or(after.standing_approval.as_ref());
        let Some(Ok(standing)) = used.and_then(|used| self.known.ahead.approvals.get(&used.name)) else { return };
        // What was revoked covers nothing, so it owes nothing and is watched no more.
        if standing.revocation.is_some() {
            return;
        }
        let by = ask.actor.principal();
        let looked = standing.looked(before, after, &by);
        let saw = looked.as_ref().unwrap_or(standing).saw(before, after, &by);
        self.effects.looked |= saw.is_some();
        if let Some(standing) = saw.or(looked) {
            self.keep_standing(&Arc::new(standing));
        }
    }

    /// Returns after how many looks the rate of harm turned above what the policy in force allows; none when it has not, or when the
    /// policy says nothing of it.
    fn turned_after(&self, standing: &StandingApproval) -> Option<usize> {
        let policy = self.policy_of(&standing.name.workspace).ok()?;
        standing.looks.turned_after(policy.harm_at_most_per_mille()?)
    }

    /// Takes back what has turned; leaves alone what has not.
    fn revoke_turned(&mut self, ask: &Ask, name: &StandingApprovalName) -> Result<Arc<StandingApproval>, Denial> {
        let standing = self.standing(name)?.ok_or_else(|| Denial::NoStandingApproval(name.clone()))?;
        let Some(looks) = self.turned_after(&standing) else { return Ok(standing) };
        let reason = format!(
            "after {looks} looks at its audit sample the rate of harm is above what the review policy allows: people look at each of them \
             again"
        );
        self.revoke(ask, name, &RevokeStandingApproval { reason })
    }

    /// Counts the use that a proposal made of a standing approval, in the order of the jobs: so the limit holds exactly.
    pub(super) fn count_use(&mut self, candidate: &Candidate) {
        let Some(used) = &candidate.standing_approval else { return };
        let Some(Ok(standing)) = self.known.ahead.approvals.get(&used.name) else {
            panic!("C-1: a standing approval was used that nobody knows");
        };
        let standing = Arc::new(standing.used(used.drawn_for_audit));
        self.keep_standing(&standing);
        let (standing, candidate, drawn_for_audit) = (used.name.clone(), candidate.name.clone(), used.drawn_for_audit);
        self.writes.ahead.uses.push(UseRow { standing, candidate, drawn_for_audit });
    }

    /// Finds another candidate that would change the same field: two of them go to a person, who sees both.
    fn contested(&self, propose: &Propose) -> Option<CandidateName> {
        let action_type = self.judge.catalogue.get(&propose.proposal.action_type);
        let subject = (propose.name.workspace.clone(), propose.change_subject(action_type)?);
        let mut others = self.known.kin.by_subject.get(&subject)?.iter();
        others.find(|(_, standing)| standing.state.is_live()).map(|(other, _)| other.clone())
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
