//! Proposing in a stream: order, refusals of items, resuming, and pushing back.

use countersign_api::candidate::v1::{
    Evidence, EvidenceField, Proposal, SourceField, State, StreamProposalsRequest, StreamProposalsResponse,
    stream_proposals_response::Result as Outcome,
};
use futures::{StreamExt, stream};
use prost::Message;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use super::support::{Bench, evidence, item, item_reason, name_of, proposal, propose, reason};

async fn stream_of(bench: &Bench, items: Vec<StreamProposalsRequest>) -> Vec<StreamProposalsResponse> {
    let answers = bench.proposer().stream_proposals(stream::iter(items)).await.expect("a stream").into_inner();
    answers.map(|answer| answer.expect("an answer")).collect().await
}

#[tokio::test]
async fn every_item_is_answered_in_the_order_sent() {
    let bench = Bench::open().await;
    let items = (0..1_500).map(|n| item(&format!("p{n}"), proposal(&n.to_string()))).collect();
    let answers = stream_of(&bench, items).await;
    let ids: Vec<&str> = answers.iter().map(|answer| answer.request_id.as_str()).collect();
    assert_eq!(ids, (0..1_500).map(|n| format!("p{n}")).collect::<Vec<_>>());
    let Some(Outcome::Accepted(accepted)) = &answers[1_499].result else { panic!("it was accepted") };
    assert_eq!((accepted.revision, accepted.state(), accepted.replayed), (1, State::Proposed, false));
    let kept = bench.candidate(&accepted.candidate).await;
    assert_eq!(kept.payload.expect("a payload").digest, accepted.digest);
    assert_eq!(kept.record.expect("a record").id, "1499");
}

#[tokio::test]
async fn a_refused_item_has_its_own_error_and_the_stream_goes_on() {
    let bench = Bench::open().await;
    let other_parent = StreamProposalsRequest { parent: "workspaces/other".into(), ..item("p3", proposal("3")) };
    let unknown = Proposal { action_type: "send_money".into(), ..proposal("2") };
    let items = vec![
        item("p1", proposal("1")),
        item("p2", unknown),
        other_parent,
        StreamProposalsRequest { proposal: None, ..item("p4", proposal("4")) },
        item("p1", proposal("5")),
        item("p6", proposal("6")),
    ];
    let answers = stream_of(&bench, items).await;
    let reasons: Vec<Option<String>> = answers.iter().map(item_reason).collect();
    let reasons: Vec<Option<&str>> = reasons.iter().map(Option::as_deref).collect();
    let expected = [
        None,
        Some("ACTION_TYPE_UNKNOWN"),
        Some("REQUEST_MALFORMED"),
        Some("REQUEST_MALFORMED"),
        Some("REQUEST_ID_REUSED"),
        None,
    ];
    assert_eq!(reasons, expected);
}

#[tokio::test]
async fn the_same_item_twice_is_one_candidate() {
    let bench = Bench::open().await;
    let items = vec![item("p1", proposal("1")), item("p1", proposal("1")), item("p2", proposal("1"))];
    let answers = stream_of(&bench, items).await;
    assert_eq!(name_of(&answers[0]), name_of(&answers[1]));
    assert_ne!(name_of(&answers[0]), name_of(&answers[2]));
    let replayed =
        |answer: &StreamProposalsResponse| matches!(&answer.result, Some(Outcome::Accepted(a)) if a.replayed);
    assert_eq!(answers.iter().map(replayed).collect::<Vec<_>>(), [false, true, false]);

    // Sent alone it is still the same request.
    let alone = bench.proposer().propose_candidate(propose("p1", proposal("1"))).await.expect("answered").into_inner();
    assert!(alone.replayed);
    assert_eq!(alone.candidate.expect("a candidate").name, name_of(&answers[0]));
}

#[tokio::test]
async fn after_a_cut_sending_everything_again_loses_and_doubles_nothing() {
    let bench = Bench::open().await;
    let (sender, receiver) = mpsc::channel(8);
    let mut answers =
        bench.proposer().stream_proposals(ReceiverStream::new(receiver)).await.expect("a stream").into_inner();
    let mut first = Vec::new();
    for n in 0..20 {
        sender.send(item(&format!("p{n}"), proposal(&n.to_string()))).await.expect("room");
        if n % 2 == 0 {
            first.push(answers.message().await.expect("an answer").expect("an answer"));
        }
    }
    // The connection is cut with items sent and not answered.
    drop((sender, answers));

    let items = (0..40).map(|n| item(&format!("p{n}"), proposal(&n.to_string()))).collect();
    let all = stream_of(&bench, items).await;
    let names: std::collections::BTreeSet<String> = all.iter().map(name_of).collect();
    assert_eq!(names.len(), 40, "no doubles");
    for (before, after) in first.iter().zip(&all) {
        assert_eq!(name_of(before), name_of(after), "what was acknowledged is still there");
    }
    bench.recorded().await;
    assert_eq!(bench.ledger.entries().len(), 40, "one event each");
}

#[tokio::test]
async fn a_draining_server_answers_what_it_took_and_says_that_it_ends() {
    let bench = Bench::open().await;
    let (sender, receiver) = mpsc::channel(8);
    let mut answers =
        bench.proposer().stream_proposals(ReceiverStream::new(receiver)).await.expect("a stream").into_inner();
    sender.send(item("p1", proposal("1"))).await.expect("room");
    let first = answers.message().await.expect("an answer").expect("an answer");
    assert_eq!(item_reason(&first), None);
    bench.begin_shutdown();
    let ended = answers.message().await.expect_err("the stream ends");
    assert_eq!(reason(&ended), "SHUTTING_DOWN");
}

#[tokio::test]
async fn an_item_that_is_too_large_is_refused_by_itself() {
    let bench = Bench::open().await;
    let of_length = |bytes: usize| {
        let with_note = |length: usize| {
            let mut request = item("p1", proposal("7"));
            request.proposal.as_mut().expect("a proposal").context_summary = "x".repeat(length);
            request
        };
        let without = with_note(bytes).encoded_len() - bytes;
        with_note(bytes - without)
    };
    for (bytes, expected) in [
        // Below the limit it is the field that is too long, above it the item.
        (256 * 1024 - 1, "REQUEST_MALFORMED"),
        (256 * 1024, "REQUEST_MALFORMED"),
        (256 * 1024 + 1, "ITEM_TOO_LARGE"),
    ] {
        let request = of_length(bytes);
        assert_eq!(request.encoded_len(), bytes);
        let answers = stream_of(&bench, vec![request, item("p2", proposal("8"))]).await;
        assert_eq!(item_reason(&answers[0]).as_deref(), Some(expected), "{bytes}");
        assert_eq!(item_reason(&answers[1]), None);
    }
}

#[tokio::test]
async fn what_would_not_fit_a_ledger_entry_is_refused() {
    let bench = Bench::open().await;
    let field = EvidenceField { name: "text".into(), value: "x".repeat(4_096) };
    let piece = Evidence { fields: vec![field; 6], ..evidence("note") };
    let mut large = proposal("7");
    large.evidence = vec![piece; 10];
    let trigger = large.trigger.as_mut().expect("a trigger");
    trigger.fields = vec![SourceField { name: "text".into(), value: "x".repeat(400) }; 30];
    // The item is just under the limit; with what the server adds, its event is above.
    let request = item("p1", large);
    assert!(request.encoded_len() < 256 * 1024, "{}", request.encoded_len());
    let mut longer = request.clone();
    let missing = 256 * 1024 - 64 - request.encoded_len();
    longer.proposal.as_mut().expect("a proposal").context_summary += &"x".repeat(missing.min(4_000));
    let answers = stream_of(&bench, vec![longer]).await;
    assert_eq!(item_reason(&answers[0]).as_deref(), Some("ITEM_TOO_LARGE"));
    assert_eq!(bench.store().read().states().await.expect("counts"), []);
}

crate::tests::support::on_postgres!(
    every_item_is_answered_in_the_order_sent,
    a_refused_item_has_its_own_error_and_the_stream_goes_on,
    the_same_item_twice_is_one_candidate,
    after_a_cut_sending_everything_again_loses_and_doubles_nothing,
    a_draining_server_answers_what_it_took_and_says_that_it_ends,
    an_item_that_is_too_large_is_refused_by_itself,
    what_would_not_fit_a_ledger_entry_is_refused,
);
