//! What jobs are about, so that it can be read at once: the same for every database.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, DelegationName, StandingApprovalName, TriggerName, Workspace};
use ledger_format::Hash;

use super::{
    CorruptRow,
    ahead::Ahead,
    batch::{SourceKey, source_of},
    job::{Ask, DelegationOrder, Job, ProposeJob},
    kin::{self, DedupKey, dedup_key},
    request::{KeptRequest, RequestKey},
};
use crate::{
    catalogue::Catalogue,
    domain::{Candidate, Command, Moment, State, likenesses, unlooked},
};

/// What jobs are about, as far as they say themselves.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Candidates that something is asked of.
    pub(super) names: BTreeSet<CandidateName>,
    pub(super) requests: Vec<RequestKey>,
    pub(super) sources: BTreeSet<SourceKey>,
    pub(super) dedup_keys: Vec<DedupKey>,
    /// Candidates that may come to be approved: who would change the same field matters.
    pub(super) approved: BTreeSet<CandidateName>,
    pub(super) erased: Vec<CandidateName>,
    /// Standing approvals that may end.
    pub(super) revoked: Vec<StandingApprovalName>,
    /// Where something is proposed.
    pub(super) proposed_in: BTreeSet<Workspace>,
    /// Where anything is asked.
    pub(super) workspaces: BTreeSet<Workspace>,
}

impl Wanted {
    pub(super) fn of(jobs: &[Job]) -> Self {
        let mut wanted = Self::default();
        for job in jobs {
            let (ask, workspace) = wanted.take(job);
            wanted.workspaces.insert(workspace.clone());
            wanted.requests.extend(ask.and_then(|ask| ask.key(workspace)));
        }
        wanted
    }

    /// Notes what a job is about; returns who asks, and where.
    fn take<'j>(&mut self, job: &'j Job) -> (Option<&'j Ask>, &'j Workspace) {
        match job {
            Job::Propose(_) | Job::PolicyFile(_) => {
                let job = job.proposed().expect("invariant: both propose");
                let (proposal, workspace) = (&job.propose.proposal, &job.propose.name.workspace);
                self.sources.insert(source_of(&proposal.trigger));
                self.dedup_keys.extend(dedup_key(workspace, &job.ask.actor.principal(), proposal));
                self.proposed_in.insert(workspace.clone());
                (Some(&job.ask), workspace)
            }
            Job::Command(job) => {
                self.names.insert(job.candidate.clone());
                if matches!(job.command, Command::Approve(_) | Command::Retry(_) | Command::Settle(_)) {
                    self.approved.insert(job.candidate.clone());
                }
                (Some(&job.ask), &job.candidate.workspace)
            }
            Job::ApplyPolicy(job) => {
                self.names.insert(job.candidate.clone());
                (None, &job.candidate.workspace)
            }
            Job::Trigger(job) => {
                self.sources.insert(source_of(&job.trigger));
                (Some(&job.ask), &job.trigger.name.workspace)
            }
            Job::Delegation(job) => (Some(&job.ask), &job.workspace),
            Job::Standing(job) => {
                self.revoked.extend(job.order.revoked().cloned());
                (Some(&job.ask), &job.order.name().workspace)
            }
            Job::Erase(job) => {
                self.names.insert(job.candidate.clone());
                self.erased.push(job.candidate.clone());
                (None, &job.candidate.workspace)
            }
            Job::Followed(job) => (None, &job.workspace),
            Job::Receipts(job) => (None, &job.workspace),
        }
    }
}

/// Returns by what the proposals among the jobs are known again.
pub(super) fn memory_keys(jobs: &[Job], catalogue: &Catalogue) -> BTreeSet<(Workspace, Hash)> {
    jobs.iter()
        .filter_map(Job::proposed)
        .flat_map(|job| {
            let action_type = catalogue.get(&job.propose.proposal.action_type);
            let keys = kin::memory_keys(&job.ask.actor.principal(), &job.propose, action_type);
            keys.into_iter().map(|key| (job.propose.name.workspace.clone(), key))
        })
        .collect()
}

/// Returns where standing approvals in force matter, and which are named: those that are revoked or asked again.
pub(super) fn standing_approvals<'j>(
    jobs: &'j [Job],
    requests: &HashMap<RequestKey, KeptRequest>,
) -> (BTreeSet<&'j Workspace>, BTreeSet<StandingApprovalName>) {
    let (mut workspaces, mut names) = (BTreeSet::new(), BTreeSet::new());
    for job in jobs {
        match job {
            Job::Propose(job) => _ = workspaces.insert(&job.propose.name.workspace),
            Job::Standing(job) => {
                let name = job.order.name();
                workspaces.insert(&name.workspace);
                names.extend(job.order.revoked().cloned());
                let kept = job.ask.key(&name.workspace).and_then(|key| requests.get(&key));
                names.extend(kept.map(|kept| StandingApprovalName::new(name.workspace.clone(), kept.subject_id)));
            }
            _ => {}
        }
    }
    (workspaces, names)
}

/// Returns the standing approvals that drew or approved one of these candidates, as long as that bears on what they owe or on what their
/// looks find.
pub(super) fn standing_approvals_used<'a>(
    candidates: impl Iterator<Item = &'a Result<Arc<Candidate>, CorruptRow>>,
) -> BTreeSet<StandingApprovalName> {
    let found = candidates.filter_map(|known| known.as_ref().ok());
    let bearing = found.filter_map(|it| {
        let undecided = it.state.name().is_open() || matches!(it.state, State::Approved(_));
        it.standing_approval.as_ref().filter(|used| undecided || used.drawn_for_audit)
    });
    bearing.map(|used| used.name.clone()).collect()
}

/// Returns where delegations matter, and which are named: those that are ended or asked again.
pub(super) fn delegations(
    jobs: &[Job],
    requests: &HashMap<RequestKey, KeptRequest>,
) -> (BTreeSet<Workspace>, BTreeSet<DelegationName>) {
    let (mut workspaces, mut names) = (BTreeSet::new(), BTreeSet::new());
    for job in jobs {
        let Job::Delegation(job) = job else { continue };
        workspaces.insert(job.workspace.clone());
        if let DelegationOrder::End { name, .. } = &job.order {
            names.insert(name.clone());
        }
        let kept = job.ask.key(&job.workspace).and_then(|key| requests.get(&key));
        names.extend(kept.map(|kept| DelegationName::new(job.workspace.clone(), kept.subject_id)));
    }
    (workspaces, names)
}

/// What comes before proposals whose category is approved ahead: by what they are alike to others, and what they would change.
#[derive(Debug, Default)]
pub(super) struct Precedents {
    pub(super) likenesses: BTreeSet<(Workspace, Hash)>,
    pub(super) subjects: BTreeSet<(Workspace, String)>,
}

/// Returns what comes before the proposals among the jobs; nothing for those whose category is not approved ahead.
pub(super) fn precedents(jobs: &[Job], ahead: &Ahead, catalogue: &Catalogue, now: Moment) -> Precedents {
    let mut precedents = Precedents::default();
    for job in jobs {
        let Job::Propose(job) = job else { continue };
        let ProposeJob { ask, propose } = &**job;
        let (workspace, proposer) = (&propose.name.workspace, ask.actor.principal());
        let action_type = &propose.proposal.action_type;
        if ahead.for_category(workspace, action_type, &proposer, now).next().is_none() {
            continue;
        }
        let action_type = catalogue.get(action_type);
        let unlooked = action_type.and_then(|action_type| unlooked(&proposer, action_type));
        let keys = likenesses(&proposer, propose, action_type).into_iter().chain(unlooked);
        precedents.likenesses.extend(keys.map(|key| (workspace.clone(), key)));
        let subject = propose.change_subject(action_type);
        precedents.subjects.extend(subject.map(|subject| (workspace.clone(), subject)));
    }
    precedents
}

/// Returns what answered requests are about: candidates, and triggers.
pub(super) fn answered(
    requests: &HashMap<RequestKey, KeptRequest>,
) -> (BTreeSet<CandidateName>, BTreeSet<TriggerName>) {
    let (mut candidates, mut triggers) = (BTreeSet::new(), BTreeSet::new());
    for (key, kept) in requests {
        match kept.revision {
            0 => _ = triggers.insert(TriggerName::new(key.workspace.clone(), kept.subject_id)),
            _ => _ = candidates.insert(CandidateName::new(key.workspace.clone(), kept.subject_id)),
        }
    }
    (candidates, triggers)
}

/// Returns what changed since a request was answered: it is rebuilt from its events as it was then.
pub(super) fn past(
    requests: &HashMap<RequestKey, KeptRequest>,
    candidates: &HashMap<CandidateName, Result<Arc<Candidate>, CorruptRow>>,
) -> Vec<(CandidateName, u64)> {
    let is_past = |name: &CandidateName, revision: u64| !matches!(candidates.get(name), Some(Ok(present)) if present.revision == revision);
    requests
        .iter()
        .filter(|(_, kept)| kept.revision > 0)
        .map(|(key, kept)| (CandidateName::new(key.workspace.clone(), kept.subject_id), kept.revision))
        .filter(|(name, revision)| is_past(name, *revision))
        .collect()
}
