use std::path::PathBuf;

use clap::Args;
use countersign_api::candidate::v1::{
    Confidence, ConfidenceBasis, ConfidenceLevel, Generator, PolicyRevision, Proposal, ProposeCandidateRequest,
    RecordReference, Trigger,
};
use ledger_format::sha256;
use serde_json::json;

use super::text;
use crate::candidate_text::{short_id, state_name};
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::facts;
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign policy propose policy.toml --summary 'Two people look at what is of high risk'
  countersign policy propose policy.toml --summary 'As agreed on Monday' --owner humans/bea";

/// Proposes another review policy, as the person whose token it is. It comes into force once another person approved it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Propose {
    /// The policy, as TOML: the whole of it, not only what changes.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// What changes and why, for whoever decides.
    #[arg(long, value_name = "TEXT")]
    summary: String,
    /// Who should decide on it, e.g. `humans/bea`; without it, a reviewer assigns somebody.
    #[arg(long, value_name = "PRINCIPAL", default_value = "")]
    owner: String,
}

impl Propose {
    /// Proposes it.
    ///
    /// # Errors
    /// The server's refusal, which names the key where the policy is none; [`Failure::Unreachable`] for a file that cannot be
    /// read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let policy_toml = text::read(&self.file)?;
        context
            .with_session(Missing::Refuse, async |session| {
                let in_force = super::read(session, None).await?;
                let request = ProposeCandidateRequest {
                    parent: session.workspace().to_string(),
                    request_id: session.new_request_id(),
                    proposal: Some(self.proposal(session, &in_force, &policy_toml)),
                };
                let response = session.proposals().propose_candidate(request).await?.into_inner();
                let candidate = response.candidate.unwrap_or_default();
                context.console.message(&candidate, |candidate| {
                    facts([
                        ("candidate", short_id(&candidate.name).to_owned()),
                        ("state", state_name(candidate.state).to_owned()),
                        ("in place of", format!("revision {}", in_force.revision)),
                    ])
                })
            })
            .await
    }

    fn proposal(&self, session: &Session, in_force: &PolicyRevision, policy_toml: &str) -> Proposal {
        let payload = json!({
            "policy_toml": policy_toml,
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
            source_id: sha256(&[policy_toml.as_bytes()]).to_string(),
            record: Some(record.clone()),
            ..Trigger::default()
        };
        let confidence = Confidence {
            level: ConfidenceLevel::High.into(),
            basis: ConfidenceBasis::IdMatch.into(),
            ..Confidence::default()
        };
        Proposal {
            generator: Some(Generator { name: "countersign policy propose".to_owned(), ..Generator::default() }),
            trigger: Some(trigger),
            record: Some(record),
            context_summary: format!("Revision {} of the review policy is in force.", in_force.revision),
            confidence: Some(confidence),
            owner: self.owner.clone(),
            action_type: "change_policy".to_owned(),
            payload_json: payload.to_string(),
            reason: self.summary.clone(),
            ..Proposal::default()
        }
    }
}
