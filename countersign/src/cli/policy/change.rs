//! A change of the review policy, as a candidate that people decide on.

use countersign_api::candidate::v1::{
    Candidate, Confidence, ConfidenceBasis, ConfidenceLevel, Evidence, Generator, PolicyRevision, Proposal,
    ProposeCandidateRequest, RecordReference, Trigger,
};
use ledger_format::sha256;
use serde_json::json;

use crate::candidate_text::{short_id, state_name};
use crate::failure::Failure;
use crate::output::facts;
use crate::session::Session;

/// Another policy, and why.
pub struct Change {
    /// The command that puts it forward.
    pub command: &'static str,
    /// The whole text.
    pub policy_toml: String,
    /// What changes and why.
    pub summary: String,
    /// Who should decide; empty where nobody is named.
    pub owner: String,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

impl Change {
    /// Proposes it on top of the policy in force, as the person whose token the session has.
    ///
    /// # Errors
    /// The server's refusal, which names the key where the policy is none.
    pub async fn propose(self, session: &Session, in_force: &PolicyRevision) -> Result<Candidate, Failure> {
        let request = ProposeCandidateRequest {
            parent: session.workspace().to_string(),
            request_id: session.new_request_id(),
            proposal: Some(self.proposal(session, in_force)),
        };
        let response = session.proposals().propose_candidate(request).await?.into_inner();
        Ok(response.candidate.unwrap_or_default())
    }

    fn proposal(self, session: &Session, in_force: &PolicyRevision) -> Proposal {
        let payload = json!({
            "policy_toml": self.policy_toml,
            "base_revision": in_force.revision,
            "summary": self.summary,
        });
        let record = RecordReference {
            system: "countersign".to_owned(),
            object_type: "review_policy".to_owned(),
            id: session.workspace().id().to_owned(),
            ..RecordReference::default()
        };
        let trigger = Trigger {
            source_system: "countersign".to_owned(),
            r#type: "policy_written".to_owned(),
            source_id: sha256(&[self.policy_toml.as_bytes()]).to_string(),
            record: Some(record.clone()),
            ..Trigger::default()
        };
        let confidence = Confidence {
            level: ConfidenceLevel::High.into(),
            basis: ConfidenceBasis::IdMatch.into(),
            ..Confidence::default()
        };
        Proposal {
            generator: Some(Generator { name: self.command.to_owned(), ..Generator::default() }),
            trigger: Some(trigger),
            record: Some(record),
            context_summary: format!("Revision {} of the review policy is in force.", in_force.revision),
            evidence: self.evidence,
            confidence: Some(confidence),
            owner: self.owner,
            action_type: "change_policy".to_owned(),
            payload_json: payload.to_string(),
            reason: self.summary,
            ..Proposal::default()
        }
    }
}

/// Says what was proposed.
pub fn told(candidate: &Candidate, in_force: &PolicyRevision) -> String {
    facts([
        ("candidate", short_id(&candidate.name).to_owned()),
        ("state", state_name(candidate.state).to_owned()),
        ("in place of", format!("revision {}", in_force.revision)),
    ])
}
