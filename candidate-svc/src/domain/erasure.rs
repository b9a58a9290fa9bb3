//! What is left of a candidate, and of what happened to it, once its contents were erased.
//!
//! Words, names, records, payload and evidence go. States, times, categories, counts, digests and who did what stay. Erasing commutes with
//! [`evolve`](super::evolve): a candidate rebuilt from erased events is the erased candidate, so that C-8 holds for it as for any other.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    Actor, Approval, AttemptOutcome, Candidate, CandidateEdited, CandidateProposed, Command, Event, EventBody,
    Evidence, EvidenceItem, EvidenceQuestion, Execution, ExecutionResult, Failure, Finding, Held, Moment,
    NeedsEvidence, Payload, Proposal, Refusal, Rejection, Rework, Settlement, State, Trigger, Waiting,
};

/// When a candidate's contents were erased, and by which ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// When this service carried it out.
    pub erased_at: Moment,
    /// Index of the ledger entry that says who asked, why and on which authority.
    pub entry_index: u64,
}

impl Candidate {
    /// Returns what is left of the candidate.
    #[must_use]
    pub fn erased_by(&self, erasure: Erasure) -> Self {
        Self {
            state: state(&self.state),
            proposal: Arc::new(proposal(&self.proposal)),
            evidence: self.evidence.iter().map(evidence).collect(),
            payload: Arc::new(Payload::erased(self.payload.digest())),
            // Plain hashes over the payload: it could be guessed.
            first_content: None,
            first_payload: None,
            edit_note: String::new(),
            approvals: self.approvals.iter().map(approval).collect(),
            execution: execution(&self.execution),
            erased: Some(erasure),
            ..self.clone()
        }
    }
}

impl Event {
    /// Returns what is left of the event.
    #[must_use]
    pub fn erased(&self) -> Self {
        Self { erased: true, body: body(&self.body), ..self.clone() }
    }
}

impl Trigger {
    /// Returns what is left of the trigger. Its own id stands for the one it had where it came from.
    #[must_use]
    pub fn erased(&self) -> Self {
        Self { source_id: self.name.id.to_string(), record: None, fields: Vec::new(), ..self.clone() }
    }
}

/// Refuses what needs the contents of an erased candidate; what time and machines conclude goes on.
pub(super) fn check(candidate: &Candidate, command: &Command, actor: &Actor) -> Result<(), Refusal> {
    let Some(erasure) = candidate.erased else { return Ok(()) };
    let needs_content = match command {
        Command::AddEvidence(_)
        | Command::RequestEvidence(_)
        | Command::AssignOwner(_)
        | Command::Edit(_)
        | Command::Approve(_)
        | Command::Hold(_)
        | Command::Release(_)
        | Command::Claim(_)
        | Command::Retry(_)
        | Command::SendBack(_) => true,
        Command::Settle(facts) => matches!(facts.settlement, Settlement::Approve { .. }),
        Command::WithdrawApproval(_)
        | Command::Reject(_)
        | Command::Withdraw(_)
        | Command::Expire
        | Command::Escalate
        | Command::ExtendClaim(_)
        | Command::ReportSuccess(_)
        | Command::ReportFailure(_)
        | Command::LoseTrack(_) => false,
    };
    if needs_content && !matches!(actor, Actor::Clock) {
        let (candidate, entry_index) = (candidate.name.clone(), erasure.entry_index);
        return Err(Refusal::ContentErased { candidate, verb: command.verb(), entry_index });
    }
    Ok(())
}

fn body(body: &EventBody) -> EventBody {
    let mut body = body.clone();
    match &mut body {
        EventBody::CandidateProposed(facts) => proposed(facts),
        EventBody::EvidenceAdded(facts) => facts.evidence.iter_mut().for_each(|added| *added = evidence(added)),
        EventBody::EvidenceRequested(facts) => facts.question = question(&facts.question),
        EventBody::OwnerAssigned(facts) => facts.note.clear(),
        EventBody::CandidateEdited(facts) => edited(facts),
        EventBody::ApprovalCollected(facts) => facts.note.clear(),
        EventBody::CandidateApproved(facts) => {
            facts.note.clear();
            facts.approvals.iter_mut().for_each(|given| *given = approval(given));
        }
        EventBody::ApprovalWithdrawn(facts) => facts.note.clear(),
        EventBody::CandidateRejected(facts) => facts.note.clear(),
        EventBody::CandidateHeld(facts) => facts.reason.clear(),
        EventBody::CandidateWithdrawn(facts) => facts.reason.clear(),
        EventBody::CandidateExecuted(facts) => facts.result = result(&facts.result),
        EventBody::ExecutionFailed(facts) => facts.failure = failure(&facts.failure),
        EventBody::OutcomeLost(facts) => facts.message.clear(),
        EventBody::OutcomeSettled(facts) => {
            facts.words.clear();
            facts.finding = match &facts.finding {
                Finding::Executed(found) => Finding::Executed(result(found)),
                Finding::Failed(found) => Finding::Failed(failure(found)),
                Finding::MayRetry => Finding::MayRetry,
            };
        }
        EventBody::CandidateSentBack(facts) => facts.reason.clear(),
        EventBody::CandidateReleased(_)
        | EventBody::CandidateExpired(_)
        | EventBody::ExecutionStarted(_)
        | EventBody::ClaimExtended(_)
        | EventBody::CandidateEscalated(_) => {}
    }
    body
}

fn proposed(facts: &mut CandidateProposed) {
    facts.proposal = Arc::new(proposal(&facts.proposal));
    facts.evidence.iter_mut().for_each(|given| *given = evidence(given));
    // The team stays with the owner: a name of the owner file, no person's.
    facts.owner_reason.clear();
    facts.payload = Arc::new(Payload::erased(facts.payload.digest()));
    facts.evidence_question = facts.evidence_question.as_ref().map(question);
}

fn edited(facts: &mut CandidateEdited) {
    facts.patch_json.clear();
    facts.note.clear();
    facts.payload = Arc::new(Payload::erased(facts.payload.digest()));
}

fn proposal(proposal: &Proposal) -> Proposal {
    let mut proposal = Proposal {
        trigger: Arc::new(proposal.trigger.erased()),
        record: None,
        context_summary: String::new(),
        known_unknowns: Vec::new(),
        missing_fields: Vec::new(),
        target: None,
        reason: String::new(),
        dedup_key: String::new(),
        ..proposal.clone()
    };
    proposal.confidence.note.clear();
    proposal
}

fn evidence(evidence: &Evidence) -> Evidence {
    let item = EvidenceItem {
        kind: evidence.item.kind.clone(),
        title: String::new(),
        summary: String::new(),
        link: String::new(),
        // A plain hash: short contents could be guessed from it.
        content_sha256: None,
        read_at: evidence.item.read_at,
        fields: Vec::new(),
    };
    Evidence { item, ..evidence.clone() }
}

fn question(question: &EvidenceQuestion) -> EvidenceQuestion {
    EvidenceQuestion { question: String::new(), ..question.clone() }
}

fn approval(approval: &Approval) -> Approval {
    Approval { note: String::new(), ..approval.clone() }
}

fn failure(failure: &Failure) -> Failure {
    Failure { message: String::new(), ..failure.clone() }
}

fn result(result: &ExecutionResult) -> ExecutionResult {
    ExecutionResult { references: Vec::new(), changes: Vec::new(), executed_at: result.executed_at }
}

fn execution(execution: &Execution) -> Execution {
    let mut execution = execution.clone();
    for attempt in &mut execution.attempts {
        if let AttemptOutcome::Failed(failed) = &attempt.outcome {
            attempt.outcome = AttemptOutcome::Failed(failure(failed));
        }
    }
    execution.result = execution.result.as_ref().map(result);
    execution
}

fn state(state: &State) -> State {
    let mut state = state.clone();
    match &mut state {
        State::NeedsEvidence(facts) => needs_evidence(facts),
        State::Held(Held { reason, before, .. }) => {
            reason.clear();
            if let Waiting::NeedsEvidence(facts) = before {
                needs_evidence(facts);
            }
        }
        State::Rework(Rework { reason, .. }) => reason.clear(),
        State::Rejected(Rejection { note, .. }) => note.clear(),
        State::Proposed
        | State::NeedsOwner
        | State::Edited
        | State::Approved(_)
        | State::Executing(_)
        | State::Executed
        | State::Failed
        | State::OutcomeUnknown
        | State::Withdrawn(_)
        | State::Expired => {}
    }
    state
}

fn needs_evidence(facts: &mut NeedsEvidence) {
    facts.question = question(&facts.question);
}
