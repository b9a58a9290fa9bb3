//! Tells a candidate's life: decides, evolves, and remembers every event.

use std::sync::{Arc, LazyLock};

use countersign_api::etag::Etag;
use countersign_api::name::{CandidateName, TriggerName, Workspace};
use jiff::Timestamp;
use ledger_format::{Hash, Nonce};
use service_kit::access::Role;
use uuid::Uuid;

use super::cast::{BEN, EXECUTOR, RULES, actor, person};
use crate::catalogue::Catalogue;
use crate::domain::*;

pub const DAY_SECS: u64 = 24 * 60 * 60;
pub const LEASE_MS: u64 = 60_000;
pub const PAYLOAD: &str = r#"{"due":"2026-11-30","owner":"humans/anna","subject":"Ask for the missing account"}"#;

/// Read once: random histories begin by the thousand.
static CREATE_TASK: LazyLock<ActionType> = LazyLock::new(|| {
    let name = "create_task".parse().expect("a name");
    Catalogue::built_in().get(&name).expect("it is built in").clone()
});

/// A candidate's life so far.
#[derive(Debug, Clone)]
pub struct Story {
    pub now: Moment,
    pub verdict: PolicyVerdict,
    pub action_type: ActionType,
    pub in_batch: bool,
    pub rivals: Vec<Rival>,
    pub candidate: Option<Candidate>,
    pub events: Vec<Event>,
    nonces: u8,
}

impl Story {
    /// Sets the scene: a policy of one approval and four eyes, and `create_task`.
    pub fn new() -> Self {
        Self {
            now: Moment::from("2026-11-22T09:00:00Z".parse::<Timestamp>().expect("a time")),
            verdict: PolicyVerdict {
                policy_digest: Hash::new([1; 32]),
                quorum: 1,
                four_eyes: true,
                approver_roles: vec![Role::Reviewer, Role::Manager, Role::Admin],
                reasons: vec!["one person approves".into()],
                expire_after_secs: 14 * DAY_SECS,
                approval_valid_for_secs: 7 * DAY_SECS,
                path: ReviewPath::Standard,
                bulk_allowed: true,
                escalations: vec![EscalationStep {
                    after_secs: DAY_SECS,
                    to: "roles/manager".parse().expect("an audience"),
                }],
                rejection_memory_secs: 0,
            },
            action_type: CREATE_TASK.clone(),
            in_batch: false,
            rivals: Vec::new(),
            candidate: None,
            events: Vec::new(),
            nonces: 0,
        }
    }

    /// Begins with a plain proposal.
    pub fn proposed() -> Self {
        let mut story = Self::new();
        story.propose(story.proposal()).expect("a plain proposal");
        story
    }

    /// Begins with a proposal that a person approved.
    pub fn approved() -> Self {
        let mut story = Self::proposed();
        story.tell(BEN, story.approve());
        story
    }

    /// Begins with an attempt under way.
    pub fn executing() -> Self {
        let mut story = Self::approved();
        story.tell(EXECUTOR, story.claim());
        story
    }

    /// Begins with an outcome that nobody knows: the operation cannot be repeated safely, and the executor fell silent.
    pub fn outcome_unknown() -> Self {
        let mut story = Self::executing();
        story.action_type.retry_safe = false;
        story.pass_ms(LEASE_MS);
        story.tell_clock(Command::LoseTrack(LoseTrack::LeaseLapsed));
        story
    }

    /// Begins with a failure that no retry mends.
    pub fn failed() -> Self {
        let mut story = Self::executing();
        story.tell(EXECUTOR, story.report_failure(false));
        story
    }

    /// Begins with a success.
    pub fn executed() -> Self {
        let mut story = Self::executing();
        story.tell(EXECUTOR, story.report_success());
        story
    }

    /// Returns the candidate.
    pub fn it(&self) -> &Candidate {
        self.candidate.as_ref().expect("it was proposed")
    }

    pub fn state(&self) -> StateName {
        self.it().state.name()
    }

    pub fn pass_ms(&mut self, ms: u64) {
        self.now = self.now.plus_ms(ms);
    }

    pub fn pass_days(&mut self, days: u64) {
        self.now = self.now.plus_secs(days * DAY_SECS);
    }

    /// Lets so much time pass that it may expire, and everybody hear of it in time who is to hear of it.
    pub fn pass_unheeded(&mut self) {
        while self.it().is_unheard() {
            self.now = self.it().next_deadline().expect("a step is due");
            let rests = matches!(&self.it().state, State::Held(held) if held.until_at.is_some());
            self.tell_clock(if rests { Command::Release(Release { etag: None }) } else { Command::Escalate });
        }
        self.pass_days(30);
    }

    /// Lets somebody do something that must succeed.
    pub fn tell(&mut self, who: &str, command: Command) -> &Candidate {
        self.attempt(&actor(who), &command).unwrap_or_else(|refusal| panic!("{who}: {refusal}"));
        self.it()
    }

    /// Lets the clock do something that must succeed.
    pub fn tell_clock(&mut self, command: Command) -> &Candidate {
        self.attempt(&Actor::Clock, &command).unwrap_or_else(|refusal| panic!("the clock: {refusal}"));
        self.it()
    }

    /// Lets somebody try something that must be refused.
    pub fn refused(&mut self, who: &str, command: Command) -> Refusal {
        self.refused_by(&actor(who), &command)
    }

    pub fn refused_by(&mut self, who: &Actor, command: &Command) -> Refusal {
        let before = self.candidate.clone();
        let refusal = self.attempt(who, command).expect_err("it should be refused");
        assert_eq!(self.candidate, before, "a refusal changes nothing");
        refusal
    }

    /// Lets somebody try something.
    pub fn attempt(&mut self, who: &Actor, command: &Command) -> Result<(), Refusal> {
        let events = decide(self.it(), command, &self.context(who))?;
        self.take(events);
        Ok(())
    }

    pub fn propose(&mut self, command: Propose) -> Result<(), Refusal> {
        self.propose_as(&actor(RULES), command)
    }

    pub fn propose_as(&mut self, who: &Actor, command: Propose) -> Result<(), Refusal> {
        let events = propose(command, &self.context(who))?;
        self.take(events);
        Ok(())
    }

    fn take(&mut self, events: Vec<Event>) {
        assert!(!events.is_empty(), "what is not refused makes something happen");
        for event in &events {
            self.candidate = Some(evolve(self.candidate.take(), event));
        }
        self.events.extend(events);
    }

    pub fn context<'a>(&'a self, actor: &'a Actor) -> Context<'a> {
        Context {
            now: self.now,
            actor,
            request_id: None,
            traceparent: "",
            action_type: Some(&self.action_type),
            policy: &self.verdict,
            in_batch: self.in_batch,
            rivals: &self.rivals,
        }
    }

    pub fn etag(&self) -> Etag {
        self.it().etag()
    }

    pub fn nonce(&mut self) -> Nonce {
        self.nonces = self.nonces.wrapping_add(1);
        Nonce::new([self.nonces; 32])
    }
}

/// What can be asked in a story, ready to be changed.
impl Story {
    pub fn proposal(&self) -> Propose {
        let workspace = Workspace::new("demo").expect("an id");
        let trigger = Trigger {
            name: TriggerName::new(workspace.clone(), Uuid::from_u128(7)),
            source_system: "crm".into(),
            kind: "deal_exported".into(),
            source_id: "D-17".into(),
            occurred_at: None,
            record: None,
            fields: vec![SourceField { name: "account".into(), value: String::new() }],
            created_at: self.now,
        };
        Propose {
            name: CandidateName::new(workspace, Uuid::from_u128(1)),
            proposal: Proposal {
                generator: Generator { name: "crm-rules".into(), ..Generator::default() },
                trigger: Arc::new(trigger),
                record: None,
                context_summary: "The deal has no account.".into(),
                known_unknowns: Vec::new(),
                missing_fields: Vec::new(),
                confidence: Confidence::default(),
                action_type: self.action_type.name.clone(),
                target: None,
                reason: "Nobody can be billed without one.".into(),
                evidence_numbers: vec![1],
                due_at: None,
                dedup_key: String::new(),
                supersedes: None,
            },
            evidence: vec![evidence("record_field")],
            risk_tier: None,
            owner: Some(person(super::cast::ANNA)),
            owner_reason: String::new(),
            owner_team: Some("sales".parse().expect("a name")),
            payload: PayloadDraft::read(PAYLOAD),
            nonce: Nonce::new([0xee; 32]),
            standing: Vec::new(),
            precedence: None,
        }
    }

    pub fn add_evidence(&self, kind: &str) -> Command {
        Command::AddEvidence(AddEvidence { etag: self.etag(), evidence: vec![evidence(kind)] })
    }

    pub fn request_evidence(&self, kinds: &[&str]) -> Command {
        let kinds = kinds.iter().map(|kind| kind.parse().expect("a kind")).collect();
        Command::RequestEvidence(RequestEvidence { etag: self.etag(), question: "Which account is it?".into(), kinds })
    }

    pub fn assign_owner(&self, owner: &str) -> Command {
        Command::AssignOwner(AssignOwner { etag: self.etag(), owner: person(owner), note: String::new() })
    }

    pub fn edit_due(&mut self, due: &str) -> Command {
        let patch = format!(r#"[{{"op":"replace","path":"/due","value":"{due}"}}]"#);
        self.edit(Change::Patch(patch))
    }

    pub fn edit(&mut self, change: Change) -> Command {
        Command::Edit(Edit { etag: self.etag(), change, note: "Later.".into(), nonce: self.nonce() })
    }

    pub fn approval(&self) -> Approve {
        Approve {
            etag: self.etag(),
            digest: self.it().payload.digest(),
            note: String::new(),
            acknowledged_conflicts: Vec::new(),
        }
    }

    pub fn approve(&self) -> Command {
        Command::Approve(self.approval())
    }

    pub fn retry(&self) -> Command {
        Command::Retry(self.approval())
    }

    pub fn withdraw_approval(&self) -> Command {
        Command::WithdrawApproval(WithdrawApproval { etag: self.etag(), note: String::new() })
    }

    pub fn reject(&self) -> Command {
        let reason = RejectionReason::NotWorthIt;
        Command::Reject(Reject { etag: self.etag(), reason, note: "The deal is too small.".into() })
    }

    pub fn hold(&self, until_at: Option<Moment>, until_evidence: bool) -> Command {
        Command::Hold(Hold { etag: self.etag(), reason: "The customer is away.".into(), until_at, until_evidence })
    }

    pub fn release(&self) -> Command {
        Command::Release(Release { etag: Some(self.etag()) })
    }

    pub fn withdraw(&self) -> Command {
        Command::Withdraw(Withdraw { etag: self.etag(), reason: String::new(), superseded_by: None })
    }

    /// A claim with the receipt of the approval that stands; of some approval, where none does.
    pub fn claim(&self) -> Command {
        let approved = |event: &&Event| matches!(event.body, EventBody::CandidateApproved(_));
        let (revision, ordinal) =
            self.events.iter().rev().find(approved).map_or((1, 0), |event| (event.revision, event.ordinal));
        let recorded_at = Some(RecordedAt { revision, ordinal, entry_index: 4711, checkpoint_size: 4712 });
        Command::Claim(ClaimCommand { lease_ms: LEASE_MS, recorded_at })
    }

    pub fn fence(&self) -> u64 {
        self.it().execution.fence
    }

    pub fn extend_claim(&self) -> Command {
        Command::ExtendClaim(ExtendClaim { fence: self.fence(), lease_ms: LEASE_MS })
    }

    pub fn report_success(&self) -> Command {
        Command::ReportSuccess(ReportSuccess { fence: self.fence(), result: result() })
    }

    pub fn report_failure(&self, retry_safe: bool) -> Command {
        Command::ReportFailure(ReportFailure { fence: self.fence(), failure: failure(retry_safe) })
    }

    pub fn lose_track(&self) -> Command {
        Command::LoseTrack(LoseTrack::Executor { fence: self.fence(), message: "the answer never came".into() })
    }

    /// What approves the same bytes again.
    pub fn anew(&self) -> Settlement {
        Settlement::Approve { digest: self.it().payload.digest(), acknowledged_conflicts: Vec::new() }
    }

    pub fn settle(&self, settlement: Settlement) -> Command {
        let finding = "Looked into the target.".into();
        Command::Settle(Settle { etag: self.etag(), finding, settlement, fence: None })
    }

    pub fn send_back(&self) -> Command {
        let reason = "The task went to the wrong person.".into();
        Command::SendBack(SendBack { etag: self.etag(), reason, fault: Fault::Proposal })
    }
}

pub fn evidence(kind: &str) -> EvidenceItem {
    EvidenceItem {
        kind: kind.parse().expect("a kind"),
        title: "The deal as exported".into(),
        summary: String::new(),
        link: String::new(),
        content_sha256: None,
        read_at: None,
        fields: vec![EvidenceField { name: "account".into(), value: String::new() }],
    }
}

pub fn result() -> ExecutionResult {
    let reference = ExternalReference {
        system: "sandbox".into(),
        object_type: "task".into(),
        id: "42".into(),
        link: String::new(),
    };
    ExecutionResult { references: vec![reference], changes: Vec::new(), executed_at: None }
}

pub fn failure(retry_safe: bool) -> Failure {
    let (class, system) = (FailureClass::Unavailable, "sandbox".into());
    Failure { class, message: "the target did not answer".into(), retry_safe, system }
}
