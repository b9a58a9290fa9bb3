//! A change of the policy is a candidate; one that would not stand is none.

use countersign_api::candidate::v1::{
    EditCandidateRequest, PolicyVerdict, ReviewPath, RiskTier, State, edit_candidate_request::Change,
};
use serde_json::json;

use super::{DEFAULT, change, two_look};
use crate::tests::support::{Bench, propose, reason};

#[tokio::test]
async fn it_is_of_high_risk_and_decided_singly() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", change(&two_look(), 1)).await;
    assert_eq!(candidate.risk.expect("a risk").tier(), RiskTier::High);
    let PolicyVerdict { path, bulk_allowed, .. } = candidate.policy.expect("a verdict");
    assert_eq!((path, bulk_allowed), (ReviewPath::Strict.into(), false));
}

#[tokio::test]
async fn a_policy_that_does_not_stand_cannot_be_proposed() {
    let bench = Bench::open().await;
    let unreachable = format!("{DEFAULT}\n[[rules]]\nreason = \"never\"\nwhen.risk_tiers = []\nquorum = 2");
    let refused =
        bench.proposer().propose_candidate(propose("p", change(&unreachable, 1))).await.expect_err("unreachable");
    assert_eq!(reason(&refused), "POLICY_INVALID");
    assert!(refused.message().contains("`rules[1].when`"), "{}", refused.message());
    // What was refused left nothing behind.
    assert!(bench.store().read().workspaces().await.expect("workspaces").is_empty());
}

#[tokio::test]
async fn it_is_written_for_the_revision_in_force() {
    let bench = Bench::open().await;
    for base in [2, 7] {
        let refused =
            bench.proposer().propose_candidate(propose("p", change(&two_look(), base))).await.expect_err("early");
        assert_eq!(reason(&refused), "PAYLOAD_INVALID");
        assert!(
            refused.message().contains("`/base_revision`") && refused.message().contains("revision `1`"),
            "{refused}"
        );
    }
}

#[tokio::test]
async fn an_edit_cannot_break_it() {
    let bench = Bench::open().await;
    let candidate = bench.propose("p", change(&two_look(), 1)).await;
    let edit = |request_id: &str, policy_toml: &str| {
        let patch = json!([{ "op": "replace", "path": "/policy_toml", "value": policy_toml }]);
        EditCandidateRequest {
            name: candidate.name.clone(),
            request_id: request_id.into(),
            etag: candidate.etag.clone(),
            change: Some(Change::PatchJson(patch.to_string())),
            note: String::new(),
        }
    };
    let mut anna = bench.reviewer("humans/anna");
    let refused = anna.edit_candidate(edit("e1", "quorum = 1")).await.expect_err("no policy");
    assert_eq!(reason(&refused), "POLICY_INVALID");
    assert_eq!(bench.candidate(&candidate.name).await, candidate, "nothing was changed");
    let edited = anna.edit_candidate(edit("e2", DEFAULT)).await.expect("a policy").into_inner().candidate;
    assert_eq!(edited.expect("a candidate").state(), State::Edited);
}

crate::tests::support::on_postgres!(
    it_is_of_high_risk_and_decided_singly,
    a_policy_that_does_not_stand_cannot_be_proposed,
    it_is_written_for_the_revision_in_force,
    an_edit_cannot_break_it,
);
