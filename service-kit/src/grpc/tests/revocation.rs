use std::time::Duration;

use countersign_api::{
    access::v1::{RevokeTokenRequest, token_service_client::TokenServiceClient},
    candidate::v1::{WatchOutcomesRequest, proposal_service_client::ProposalServiceClient},
};
use futures::channel::mpsc;
use jiff::Timestamp;
use tonic::{Code, Status};

use super::harness::{Bench, bench, item, principal, propose, reason};
use crate::{
    access::{Role, TokenId},
    clock::Clock,
    grpc::AuthorizedChannel,
};

type Client = ProposalServiceClient<AuthorizedChannel>;

async fn proposer(bench: &Bench, expires_at: Option<Timestamp>) -> (Client, TokenId) {
    let principal = principal("generators/rules", Role::Proposer);
    let (token, record) = bench.access.create(principal, expires_at).await.expect("created");
    (ProposalServiceClient::new(bench.channel(&token)), record.id)
}

/// Checks that an open call ended as a new one is refused.
async fn assert_ended(mut client: Client, ended: &Status) {
    let refused = client.propose_candidate(propose("1")).await.expect_err("no new call either");
    for status in [ended, &refused] {
        assert_eq!((status.code(), reason(status).as_str()), (Code::Unauthenticated, "TOKEN_INVALID"));
    }
    assert_eq!(ended.message(), refused.message());
}

#[tokio::test]
async fn a_stream_of_answers_ends_when_its_token_is_revoked() {
    let bench = bench().await;
    let (mut client, token) = proposer(&bench, None).await;
    let mut outcomes = client.watch_outcomes(WatchOutcomesRequest::default()).await.expect("open").into_inner();
    outcomes.message().await.expect("an outcome");
    bench.access.revoke(token).await.expect("revoked");
    let ended = outcomes.message().await.expect_err("revoked");
    assert_ended(client, &ended).await;
}

#[tokio::test]
async fn a_stream_of_answers_ends_when_its_token_lapses() {
    let bench = bench().await;
    let (mut client, _) = proposer(&bench, Some(bench.clock.now() + Duration::from_mins(1))).await;
    let mut outcomes = client.watch_outcomes(WatchOutcomesRequest::default()).await.expect("open").into_inner();
    outcomes.message().await.expect("an outcome");
    bench.clock.advance(Duration::from_mins(1));
    let ended = outcomes.message().await.expect_err("lapsed");
    assert_ended(client, &ended).await;
}

#[tokio::test]
async fn a_stream_both_ways_takes_nothing_in_after_the_revocation() {
    let bench = bench().await;
    let (mut client, token) = proposer(&bench, None).await;
    let (items, sent) = mpsc::unbounded();
    let mut acks = client.stream_proposals(sent).await.expect("open").into_inner();
    items.unbounded_send(item("1")).expect("open");
    assert_eq!(acks.message().await.expect("an ack").expect("an ack").request_id, "1");

    bench.access.revoke(token).await.expect("revoked");
    // Not taken by the channel when the end has arrived already.
    let _ = items.unbounded_send(item("2"));
    let ended = acks.message().await.expect_err("revoked");
    assert_ended(client, &ended).await;
    assert_eq!(*bench.proposals.taken.lock().expect("no holder panics"), ["1"]);
}

#[tokio::test]
async fn the_streams_of_other_tokens_go_on() {
    let bench = bench().await;
    let (_, token) = proposer(&bench, None).await;
    let (mut other, _) = proposer(&bench, None).await;
    let (items, sent) = mpsc::unbounded();
    let mut acks = other.stream_proposals(sent).await.expect("open").into_inner();
    bench.access.revoke(token).await.expect("revoked");
    items.unbounded_send(item("1")).expect("open");
    assert_eq!(acks.message().await.expect("an ack").expect("an ack").request_id, "1");
}

#[tokio::test]
async fn who_revokes_the_token_of_this_very_call_is_answered() {
    let bench = bench().await;
    let (token, record) = bench.access.create(principal("humans/admin", Role::Admin), None).await.expect("created");
    let mut client = TokenServiceClient::new(bench.channel(&token));
    let name = format!("tokens/{}", record.id);
    let answer = client.revoke_token(RevokeTokenRequest { name: name.clone() }).await.expect("answered").into_inner();
    assert!(answer.token.expect("a record").revoke_time.is_some());
    let refused = client.revoke_token(RevokeTokenRequest { name }).await.expect_err("revoked");
    assert_eq!(refused.code(), Code::Unauthenticated);
}
