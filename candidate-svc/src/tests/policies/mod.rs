//! The review policy: which one is in force, and how people put another in its place.

mod applying;
mod file;
mod proposing;
mod reading;

use countersign_api::candidate::v1::{
    Candidate, CheckPolicyRequest, GetPolicyRevisionRequest, ListPolicyRevisionsRequest, PolicyRevision, Proposal,
    RecordReference, State, policy_service_client::PolicyServiceClient,
};
use serde_json::json;
use service_kit::{access::Role, grpc::AuthorizedChannel};
use tonic::Status;

use super::support::{Bench, PARENT, approve, proposal};

const DEFAULT: &str = include_str!("../../../policy/default.toml");

/// The default policy, but that two people look at everything.
fn two_look() -> String {
    DEFAULT.replace("quorum = 1\nfour", "quorum = 2\nfour")
}

/// The default policy, but that three people look at everything.
fn three_look() -> String {
    DEFAULT.replace("quorum = 1\nfour", "quorum = 3\nfour")
}

/// A change of the policy, written for a revision.
fn change(policy_toml: &str, base_revision: u64) -> Proposal {
    let payload = json!({ "policy_toml": policy_toml, "base_revision": base_revision, "summary": "More people look." });
    let record = RecordReference {
        system: "countersign".into(),
        object_type: "review_policy".into(),
        id: "demo".into(),
        ..RecordReference::default()
    };
    Proposal {
        action_type: "change_policy".into(),
        payload_json: payload.to_string(),
        target: Some(record),
        ..proposal("policy")
    }
}

fn policies(bench: &Bench) -> PolicyServiceClient<AuthorizedChannel> {
    PolicyServiceClient::new(bench.channel("humans/anna", Role::Reviewer))
}

/// Reads a revision by its number, or `-`.
async fn revision(bench: &Bench, number: &str) -> Result<PolicyRevision, Status> {
    let request = GetPolicyRevisionRequest { name: format!("{PARENT}/policyRevisions/{number}") };
    let response = policies(bench).get_policy_revision(request).await?.into_inner();
    Ok(response.policy_revision.expect("a policy"))
}

async fn in_force(bench: &Bench) -> PolicyRevision {
    revision(bench, "-").await.expect("a policy")
}

async fn check(bench: &Bench, policy_toml: &str) -> Result<Vec<u8>, Status> {
    let request = CheckPolicyRequest { parent: PARENT.into(), policy_toml: policy_toml.into() };
    Ok(policies(bench).check_policy(request).await?.into_inner().policy_digest)
}

async fn listed(bench: &Bench) -> Vec<i64> {
    let request = ListPolicyRevisionsRequest { parent: PARENT.into(), ..ListPolicyRevisionsRequest::default() };
    let response = policies(bench).list_policy_revisions(request).await.expect("a list").into_inner();
    response.policy_revisions.iter().map(|revision| revision.revision).collect()
}

/// Waits until nobody waits for the policy applier about this candidate any more.
async fn settled(bench: &Bench, name: &str) -> Candidate {
    let under_way = [State::Approved, State::Executing];
    bench.until(name, |candidate| !under_way.contains(&candidate.state())).await
}

/// Has Ben approve, and waits for what comes of it.
async fn decided(bench: &Bench, candidate: &Candidate, request_id: &str) -> Candidate {
    bench.reviewer("humans/ben").approve_candidate(approve(candidate, request_id)).await.expect("approved");
    settled(bench, &candidate.name).await
}

fn quorum(candidate: &Candidate) -> i32 {
    candidate.policy.as_ref().expect("a verdict").quorum
}
