use std::sync::Arc;

use countersign_api::candidate::v1::{
    ListActionTypesRequest, proposal_service_client::ProposalServiceClient,
    proposal_service_server::ProposalServiceServer,
};
use tonic::Code;

use super::harness::{bench, propose, reason};
use crate::{
    access::{AccessPolicy, Role},
    grpc::{Server, with_token},
};

#[tokio::test]
async fn a_server_asks_the_policy_that_it_was_given() {
    let bench = bench().await;
    let text = "permit (principal, action in Action::\"look_up\", resource);";
    let policy = AccessPolicy::read("access.cedar", text).expect("sound");
    let server = Server::builder(Arc::clone(&bench.access), &bench.metrics, &bench.health, &bench.shutdown)
        .access_policy(policy)
        .add_service(ProposalServiceServer::new(bench.proposals.clone()))
        .build();
    let token = bench.token("generators/rules", Role::Proposer);
    let mut client = ProposalServiceClient::new(with_token(server.in_memory_channel(), &token));
    let refused = client.propose_candidate(propose("1")).await.expect_err("not permitted there");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "ACCESS_DENIED"));
    client.list_action_types(ListActionTypesRequest::default()).await.expect("permitted");

    bench.proposer().propose_candidate(propose("1")).await.expect("the shipped policy permits it");
}
