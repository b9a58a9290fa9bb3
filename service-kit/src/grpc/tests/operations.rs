use countersign_api::candidate::v1::proposal_service_client::ProposalServiceClient;
use futures::stream;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::net::TcpListener;
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::{v1, v1alpha};
use tracing::Instrument;
use tracing_subscriber::layer::SubscriberExt;

use super::harness::{bench, propose};
use crate::{
    access::Role,
    grpc::{ConnectError, connect},
    shutdown::DRAIN_MAX,
    telemetry::trace_context,
};

#[tokio::test]
async fn a_drain_answers_what_is_at_work_and_closes_the_port() {
    let bench = bench().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let serving = bench.server.serve(listener);
    let token = bench.token("generators/rules", Role::Proposer);
    let mut client = ProposalServiceClient::new(connect(&address, &token).await.expect("connected"));

    let call = client.propose_candidate(propose("wait"));
    let drain = async {
        bench.proposals.waiting.notified().await;
        bench.shutdown.begin();
        serving.await.expect("the listener ends");
        let refused = connect(&address, &token).await.expect_err("the port is closed");
        assert!(matches!(refused, ConnectError::Unreachable { .. }), "{refused:?}");
        bench.proposals.go_on.notify_one();
    };
    let (answer, ()) = tokio::join!(call, drain);
    answer.expect("the call at work is answered");
    bench.shutdown.drain(DRAIN_MAX).await.expect("everything ends");
}

#[tokio::test]
async fn an_address_that_is_none_is_named() {
    let bench = bench().await;
    let token = bench.token("generators/rules", Role::Proposer);
    let refused = connect("not an address", &token).await.expect_err("no address");
    assert!(refused.to_string().starts_with("`not an address` is not an address"), "{refused}");
}

#[tokio::test]
async fn health_follows_the_process() {
    let bench = bench().await;
    let mut client = HealthClient::new(bench.server.in_memory_channel());
    let service = "countersign.candidate.v1.ProposalService".to_owned();
    let mut states = client.watch(HealthCheckRequest { service }).await.expect("open").into_inner();
    let mut wait_for = async |wanted: ServingStatus| {
        while states.message().await.expect("open").expect("a state").status() != wanted {}
    };
    wait_for(ServingStatus::Serving).await;
    bench.health.report_fault("ledger", "the disk is full");
    wait_for(ServingStatus::NotServing).await;
    bench.health.report_recovery("ledger");
    wait_for(ServingStatus::Serving).await;
    bench.shutdown.begin();
    wait_for(ServingStatus::NotServing).await;
}

#[tokio::test]
async fn reflection_describes_the_contract_in_both_versions() {
    let bench = bench().await;
    let channel = bench.server.in_memory_channel();
    let symbol = "countersign.ledger.v1.LedgerService";

    let request = v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1::server_reflection_request::MessageRequest::FileContainingSymbol(symbol.to_owned())),
    };
    let mut client = v1::server_reflection_client::ServerReflectionClient::new(channel.clone());
    let mut answers = client.server_reflection_info(stream::iter([request])).await.expect("open").into_inner();
    let answer = answers.message().await.expect("open").expect("an answer").message_response;
    let Some(v1::server_reflection_response::MessageResponse::FileDescriptorResponse(files)) = answer else {
        panic!("{answer:?}")
    };
    assert!(!files.file_descriptor_proto.is_empty());

    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::ListServices(String::new())),
    };
    let mut client = v1alpha::server_reflection_client::ServerReflectionClient::new(channel);
    let mut answers = client.server_reflection_info(stream::iter([request])).await.expect("open").into_inner();
    let answer = answers.message().await.expect("open").expect("an answer").message_response;
    let Some(v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list)) = answer else {
        panic!("{answer:?}")
    };
    assert!(list.service.iter().any(|service| service.name == symbol), "{list:?}");
}

#[tokio::test]
async fn calls_are_counted_by_rpc_and_code() {
    let bench = bench().await;
    let mut client = bench.proposer();
    client.propose_candidate(propose("1")).await.expect("answered");
    client.propose_candidate(propose("panic")).await.expect_err("it panics");
    let mut nobody = ProposalServiceClient::new(bench.server.in_memory_channel());
    nobody.propose_candidate(propose("1")).await.expect_err("no token");
    // The count of a call follows the end of its answer; a drain waits for that.
    drop((client, nobody));
    bench.shutdown.drain(DRAIN_MAX).await.expect("everything ends");

    let text = bench.metrics.to_text().expect("text");
    let rpc = "countersign.candidate.v1.ProposalService/ProposeCandidate";
    for code in ["OK", "INTERNAL", "UNAUTHENTICATED"] {
        let line = format!("countersign_rpcs_total{{rpc=\"{rpc}\",code=\"{code}\"}} 1\n");
        assert!(text.contains(&line), "{line} is not in {text}");
    }
    assert!(text.contains(&format!("countersign_rpc_seconds_count{{rpc=\"{rpc}\"}} 3\n")), "{text}");
    assert!(text.contains("countersign_rpcs_in_flight 0\n"), "{text}");
}

#[tokio::test]
async fn a_trace_goes_from_the_callers_span_into_the_handler() {
    let tracer = SdkTracerProvider::builder().build().tracer("test");
    let layer = tracing_opentelemetry::layer().with_tracer(tracer);
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    let bench = bench().await;
    let mut client = bench.proposer();

    let span = tracing::info_span!("caller");
    let sent = trace_context::of(&span).expect("a traced span");
    let answer = client.propose_candidate(propose("1")).instrument(span).await.expect("answered").into_inner();
    let received = answer.candidate.expect("an answer").etag;
    assert_eq!(trace_context::trace_id(&received), trace_context::trace_id(&sent));
    assert_ne!(received, sent, "the handler has a span of its own");
}
