//! Judges a batch of jobs against what the store holds, and says what to write: no I/O, the same for every database.
//!
//! The jobs of a batch see one another in order, as if each had been committed alone. A refused job leaves no trace.

mod apply_policy;
mod delegation;
mod erasure;
mod policy;
mod policy_file;
mod standing;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use countersign_api::name::{CandidateName, DelegationName, TriggerName, Workspace};
use ledger_format::{CONTENT_MAX_BYTES, Hash};
use service_kit::access::Pseudonyms;

use super::{
    Changed, CorruptRow, Denial, KeptTrigger,
    ahead::{Ahead, AheadWrites},
    erasure::{ErasureRow, FollowedJob, KeptEvent},
    in_force::{InForce, PolicyFileRow},
    job::{Answer, Ask, CommandJob, Job, ProposeJob, ReceiptsJob, TriggerJob},
    kin::{self, Kin, MemoryRow},
    request::{KeptRequest, RequestHash, RequestKey},
    row::{CandidateRow, EventRow, RequestRow},
    signals::Effects,
};
use crate::{
    audit_sample::AuditSample,
    catalogue::Catalogue,
    domain::{
        self, ActionType, ActionTypeName, Candidate, ChangeSubject, Command, Context, Delegation, Event, EventBody,
        Moment, PolicyRevision, Propose, RequestId, Rival, State, Trigger, Withdraw, evolve,
    },
    keyed_toml::KeyError,
    ownership::Owners,
    policy::{Approvers, Policy},
};

/// What judging needs besides the rows.
#[derive(Clone)]
pub(crate) struct Judge {
    pub(crate) catalogue: Catalogue,
    /// The policy that a workspace begins with; what is wrong with it, when it is none.
    pub(crate) first_policy: Result<Policy, KeyError>,
    pub(crate) approvers: Approvers,
    /// What is in force in the workspaces that anything was proposed in.
    pub(crate) policies: HashMap<Workspace, InForce>,
    pub(crate) owners: Owners,
    pub(crate) pseudonyms: Pseudonyms,
    pub(crate) audit: AuditSample,
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
    pub(crate) kin: Kin,
    pub(crate) ahead: Ahead,
    /// What happened to candidates that are to be erased.
    pub(crate) histories: HashMap<CandidateName, Result<Vec<KeptEvent>, CorruptRow>>,
    /// How many turns each team of these workspaces gave out.
    pub(crate) team_turns: HashMap<(Workspace, Hash), u64>,
    pub(crate) triggers_by_name: HashMap<TriggerName, Result<Arc<Trigger>, CorruptRow>>,
    /// Those that have not ended, where a job is on delegations, and those that jobs name.
    pub(crate) delegations: BTreeMap<DelegationName, Result<Delegation, CorruptRow>>,
}

/// What to write, in one transaction.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    pub(crate) created: Vec<CandidateRow>,
    /// Candidates that changed, each with the revision that its row must still have.
    pub(crate) changed: Vec<(u64, CandidateRow)>,
    pub(crate) memories: Vec<MemoryRow>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) requests: Vec<RequestRow>,
    pub(crate) triggers: Vec<Arc<Trigger>>,
    pub(crate) delegations_made: Vec<Delegation>,
    pub(crate) delegations_ended: Vec<Delegation>,
    pub(crate) ahead: AheadWrites,
    /// Teams that gave out turns, with how many that makes.
    pub(crate) team_turns: HashMap<(Workspace, Hash), u64>,
    pub(crate) receipts: Vec<ReceiptsJob>,
    pub(crate) erasures: Vec<ErasureRow>,
    pub(crate) followed: Vec<FollowedJob>,
    pub(crate) policy_revisions: Vec<PolicyRevision>,
    pub(crate) policy_files: Vec<PolicyFileRow>,
    /// What is in force afterwards in workspaces where that changed; already in the rows above.
    pub(crate) in_force: HashMap<Workspace, InForce>,
}

/// A candidate that a batch touched: its revision before, 0 for a new one, and what it would change now.
struct Touched {
    before: u64,
    change_subject: ChangeSubject,
}

/// A batch that is being judged.
pub(crate) struct Batch<'a> {
    judge: &'a Judge,
    now: Moment,
    known: Known,
    /// Candidates that this batch touched, in the order of ids, as rows lie.
    touched: BTreeMap<CandidateName, Touched>,
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
            Job::ApplyPolicy(job) => Answer::Candidate(self.apply_policy(&job)),
            Job::PolicyFile(job) => Answer::PolicyFile(self.take_policy_file(*job)),
            Job::Delegation(job) => Answer::Delegation(self.delegate(*job)),
            Job::Standing(job) => Answer::Standing(self.stand(*job)),
            Job::Erase(job) => Answer::Erased(self.erase(&job)),
            Job::Followed(job) => {
                self.writes.followed.push(job);
                Answer::Followed
            }
            Job::Receipts(job) => {
                self.effects.receipts += job.receipts.len();
                self.writes.receipts.push(job);
                Answer::Receipts
            }
        }
    }

    /// Returns what to write, and what it changes for those who wait.
    pub(crate) fn finish(mut self) -> (Writes, Effects) {
        for (name, Touched { before, change_subject }) in self.touched {
            let Some(Ok(candidate)) = self.known.candidates.remove(&name) else {
                panic!("invariant: a touched candidate is known");
            };
            if let Some(deadline) = candidate.next_deadline() {
                self.effects.deadline = Some(self.effects.deadline.map_or(deadline, |known| known.min(deadline)));
            }
            let row = CandidateRow { candidate, change_subject };
            match before {
                0 => self.writes.created.push(row),
                before => self.writes.changed.push((before, row)),
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
        let mut turn = None;
        if let Some(owner) = &propose.owner {
            propose.owner_team = self.judge.owners.team_of(owner).cloned();
        } else if let Some(found) = self.judge.owners.find(&propose, |team| self.turns_given(&name.workspace, team)) {
            (propose.owner, propose.owner_reason, propose.owner_team) = (Some(found.owner), found.reason, found.team);
            turn = found.turn;
        }
        self.check_memory(&ask, &propose)?;
        let predecessor = self.predecessor(&ask, &propose)?;
        propose.proposal.supersedes = predecessor.as_ref().map(|predecessor| predecessor.name.clone());
        propose.standing = self.offers(&ask, &propose);
        if !propose.standing.is_empty() {
            propose.precedence = self.precedence(&ask, &propose, predecessor.as_deref());
        }
        let trigger = Arc::clone(&propose.proposal.trigger);
        let action_type = propose.proposal.action_type.clone();
        let events = domain::propose(propose, &self.context(&ask, &name.workspace, &action_type, false, &[])?)?;
        let candidate = self.admit(&ask, None, &events)?;
        self.count_use(&candidate);
        if let Some(turn) = turn {
            self.take_turn(&name.workspace, turn);
        }
        if let Some(predecessor) = predecessor {
            self.supersede(&ask, &predecessor, &candidate.name)?;
        }
        if is_new_trigger {
            self.insert_trigger(trigger);
        }
        Ok(Changed { candidate, replayed: false })
    }

    fn turns_given(&self, workspace: &Workspace, team: Hash) -> u64 {
        self.known.team_turns.get(&(workspace.clone(), team)).copied().unwrap_or_default()
    }

    /// Counts a turn that a kept candidate took: what is refused, and what is answered again, takes none.
    fn take_turn(&mut self, workspace: &Workspace, team: Hash) {
        let given = self.turns_given(workspace, team) + 1;
        self.known.team_turns.insert((workspace.clone(), team), given);
        self.writes.team_turns.insert((workspace.clone(), team), given);
    }

    /// Refuses what was rejected before, while that is remembered.
    fn check_memory(&self, ask: &Ask, propose: &Propose) -> Result<(), Denial> {
        // The keys are hashes over whole payloads: not made where nothing could be found by them.
        if self.known.kin.memories.is_empty() {
            return Ok(());
        }
        let action_type = self.judge.catalogue.get(&propose.proposal.action_type);
        let keys = kin::memory_keys(&ask.actor.principal(), propose, action_type);
        match self.known.kin.remembered(&propose.name.workspace, &keys, self.now) {
            None => Ok(()),
            Some(memory) => Err(Denial::RejectedBefore(memory.clone())),
        }
    }

    /// Finds what a proposal replaces: its proposer's own candidate that is open under the same dedup key.
    fn predecessor(&self, ask: &Ask, propose: &Propose) -> Result<Option<Arc<Candidate>>, Denial> {
        let workspace = &propose.name.workspace;
        let alike = self.known.kin.predecessor(workspace, &ask.actor.principal(), &propose.proposal);
        let known = alike.map(|name| self.known.candidates.get(name).expect("invariant: kin is read with its rows"));
        Ok(known.cloned().transpose()?)
    }

    /// Takes back what a new candidate replaces, so that each names the other.
    fn supersede(&mut self, ask: &Ask, before: &Arc<Candidate>, successor: &CandidateName) -> Result<(), Denial> {
        // The request is answered by its successor.
        let ask = Ask { request: None, ..ask.clone() };
        let withdraw = Command::Withdraw(Withdraw {
            etag: before.etag(),
            reason: String::new(),
            superseded_by: Some(successor.clone()),
        });
        let context = self.context(&ask, &successor.workspace, &before.proposal.action_type, false, &[])?;
        let events =
            domain::decide(before, &withdraw, &context).expect("invariant: its proposer takes back what is open");
        self.admit(&ask, Some(before), &events)?;
        Ok(())
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
        let rivals = self.known.kin.rivals(&before);
        let context = self.context(ask, &name.workspace, &before.proposal.action_type, *in_batch, &rivals)?;
        let events = domain::decide(&before, command, &context)?;
        let candidate = self.admit(ask, Some(&before), &events)?;
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

    fn context<'b>(
        &'b self,
        ask: &'b Ask,
        workspace: &Workspace,
        action_type: &ActionTypeName,
        in_batch: bool,
        rivals: &'b [Rival],
    ) -> Result<Context<'b>, Denial> {
        Ok(Context {
            now: self.now,
            actor: &ask.actor,
            request_id: ask.request_id(),
            traceparent: &ask.traceparent,
            action_type: self.judge.catalogue.get(action_type),
            policy: self.policy_of(workspace)?,
            in_batch,
            rivals,
        })
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
            present => {
                // Rebuilt from erased events, it does not say by itself that it was erased.
                let erased = present.and_then(|present| present.as_ref().ok()).and_then(|present| present.erased);
                let then = self.known.answered.get(&(name, kept.revision)).cloned();
                let then = then.expect("C-6: a kept answer can be rebuilt");
                then.map(|then| match erased {
                    Some(_) => Arc::new(Candidate { erased, ..Candidate::clone(&then) }),
                    None => then,
                })
            }
        };
        Ok(Changed { candidate: candidate?, replayed: true })
    }

    /// Takes over what was decided: nothing of it, or all.
    fn admit(
        &mut self,
        ask: &Ask,
        before: Option<&Arc<Candidate>>,
        events: &[Event],
    ) -> Result<Arc<Candidate>, Denial> {
        // What is still said of an erased candidate is recorded without its words.
        let erased: Vec<Event>;
        let events = if before.is_some_and(|before| before.erased.is_some()) {
            erased = events.iter().map(Event::erased).collect();
            erased.as_slice()
        } else {
            events
        };
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
        let before_revision = before.map_or(0, |candidate| candidate.revision);
        if let Some(before) = before {
            // A request that was answered as of now, before or in this batch, may be asked again later in it.
            let as_of_now = (before.name.clone(), before_revision);
            self.known.answered.entry(as_of_now).or_insert_with(|| Ok(Arc::clone(before)));
        }
        let state_before = before.map(|candidate| candidate.state.name());

        let candidate = events
            .iter()
            .fold(before.map(|before| Candidate::clone(before)), |candidate, event| Some(evolve(candidate, event)));
        let candidate = Arc::new(candidate.expect("invariant: a decision is at least one event"));
        assert_eq!(candidate.revision, before_revision + 1, "C-8: a decision makes the next revision");
        self.check_policy_change(&candidate, events)?;
        self.begin_policy(&candidate.name.workspace);
        let name = &candidate.name;

        if let Some(state) = state_before {
            *self.effects.states.entry(state).or_default() -= 1;
        }
        *self.effects.states.entry(candidate.state.name()).or_default() += 1;
        if matches!(candidate.state, State::Approved(_)) {
            let entry = self.judge.catalogue.get(&candidate.proposal.action_type);
            self.effects.policy_approved |= entry.is_some_and(ActionType::changes_policy);
        }
        self.effects.ended_claims.extend(events.iter().filter_map(ended_claim).map(|fence| (name.clone(), fence)));
        self.effects.with_events.insert(name.workspace.clone());
        self.effects.events += rows.len();
        self.writes.events.extend(rows);

        self.remember_request(ask, &name.workspace, name.id, candidate.revision);
        self.known.candidates.insert(name.clone(), Ok(Arc::clone(&candidate)));
        self.follow_ahead(ask, before.map(|before| &**before), &candidate);
        let action_type = self.judge.catalogue.get(&candidate.proposal.action_type);
        let change_subject = self.known.kin.follow(&candidate, action_type);
        let before = self.touched.get(name).map_or(before_revision, |touched| touched.before);
        self.touched.insert(name.clone(), Touched { before, change_subject });
        let memories = self.known.kin.remember(&candidate, action_type, events);
        self.writes.memories.extend(memories);
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
        self.events.is_empty()
            && self.requests.is_empty()
            && self.triggers.is_empty()
            && self.receipts.iter().all(|job| job.receipts.is_empty())
            && self.erasures.is_empty()
            && self.followed.is_empty()
            && self.policy_files.is_empty()
    }
}

/// Returns by what a trigger is one and the same.
pub(crate) fn source_of(trigger: &Trigger) -> SourceKey {
    let workspace = trigger.name.workspace.clone();
    (workspace, trigger.source_system.clone(), trigger.kind.clone(), trigger.source_id.clone())
}

fn same_content(id: &RequestId, hash: RequestHash, kept: &KeptRequest) -> Result<KeptRequest, Denial> {
    if kept.hash == hash || kept.hash.is_erased() { Ok(*kept) } else { Err(Denial::RequestIdReused(id.clone())) }
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
