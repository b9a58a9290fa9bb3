//! Candidates' lives, told event by event.

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{
    ApprovalCause, CandidateApproved, CandidateEdited, CandidateEvent, CandidateExecuted, CandidateHeld,
    CandidateProposed, CandidateRejected, CandidateSentBack, Confidence, ConfidenceLevel, ExecutionFailed,
    ExecutionResult, ExecutionStarted, ExternalReference, Failure, FailureClass, Fault, OutcomeLost, OutcomeSettled,
    Payload, RejectionReason, Risk, RiskTier, State,
};
use countersign_api::r#type::v1::{Principal, PrincipalKind};
use ledger_format::{Nonce, digest_payload};
use prost_types::{Duration, Timestamp};
use uuid::Uuid;

use super::log::{Log, START_US};

/// A log while a story is told into it.
pub struct Story {
    pub log: Log,
    /// Every event told, in order, with its kind.
    pub told: Vec<CandidateEvent>,
    now_ms: i64,
}

/// A candidate of a story.
#[derive(Clone)]
pub struct Told {
    pub name: String,
    revision: i64,
    payload: Option<Payload>,
}

impl Story {
    pub fn new() -> Self {
        Self { log: Log::new(), told: Vec::new(), now_ms: START_US / 1_000 }
    }

    /// Lets time pass.
    pub fn wait_ms(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    /// Goes on to this time: the next event happens then.
    pub fn go_on_at(&mut self, ms: i64) {
        self.now_ms = ms - 1;
    }

    /// Tells the next event of a candidate.
    pub fn tell(&mut self, candidate: &mut Told, actor: &str, state: State, event: Event) {
        candidate.revision += 1;
        self.now_ms += 1;
        let kind = kind_of(&event);
        let event = CandidateEvent {
            candidate: candidate.name.clone(),
            revision: candidate.revision,
            ordinal: 0,
            occur_time: Some(at_ms(self.now_ms)),
            actor: Some(principal(actor)),
            request_id: "r".to_owned(),
            state: state.into(),
            simulated: actor.starts_with("humans/simulated-"),
            event: Some(event),
            ..Default::default()
        };
        self.log.append(kind, &event);
        self.told.push(event);
    }

    pub fn propose(&mut self, number: u128, actor: &str, proposed: CandidateProposed, payload: &str) -> Told {
        let mut candidate = Told { name: name(number), revision: 0, payload: Some(payload_of(payload)) };
        let proposed = CandidateProposed { payload: candidate.payload.clone(), ..proposed };
        self.tell(&mut candidate, actor, State::Proposed, Event::CandidateProposed(proposed));
        candidate
    }

    pub fn approve(&mut self, candidate: &mut Told, actor: &str) {
        let approved = CandidateApproved { cause: ApprovalCause::Review.into(), ..Default::default() };
        self.tell(candidate, actor, State::Approved, Event::CandidateApproved(approved));
    }

    /// A person's standing approval applies.
    pub fn approve_standing(&mut self, candidate: &mut Told, actor: &str) {
        let approved = CandidateApproved { cause: ApprovalCause::StandingApproval.into(), ..Default::default() };
        self.tell(candidate, actor, State::Approved, Event::CandidateApproved(approved));
    }

    pub fn edit(&mut self, candidate: &mut Told, actor: &str, payload: &str, patch: &str) {
        let before = candidate.payload.replace(payload_of(payload)).expect("a payload before");
        let edited = CandidateEdited {
            patch_json: patch.to_owned(),
            note: "please, for Anna Müller".to_owned(),
            payload: candidate.payload.clone(),
            digest_before: before.digest,
            ..Default::default()
        };
        self.tell(candidate, actor, State::Edited, Event::CandidateEdited(edited));
    }

    pub fn reject(&mut self, candidate: &mut Told, actor: &str, reason: RejectionReason) {
        let rejected = CandidateRejected { reason: reason.into(), note: "no".to_owned() };
        self.tell(candidate, actor, State::Rejected, Event::CandidateRejected(rejected));
    }

    pub fn hold(&mut self, candidate: &mut Told, actor: &str) {
        self.tell(candidate, actor, State::Held, Event::CandidateHeld(CandidateHeld::default()));
    }

    pub fn start(&mut self, candidate: &mut Told) {
        let started = ExecutionStarted { attempt_number: 1, approving_entry_index: 1, ..Default::default() };
        self.tell(candidate, "services/executor", State::Executing, Event::ExecutionStarted(started));
    }

    pub fn execute(&mut self, candidate: &mut Told) {
        let made = ExternalReference { system: "crm".to_owned(), ..Default::default() };
        let result = Some(ExecutionResult { references: vec![made], ..Default::default() });
        let executed = CandidateExecuted { attempt_number: 1, result, ..Default::default() };
        self.tell(candidate, "services/executor", State::Executed, Event::CandidateExecuted(executed));
    }

    /// The attempt fails, of the input in another system than else; with `retried` it will be tried again by itself.
    pub fn fail(&mut self, candidate: &mut Told, class: FailureClass, retried: bool) {
        let system = if class == FailureClass::Invalid { "erp" } else { "crm" };
        let failed = ExecutionFailed {
            attempt_number: 1,
            failure: Some(Failure {
                class: class.into(),
                message: "m".to_owned(),
                retry_safe: retried,
                system: system.to_owned(),
            }),
            retry_after: retried.then_some(Duration { seconds: 5, nanos: 0 }),
            ..Default::default()
        };
        let state = if retried { State::Approved } else { State::Failed };
        self.tell(candidate, "services/executor", state, Event::ExecutionFailed(failed));
    }

    pub fn lose(&mut self, candidate: &mut Told) {
        self.tell(candidate, "services/clock", State::OutcomeUnknown, Event::OutcomeLost(OutcomeLost::default()));
    }

    pub fn settle(&mut self, candidate: &mut Told, actor: &str, state: State) {
        self.tell(candidate, actor, state, Event::OutcomeSettled(OutcomeSettled::default()));
    }

    pub fn send_back(&mut self, candidate: &mut Told, actor: &str, fault: Fault) {
        let sent_back = CandidateSentBack { reason: "words".to_owned(), fault: fault.into() };
        self.tell(candidate, actor, State::Rework, Event::CandidateSentBack(sent_back));
    }
}

/// What a proposer says: action type, risk and confidence.
/// Returns a log in which every candidate was rejected: two entries each.
pub fn rejections(candidates: u128) -> Log {
    let mut story = Story::new();
    for number in 0..candidates {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), "{}");
        story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
    }
    story.log
}

pub fn proposal(action_type: &str, risk: RiskTier, confidence: ConfidenceLevel) -> CandidateProposed {
    CandidateProposed {
        action_type: action_type.to_owned(),
        risk: Some(Risk { tier: risk.into(), ..Default::default() }),
        confidence: Some(Confidence { level: confidence.into(), ..Default::default() }),
        context_summary: "Anna Müller waits for an answer".to_owned(),
        ..Default::default()
    }
}

/// A usual proposal.
pub fn task() -> CandidateProposed {
    proposal("create_task", RiskTier::Low, ConfidenceLevel::High)
}

pub fn name(number: u128) -> String {
    format!("workspaces/demo/candidates/{}", Uuid::from_u128(number))
}

pub fn payload_of(json: &str) -> Payload {
    let nonce = [9; 32];
    let digest = digest_payload(&Nonce::new(nonce), json);
    Payload { canonical_json: json.to_owned(), nonce: nonce.to_vec(), digest: digest.as_bytes().to_vec() }
}

pub fn principal(id: &str) -> Principal {
    let kind = match id.split_once('/').map(|(collection, _)| collection) {
        Some("humans") => PrincipalKind::Human,
        Some("generators") => PrincipalKind::Generator,
        _ => PrincipalKind::Service,
    };
    Principal { kind: kind.into(), id: id.to_owned() }
}

pub fn at_ms(ms: i64) -> Timestamp {
    let nanos = i32::try_from(ms.rem_euclid(1_000) * 1_000_000).expect("below a second");
    Timestamp { seconds: ms.div_euclid(1_000), nanos }
}

pub fn kind_of(event: &Event) -> &'static str {
    match event {
        Event::CandidateProposed(_) => "candidate_proposed",
        Event::EvidenceAdded(_) => "evidence_added",
        Event::OwnerAssigned(_) => "owner_assigned",
        Event::ApprovalCollected(_) => "approval_collected",
        Event::CandidateApproved(_) => "candidate_approved",
        Event::CandidateEdited(_) => "candidate_edited",
        Event::CandidateRejected(_) => "candidate_rejected",
        Event::CandidateHeld(_) => "candidate_held",
        Event::ExecutionStarted(_) => "execution_started",
        Event::CandidateExecuted(_) => "candidate_executed",
        Event::ExecutionFailed(_) => "execution_failed",
        Event::OutcomeLost(_) => "outcome_lost",
        Event::OutcomeSettled(_) => "outcome_settled",
        Event::CandidateSentBack(_) => "candidate_sent_back",
        Event::CandidateEscalated(_) => "candidate_escalated",
        Event::CandidateExpired(_) => "candidate_expired",
        Event::CandidateWithdrawn(_) => "candidate_withdrawn",
        other => panic!("no story tells {other:?}"),
    }
}
