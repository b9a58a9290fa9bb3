use futures::stream;
use prost::Message;
use tonic::Code;

use super::harness::{bench, item, propose, reason};
use crate::grpc::TRANSPORT_MAX_BYTES;

/// A request whose encoding is `bytes` long.
fn request_of(bytes: usize) -> countersign_api::candidate::v1::ProposeCandidateRequest {
    let mut request = propose("1");
    // Four bytes of length and one of tag are part of the encoding of a text this long.
    request.parent = "x".repeat(bytes - request.encoded_len() - 5);
    assert_eq!(request.encoded_len(), bytes);
    request
}

#[tokio::test]
async fn a_message_of_exactly_the_limit_passes_and_one_byte_more_is_refused() {
    let bench = bench().await;
    let mut client = bench.proposer().max_encoding_message_size(usize::MAX);
    for bytes in [TRANSPORT_MAX_BYTES - 1, TRANSPORT_MAX_BYTES] {
        client.propose_candidate(request_of(bytes)).await.expect("within the limit");
    }
    let refused = client.propose_candidate(request_of(TRANSPORT_MAX_BYTES + 1)).await.expect_err("over the limit");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    client.propose_candidate(propose("1")).await.expect("the connection lives on");
}

#[tokio::test]
async fn an_oversized_item_ends_its_stream_after_the_acks_before_it() {
    let bench = bench().await;
    let mut client = bench.proposer();
    let mut oversized = item("3");
    oversized.parent = "x".repeat(TRANSPORT_MAX_BYTES + 1);
    let items = stream::iter([item("1"), item("2"), oversized, item("4")]);
    let mut acks = client.stream_proposals(items).await.expect("accepted").into_inner();
    for expected in ["1", "2"] {
        let ack = acks.message().await.expect("acknowledged").expect("an ack");
        assert_eq!(ack.request_id, expected);
    }
    let refused = acks.message().await.expect_err("over the limit");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
}
