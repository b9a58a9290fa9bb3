//! Approvals given ahead, through the rpcs: on record before they cover anything, capped, sampled, taken back at once.

mod audit_sample;
mod covering;
mod granting;
mod one_by_one;
mod open_first;
mod revoking;
mod turning;

use std::time::Duration;

use countersign_api::candidate::v1::{
    Candidate, Confidence, ConfidenceLevel, GetStandingApprovalRequest, GrantStandingApprovalRequest, Proposal,
    RevokeStandingApprovalRequest, StandingApproval, State,
    standing_approval_service_client::StandingApprovalServiceClient,
};
use service_kit::{access::Role, clock::Clock, grpc::AuthorizedChannel};

use super::support::{Bench, PARENT, proposal};

/// Puts what is of low risk and high confidence on the light path.
const LIGHT: &str = r#"
[[rules]]
reason = "what a rule is sure of and nobody is hurt by gets a short look"
when.risk_tiers = ["LOW"]
when.confidence_levels = ["HIGH"]
path = "LIGHT"
"#;

async fn open() -> Bench {
    Bench::with_rules(LIGHT).await
}

fn people(bench: &Bench, id: &str) -> StandingApprovalServiceClient<AuthorizedChannel> {
    StandingApprovalServiceClient::new(bench.channel(id, Role::Reviewer))
}

/// Asks to approve ahead what the rules propose, as far as the fewest are drawn for the sample.
fn ask(bench: &Bench, request_id: &str) -> GrantStandingApprovalRequest {
    let until = bench.clock.now() + Duration::from_hours(30 * 24);
    GrantStandingApprovalRequest {
        parent: PARENT.into(),
        request_id: request_id.into(),
        action_type: "create_task".into(),
        proposer: "generators/rules".into(),
        record_prefix: "crm/deal".into(),
        use_limit: 100,
        audit_per_mille: 10,
        expire_time: Some(prost_types::Timestamp { seconds: until.as_second(), nanos: 0 }),
        reason: "These were always right.".into(),
    }
}

/// Has Ben give it, and waits until it is on record.
async fn granted(bench: &Bench, request: GrantStandingApprovalRequest) -> StandingApproval {
    granted_by(bench, "humans/ben", request).await
}

async fn granted_by(bench: &Bench, giver: &str, request: GrantStandingApprovalRequest) -> StandingApproval {
    let answer = people(bench, giver).grant_standing_approval(request).await.expect("granted").into_inner();
    bench.recorded().await;
    answer.standing_approval.expect("a standing approval")
}

/// Opens a bench where somebody approved ahead what the rules are sure of.
pub(super) async fn given_by(giver: &str) -> Bench {
    let bench = open().await;
    granted_by(&bench, giver, ask(&bench, "ahead")).await;
    bench
}

async fn get(bench: &Bench, name: &str) -> StandingApproval {
    let request = GetStandingApprovalRequest { name: name.into() };
    let answer = people(bench, "humans/anna").get_standing_approval(request).await.expect("it is there").into_inner();
    answer.standing_approval.expect("a standing approval")
}

async fn revoke(bench: &Bench, name: &str, request_id: &str) -> StandingApproval {
    let request = RevokeStandingApprovalRequest {
        name: name.into(),
        request_id: request_id.into(),
        reason: "One of them was wrong.".into(),
    };
    let answer = people(bench, "humans/cara").revoke_standing_approval(request).await.expect("revoked").into_inner();
    answer.standing_approval.expect("a standing approval")
}

/// A proposal that the rules are sure of.
pub(super) fn sure(deal: &str) -> Proposal {
    let confidence = Confidence { level: ConfidenceLevel::High.into(), ..Confidence::default() };
    let payload_json =
        format!(r#"{{"subject":"Ask for the account of {deal}","owner":"humans/anna","due":"2026-11-30"}}"#);
    Proposal { confidence: Some(confidence), payload_json, ..proposal(deal) }
}

/// Proposes until one is not drawn for the sample.
async fn approved_ahead(bench: &Bench) -> Candidate {
    for n in 0..50 {
        let candidate = bench.propose(&format!("sure-{n}"), sure(&n.to_string())).await;
        if candidate.state() == State::Approved {
            return candidate;
        }
    }
    panic!("at ten per mille fifty in a row are drawn once in 10^100 times");
}
