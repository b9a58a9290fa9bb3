//! Judges a batch of jobs against what the store holds, and says what to write: no I/O, the same for every database.
//!
//! The jobs of a batch see one another in order, as if each had been committed alone. A refused job leaves no trace.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, TriggerName, Workspace};
use ledger_format::CONTENT_MAX_BYTES;
use service_kit::access::Pseudonyms;

use super::{
    Changed, CorruptRow, Denial, KeptTrigger,
    job::{Answer, Ask, CommandJob, EventReceipt, Job, ProposeJob, TriggerJob},
    request::{KeptRequest, RequestHash, RequestKey},
    row::{EventRow, RequestRow},
    signals::Effects,
};
use crate::{
    catalogue::Catalogue,
    domain::{self, ActionTypeName, Candidate, Context, Event, EventBody, Moment, RequestId, Trigger, evolve},
    policy::Policy,
};

/// What judging needs besides the rows.
#[derive(Clone)]
pub(crate) struct Judge {
    pub(crate) catalogue: Catalogue,
    pub(crate) policy: Policy,
    pub(crate) pseudonyms: Pseudonyms,
}

/// Identifies a trigger by where it came from.
pub(crate) type SourceKey = (Workspace, String, String, String);

/// What the store holds of that which the jobs are about.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) requests: HashMap<RequestKey, KeptRequest>,
    pub(crate) candidates: HashMap<CandidateName, Result<Arc<Candidate>, CorruptRow>>,
    /// Candidates as they were when a request was answered that is asked again.
    pub(crate) answered: HashMap<(CandidateName, u64), Result<Arc<Candidate>, CorruptRow>>,
    pub(crate) triggers_by_source: HashMap<SourceKey, Result<Arc<Trigger>, CorruptRow>>,
    pub(crate) triggers_by_name: HashMap<TriggerName, Result<Arc<Trigger>, CorruptRow>>,
}

/// What to write, in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) created: Vec<Arc<Candidate>>,
    /// Candidates that changed, each with the revision that its row must still have.
    pub(crate) changed: Vec<(u64, Arc<Candidate>)>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) requests: Vec<RequestRow>,
    pub(crate) triggers: Vec<Arc<Trigger>>,
    pub(crate) receipts: Vec<EventReceipt>,
}

/// A batch that is being judged.
pub(crate) struct Batch<'a> {
    judge: &'a Judge,
    now: Moment,
    known: Known,
    /// Candidates that this batch touched, with the revision before; 0 for new ones. In the order of ids, as rows lie.
    touched: BTreeMap<CandidateName, u64>,
    writes: Writes,
    effects: Effects,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(judge: &'a Judge, now: Moment, known: Known) -> Self {
        Self { judge, now, known, touched: BTreeMap::new(), writes: Writes::default(), effects: Effects::default() }
    }

    /// Judges the next job.
    pub(crate) fn answer(&mut self, job: Job) -> Answer {
        match job {
            Job::Propose(job) => Answer::Candidate(self.propose(*job)),
            Job::Command(job) => Answer::Candidate(self.command(&job)),
            Job::Trigger(job) => Answer::Trigger(self.keep_trigger(&job)),
            Job::Receipts(receipts) => {
                self.effects.receipts += receipts.len();
                self.writes.receipts.extend(receipts);
                Answer::Receipts
            }
        }
    }

    /// Returns what to write, and what it changes for those who wait.
    pub(crate) fn finish(mut self) -> (Writes, Effects) {
        for (name, before) in self.touched {
            let Some(Ok(candidate)) = self.known.candidates.remove(&name) else {
                panic!("invariant: a touched candidate is known");
            };
            if let Some(deadline) = candidate.next_deadline() {
                self.effects.deadline = Some(self.effects.deadline.map_or(deadline, |known| known.min(deadline)));
            }
            match before {
                0 => self.writes.created.push(candidate),
                before => self.writes.changed.push((before, candidate)),
            }
        }
        (self.writes, self.effects)
    }

    fn propose(&mut self, job: ProposeJob) -> Result<Changed, Denial> {
        let ProposeJob { ask, mut propose } = job;
        let name = propose.name.clone();
        if let Some(replayed) = self.answered_before(&ask, &name.workspace)? {
            return self.replay(&name.workspace, replayed);
        }
        let kept = self.kept_trigger(&propose.proposal.trigger)?;
        let is_new_trigger = kept.is_none();
        if let Some(kept) = kept {
            propose.proposal.trigger = kept;
        }
        let trigger = Arc::clone(&propose.proposal.trigger);
        let action_type = propose.proposal.action_type.clone();
        let events = domain::propose(propose, &self.context(&ask, &action_type, false))?;
        let candidate = self.admit(&ask, None, &events)?;
        if is_new_trigger {
            self.insert_trigger(trigger);
        }
        Ok(Changed { candidate, replayed: false })
    }

    fn command(&mut self, job: &CommandJob) -> Result<Changed, Denial> {
        let CommandJob { ask, candidate: name, command, in_batch } = job;
        if let Some(replayed) = self.answered_before(ask, &name.workspace)? {
            return self.replay(&name.workspace, replayed);
        }
        let before = match self.known.candidates.get(name) {
            None => return Err(Denial::NotFound(name.clone())),
            Some(Err(corrupt)) => return Err(corrupt.clone().into()),
            Some(Ok(candidate)) => Arc::clone(candidate),
        };
        let context = self.context(ask, &before.proposal.action_type, *in_batch);
        let events = domain::decide(&before, command, &context)?;
        let candidate = self.admit(ask, Some(before), &events)?;
        Ok(Changed { candidate, replayed: false })
    }

    fn keep_trigger(&mut self, job: &TriggerJob) -> Result<KeptTrigger, Denial> {
        let TriggerJob { ask, trigger } = job;
        let workspace = &trigger.name.workspace;
        if let Some(kept) = self.answered_before(ask, workspace)? {
            let name = TriggerName::new(workspace.clone(), kept.subject_id);
            let trigger = self.known.triggers_by_name.get(&name).cloned();
            let trigger = trigger.expect("C-6: what a kept request is about is kept")?;
            return Ok(KeptTrigger { trigger, replayed: true });
        }
        trigger.check("trigger")?;
        let kept = if let Some(kept) = self.kept_trigger(trigger)? {
            KeptTrigger { trigger: kept, replayed: true }
        } else {
            self.insert_trigger(Arc::clone(trigger));
            KeptTrigger { trigger: Arc::clone(trigger), replayed: false }
        };
        self.remember_request(ask, workspace, kept.trigger.name.id, 0);
        Ok(kept)
    }

    fn context<'b>(&'b self, ask: &'b Ask, action_type: &ActionTypeName, in_batch: bool) -> Context<'b> {
        Context {
            now: self.now,
            actor: &ask.actor,
            request_id: ask.request_id(),
            traceparent: &ask.traceparent,
            action_type: self.judge.catalogue.get(action_type),
            policy: &self.judge.policy,
            in_batch,
        }
    }

    /// Finds the answer that this request was given before; other content under the same id is refused (C-6).
    fn answered_before(&self, ask: &Ask, workspace: &Workspace) -> Result<Option<KeptRequest>, Denial> {
        let (Some(key), Some((id, hash))) = (ask.key(workspace), &ask.request) else { return Ok(None) };
        let Some(kept) = self.known.requests.get(&key) else { return Ok(None) };
        same_content(id, *hash, kept).map(Some)
    }

    fn replay(&self, workspace: &Workspace, kept: KeptRequest) -> Result<Changed, Denial> {
        let name = CandidateName::new(workspace.clone(), kept.subject_id);
        let candidate = match self.known.candidates.get(&name) {
            Some(Ok(present)) if present.revision == kept.revision => Ok(Arc::clone(present)),
            _ => self.known.answered.get(&(name, kept.revision)).cloned().expect("C-6: a kept answer can be rebuilt"),
        };
        Ok(Changed { candidate: candidate?, replayed: true })
    }

    /// Takes over what was decided: nothing of it, or all.
    fn admit(&mut self, ask: &Ask, before: Option<Arc<Candidate>>, events: &[Event]) -> Result<Arc<Candidate>, Denial> {
        let rows = events
            .iter()
            .map(|event| EventRow::new(event, &self.judge.pseudonyms))
            .map(|row| {
                if row.content.len() > CONTENT_MAX_BYTES {
                    Err(Denial::EventTooLarge { bytes: row.content.len() })
                } else {
                    Ok(row)
                }
            })
            .collect::<Result<Vec<EventRow>, Denial>>()?;
        let before_revision = before.as_ref().map_or(0, |candidate| candidate.revision);
        if let Some(before) = &before {
            // A request that was answered as of now, before or in this batch, may be asked again later in it.
            let as_of_now = (before.name.clone(), before_revision);
            self.known.answered.entry(as_of_now).or_insert_with(|| Ok(Arc::clone(before)));
        }
        let state_before = before.as_ref().map(|candidate| candidate.state.name());

        let candidate =
            events.iter().fold(before.map(Arc::unwrap_or_clone), |candidate, event| Some(evolve(candidate, event)));
        let candidate = Arc::new(candidate.expect("invariant: a decision is at least one event"));
        assert_eq!(candidate.revision, before_revision + 1, "C-8: a decision makes the next revision");
        let name = &candidate.name;

        if let Some(state) = state_before {
            *self.effects.states.entry(state).or_default() -= 1;
        }
        *self.effects.states.entry(candidate.state.name()).or_default() += 1;
        self.effects.ended_claims.extend(events.iter().filter_map(ended_claim).map(|fence| (name.clone(), fence)));
        self.effects.with_events.insert(name.workspace.clone());
        self.effects.events += rows.len();
        self.writes.events.extend(rows);

        self.remember_request(ask, &name.workspace, name.id, candidate.revision);
        self.touched.entry(name.clone()).or_insert(before_revision);
        self.known.candidates.insert(name.clone(), Ok(Arc::clone(&candidate)));
        tracing::debug!(
            workspace = name.workspace.id(),
            candidate = %name.id,
            revision = candidate.revision,
            state = %candidate.state.name(),
            action_type = %candidate.proposal.action_type,
            proposer = %candidate.proposer,
            event = events.last().map(|event| event.body.kind()),
            "a candidate changes"
        );
        Ok(candidate)
    }

    fn remember_request(&mut self, ask: &Ask, workspace: &Workspace, subject_id: uuid::Uuid, revision: u64) {
        let (Some(key), Some((_, hash))) = (ask.key(workspace), &ask.request) else { return };
        let kept = KeptRequest { hash: *hash, subject_id, revision };
        self.writes.requests.push(RequestRow { key: key.clone(), kept });
        self.known.requests.insert(key, kept);
    }

    fn kept_trigger(&self, trigger: &Trigger) -> Result<Option<Arc<Trigger>>, Denial> {
        let kept = self.known.triggers_by_source.get(&source_of(trigger)).cloned();
        Ok(kept.transpose()?)
    }

    fn insert_trigger(&mut self, trigger: Arc<Trigger>) {
        self.effects.triggers += 1;
        self.known.triggers_by_source.insert(source_of(&trigger), Ok(Arc::clone(&trigger)));
        self.known.triggers_by_name.insert(trigger.name.clone(), Ok(Arc::clone(&trigger)));
        self.writes.triggers.push(trigger);
    }
}

impl Writes {
    /// Tells whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.requests.is_empty() && self.triggers.is_empty() && self.receipts.is_empty()
    }
}

/// Returns by what a trigger is one and the same.
pub(crate) fn source_of(trigger: &Trigger) -> SourceKey {
    let workspace = trigger.name.workspace.clone();
    (workspace, trigger.source_system.clone(), trigger.kind.clone(), trigger.source_id.clone())
}

fn same_content(id: &RequestId, hash: RequestHash, kept: &KeptRequest) -> Result<KeptRequest, Denial> {
    if kept.hash == hash { Ok(*kept) } else { Err(Denial::RequestIdReused(id.clone())) }
}

/// Returns the fence of the claim that an event ends.
fn ended_claim(event: &Event) -> Option<u64> {
    match &event.body {
        EventBody::CandidateExecuted(executed) => Some(executed.fence),
        EventBody::ExecutionFailed(failed) => Some(failed.fence),
        EventBody::OutcomeLost(lost) => Some(lost.fence),
        _ => None,
    }
}
