//! Has a changed policy file proposed: a file on a disk is nobody's decision.
//!
//! A workspace takes its first policy from the file. From then on the file is only a way to propose: at the start, what it says is put
//! forward like any other change, by `services/candidates`, and what is in force stays in force until a person approved. Each file is
//! proposed once; whoever rejected it is not asked again at every start.

use std::sync::Arc;

use countersign_api::name::{CandidateName, TriggerName, Workspace};
use serde_json::json;

use crate::{
    domain::{
        Actor, CHANGE_POLICY, Confidence, ConfidenceBasis, ConfidenceLevel, Generator, PayloadDraft, Proposal, Propose,
        RecordReference, Trigger,
    },
    policy::Policy,
    rpc::Parts,
    store::{Ask, OpenError, PolicyFileJob, ProposeJob, WriteError},
};

/// Under which key a file's proposal replaces the one before it that is still open.
const DEDUP_KEY: &str = "policy-file";

/// Proposes what the file says wherever it is not what was last taken notice of.
///
/// A crash between two workspaces leaves the later ones to the next start.
///
/// # Errors
/// When the store can not be read or written.
pub(crate) async fn propose_changed(parts: &Parts, file: &str, policy: &Policy) -> Result<(), OpenError> {
    for (workspace, in_force) in parts.store.read().policies_in_force().await? {
        if in_force.file_digest == policy.digest() {
            continue;
        }
        let propose = proposal(parts, &workspace, file, policy, in_force.revision);
        let ask = Ask { actor: Arc::new(Actor::candidate_svc()), request: None, traceparent: String::new() };
        let job = PolicyFileJob { policy: policy.clone(), propose: ProposeJob { ask, propose } };
        let workspace = workspace.id();
        match parts.store.take_policy_file(job).await {
            Ok(Some(changed)) => {
                let candidate = changed.candidate.name.id;
                tracing::warn!(workspace, %candidate, file, "the policy file changed; a person decides whether it comes into force");
            }
            Ok(None) => {}
            Err(WriteError::Denied(denial)) => {
                tracing::error!(workspace, file, reason = %denial, "the changed policy file can not be proposed");
            }
            Err(WriteError::NotTaken(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

fn proposal(parts: &Parts, workspace: &Workspace, file: &str, policy: &Policy, base_revision: u64) -> Propose {
    let digest = policy.digest();
    let record = RecordReference {
        system: "countersign".into(),
        object_type: "review_policy".into(),
        id: workspace.id().to_owned(),
        ..RecordReference::default()
    };
    let trigger = Trigger {
        name: TriggerName::new(workspace.clone(), parts.draw_id()),
        source_system: "countersign".into(),
        kind: "policy_file_changed".into(),
        source_id: digest.to_string(),
        occurred_at: None,
        record: Some(record.clone()),
        fields: Vec::new(),
        created_at: parts.now(),
    };
    let payload = json!({
        "policy_toml": policy.text(),
        "base_revision": base_revision,
        "summary": format!("The policy as its file has it, in place of revision {base_revision}."),
    });
    Propose {
        name: CandidateName::new(workspace.clone(), parts.draw_id()),
        evidence: Vec::new(),
        risk_tier: None,
        owner: None,
        owner_reason: String::new(),
        owner_team: None,
        payload: PayloadDraft::read(&payload.to_string()),
        nonce: parts.draw_nonce(),
        standing: Vec::new(),
        precedence: None,
        proposal: Proposal {
            generator: Generator { name: "policy-file".into(), ..Generator::default() },
            trigger: Arc::new(trigger),
            record: Some(record.clone()),
            context_summary: format!(
                "The policy file was found changed at the start. Revision {base_revision} stays in force until somebody decides."
            ),
            known_unknowns: vec!["who changed the file, and why".into()],
            missing_fields: Vec::new(),
            confidence: Confidence {
                level: ConfidenceLevel::High,
                basis: ConfidenceBasis::IdMatch,
                note: "the text is the file's, byte for byte".into(),
            },
            action_type: CHANGE_POLICY.parse().expect("invariant: it is a word"),
            target: Some(record),
            reason: format!("`{}` says something else than what is in force.", short(file)),
            evidence_numbers: Vec::new(),
            due_at: None,
            dedup_key: DEDUP_KEY.into(),
            supersedes: None,
        },
    }
}

/// Returns a file's own name: where it lies is nobody's business but the machine's.
fn short(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}
