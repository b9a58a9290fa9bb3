use countersign_api::access::v1::{ListTokensRequest, token_service_client::TokenServiceClient};
use countersign_api::candidate::v1::{
    ApproveCandidateRequest, ListActionTypesRequest, proposal_service_client::ProposalServiceClient,
    review_service_client::ReviewServiceClient,
};
use http::uri::PathAndQuery;
use tonic::{Code, Request};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::harness::{Bench, bench, principal, propose, reason};
use crate::{
    access::{BearerToken, Role},
    grpc::with_token,
    ids::SeededIds,
};

#[tokio::test]
async fn a_call_without_a_token_is_unauthenticated() {
    let bench = bench().await;
    let mut client = ProposalServiceClient::new(bench.server.in_memory_channel());
    let refused = client.propose_candidate(propose("1")).await.expect_err("no token");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));
    assert!(refused.message().contains("carries no bearer token"), "{refused}");
}

#[tokio::test]
async fn a_token_that_nobody_made_is_unauthenticated() {
    let bench = bench().await;
    let strange = BearerToken::draw(&SeededIds::new(99), jiff::Timestamp::UNIX_EPOCH);
    let mut client = ProposalServiceClient::new(bench.channel(&strange));
    let refused = client.propose_candidate(propose("1")).await.expect_err("an unknown token");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));

    let mut client = ProposalServiceClient::new(bench.server.in_memory_channel());
    let mut request = Request::new(propose("1"));
    request.metadata_mut().insert("authorization", "Bearer nonsense".parse().expect("ascii"));
    let refused = client.propose_candidate(request).await.expect_err("no token at all");
    assert_eq!(refused.code(), Code::Unauthenticated);
    assert!(!refused.message().contains("nonsense"), "{refused}");
}

#[tokio::test]
async fn a_revoked_token_lets_no_later_call_in() {
    let bench = bench().await;
    let (token, record) =
        bench.access.create(principal("generators/rules", Role::Proposer), None).await.expect("created");
    let mut client = ProposalServiceClient::new(bench.channel(&token));
    for _ in 0..2 {
        let answer = client.propose_candidate(propose("1")).await.expect("let in").into_inner();
        assert_eq!(answer.candidate.expect("an answer").name, "generators/rules");
    }
    bench.access.revoke(record.id).await.expect("revoked");
    let refused = client.propose_candidate(propose("1")).await.expect_err("revoked");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));
}

#[tokio::test]
async fn an_rpc_for_other_kinds_is_denied_before_any_handler() {
    let bench = bench().await;
    let token = bench.token("generators/rules", Role::Proposer);
    let mut client = ReviewServiceClient::new(bench.channel(&token));
    let refused = client.approve_candidate(ApproveCandidateRequest::default()).await.expect_err("not by a machine");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
}

#[tokio::test]
async fn an_rpc_that_this_server_does_not_have_is_unimplemented_with_a_token_and_without() {
    let bench = bench().await;
    let admin = bench.token("humans/admin", Role::Admin);
    for rpc in [
        "/countersign.candidate.v1.ProposalService/Truncate",
        "/countersign.candidate.v2.ProposalService/ProposeCandidate",
        "/grpc.health.v1.Health/Truncate",
    ] {
        for token in [Some(&admin), None] {
            let refused = call(&bench, token, rpc).await.expect_err("unknown");
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unimplemented, "RPC_UNKNOWN"));
            assert!(refused.message().contains(rpc) && refused.message().contains("reflection"), "{refused}");
        }
    }
}

#[tokio::test]
async fn an_rpc_of_the_contract_that_this_server_does_not_serve_is_unimplemented_to_whom_it_lets_in() {
    let bench = bench().await;
    let rpc = "/countersign.ledger.v1.LedgerService/GetEntry";
    let refused = call(&bench, None, rpc).await.expect_err("no token");
    assert_eq!(refused.code(), Code::Unauthenticated);
    let admin = bench.token("humans/admin", Role::Admin);
    let refused = call(&bench, Some(&admin), rpc).await.expect_err("not served");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Unimplemented, "RPC_UNKNOWN"));
}

async fn call(bench: &Bench, token: Option<&BearerToken>, rpc: &'static str) -> Result<(), tonic::Status> {
    let mut grpc = tonic::client::Grpc::new(bench.server.in_memory_channel());
    grpc.ready().await.expect("connected");
    let codec = tonic_prost::ProstCodec::<ListActionTypesRequest, ListActionTypesRequest>::default();
    let mut request = Request::new(ListActionTypesRequest::default());
    if let Some(token) = token {
        let authorization = format!("Bearer {}", token.reveal()).parse().expect("ascii");
        request.metadata_mut().insert("authorization", authorization);
    }
    grpc.unary(request, PathAndQuery::from_static(rpc), codec).await.map(drop)
}

#[tokio::test]
async fn health_needs_no_token() {
    let bench = bench().await;
    let mut client = HealthClient::new(bench.server.in_memory_channel());
    client.check(HealthCheckRequest::default()).await.expect("open");
}

#[tokio::test]
async fn a_channel_of_one_principal_does_not_speak_for_another() {
    let bench = bench().await;
    let channel = bench.server.in_memory_channel();
    let rules = bench.token("generators/rules", Role::Proposer);
    let anna = bench.token("humans/anna", Role::Proposer);
    for (token, name) in [(&rules, "generators/rules"), (&anna, "humans/anna")] {
        let mut client = ProposalServiceClient::new(with_token(channel.clone(), token));
        let answer = client.propose_candidate(propose("1")).await.expect("let in").into_inner();
        assert_eq!(answer.candidate.expect("an answer").name, name);
    }
}

#[tokio::test]
async fn only_an_admin_makes_tokens() {
    let bench = bench().await;
    for (id, role, is_let_in) in [
        ("humans/admin", Role::Admin, true),
        ("humans/anna", Role::Manager, false),
        ("generators/rules", Role::Proposer, false),
        ("services/relay", Role::Relay, false),
    ] {
        let mut client = TokenServiceClient::new(bench.channel(&bench.token(id, role)));
        let answer = client.list_tokens(ListTokensRequest::default()).await;
        let code = answer.map_or_else(|refused| refused.code(), |_| Code::Ok);
        assert_eq!(code, if is_let_in { Code::Ok } else { Code::PermissionDenied }, "{id}");
    }
}
