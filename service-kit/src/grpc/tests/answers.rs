use tonic::Code;

use super::harness::{bench, propose, reason};

#[tokio::test]
async fn a_panic_in_a_handler_is_an_internal_error_and_the_server_lives_on() {
    let bench = bench().await;
    let mut client = bench.proposer();
    let refused = client.propose_candidate(propose("panic")).await.expect_err("it panics");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Internal, "INTERNAL"));
    assert!(!refused.message().contains("on purpose"), "{refused}");
    client.propose_candidate(propose("1")).await.expect("it lives on");
}

#[tokio::test]
async fn bytes_that_are_no_message_are_the_callers_mistake() {
    let bench = bench().await;
    let token = bench.token("generators/rules", crate::access::Role::Proposer);
    let mut grpc = tonic::client::Grpc::new(bench.channel(&token));
    grpc.ready().await.expect("connected");
    // A timestamp's first field is a number where the request has a text.
    let codec = tonic_prost::ProstCodec::<prost_types::Timestamp, prost_types::Timestamp>::default();
    let path = http::uri::PathAndQuery::from_static("/countersign.candidate.v1.ProposalService/ProposeCandidate");
    let message = prost_types::Timestamp { seconds: 7, nanos: 0 };
    let refused = grpc.unary(tonic::Request::new(message), path, codec).await.expect_err("not a request");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "REQUEST_MALFORMED"));
}
