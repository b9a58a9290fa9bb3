use std::collections::BTreeSet;

use countersign_api::candidate::v1::candidate_event::Event;
use countersign_api::candidate::v1::{CandidateEvent, Payload, State};
use countersign_api::r#type::v1::PrincipalKind;

/// What the ledger says happened to one candidate so far, as far as a next step depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// The candidate.
    pub name: String,
    /// Who proposed it.
    pub proposer: String,
    /// The id of the record in the system that caused it.
    pub source_id: String,
    /// The kind of action.
    pub action_type: String,
    /// The last revision that was read.
    pub revision: i64,
    /// The state it left.
    pub state: State,
    /// What would run, canonical JSON.
    pub payload: String,
    /// Its digest.
    pub digest: Vec<u8>,
    /// The kinds of evidence that are asked for.
    pub evidence_kinds: Vec<String>,
    /// How often it was edited since it was proposed or last sent back.
    pub edits: u32,
    /// How often it was put aside.
    pub holds: u32,
    /// How often somebody asked for evidence.
    pub questions: u32,
    /// How often it was sent back.
    pub sent_back: u32,
    /// How often it was executed.
    pub executions: u32,
    /// Who edited it.
    pub editors: BTreeSet<String>,
    /// Whether a person decided something on it. The simulation leaves it to them from then on.
    pub is_in_a_persons_hands: bool,
}

impl Story {
    /// Takes the next event in.
    pub fn absorb(&mut self, event: &CandidateEvent) {
        self.revision = self.revision.max(event.revision);
        self.state = event.state();
        let actor = event.actor.clone().unwrap_or_default();
        self.is_in_a_persons_hands |= actor.kind() == PrincipalKind::Human && !event.simulated;
        let Some(said) = &event.event else { return };
        match said {
            Event::CandidateProposed(proposed) => {
                self.name.clone_from(&event.candidate);
                self.proposer = event.actor.as_ref().map_or_else(String::new, |actor| actor.id.clone());
                self.source_id =
                    proposed.trigger.as_ref().map_or_else(String::new, |trigger| trigger.source_id.clone());
                self.action_type.clone_from(&proposed.action_type);
                self.take_payload(proposed.payload.as_ref());
                let question = proposed.evidence_question.as_ref();
                self.evidence_kinds = question.map_or_else(Vec::new, |question| question.kinds.clone());
            }
            Event::CandidateEdited(edited) => {
                self.edits += 1;
                self.editors.insert(actor.id);
                self.take_payload(edited.payload.as_ref());
            }
            Event::EvidenceRequested(requested) => {
                self.questions += 1;
                self.evidence_kinds =
                    requested.question.as_ref().map_or_else(Vec::new, |question| question.kinds.clone());
            }
            Event::CandidateHeld(_) => self.holds += 1,
            Event::CandidateSentBack(_) => {
                self.sent_back += 1;
                self.edits = 0;
            }
            Event::CandidateExecuted(_) => self.executions += 1,
            Event::OutcomeSettled(settled) if settled.result.is_some() => self.executions += 1,
            Event::EvidenceAdded(_)
            | Event::OwnerAssigned(_)
            | Event::ApprovalCollected(_)
            | Event::CandidateApproved(_)
            | Event::ApprovalWithdrawn(_)
            | Event::CandidateRejected(_)
            | Event::CandidateReleased(_)
            | Event::CandidateWithdrawn(_)
            | Event::CandidateExpired(_)
            | Event::CandidateEscalated(_)
            | Event::ExecutionStarted(_)
            | Event::ClaimExtended(_)
            | Event::ExecutionFailed(_)
            | Event::OutcomeLost(_)
            | Event::OutcomeSettled(_) => {}
        }
    }

    fn take_payload(&mut self, payload: Option<&Payload>) {
        if let Some(payload) = payload {
            self.payload.clone_from(&payload.canonical_json);
            self.digest.clone_from(&payload.digest);
        }
    }
}
