use countersign_api::ledger::v1::{
    AppendStreamRequest, AppendStreamResponse, NewEntry, append_stream_response::Result as Outcome,
};
use futures::stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use crate::bench::{Bench, Files, PARENT, content, entry, read_all, reason};

crate::bench::on_both! {
    answers_come_in_the_order_sent_each_with_its_receipt,
    a_refused_item_says_why_and_the_stream_goes_on,
    a_stream_to_a_log_out_of_reach_ends,
    an_open_stream_is_answered_item_by_item_and_ended_by_a_drain,
}

fn item(entry: NewEntry) -> AppendStreamRequest {
    AppendStreamRequest { parent: PARENT.to_owned(), entry: Some(entry) }
}

async fn send_all(bench: &Bench, items: Vec<AppendStreamRequest>) -> Vec<AppendStreamResponse> {
    let mut answers = bench.relay.clone().append_stream(stream::iter(items)).await.expect("a stream").into_inner();
    let mut received = Vec::new();
    while let Some(answer) = answers.message().await.expect("an answer") {
        received.push(answer);
    }
    received
}

fn index(answer: &AppendStreamResponse) -> i64 {
    match answer.result.as_ref().expect("an outcome") {
        Outcome::Receipt(receipt) => receipt.index,
        Outcome::Refused(status) => panic!("refused: {}", status.message),
    }
}

async fn answers_come_in_the_order_sent_each_with_its_receipt(files: Files) {
    let bench = files.serve().await;
    let items: Vec<_> = (0..3_000).map(|number| item(entry(&format!("k/{number}"), &content(number)))).collect();
    let answers = send_all(&bench, items.clone()).await;
    assert_eq!(answers.len(), 3_000);
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer.idempotency_key, format!("k/{number}"));
        assert_eq!(index(answer), i64::try_from(number).expect("small"));
    }
    let again = send_all(&bench, items).await;
    assert_eq!(again.iter().map(index).collect::<Vec<_>>(), (0..3_000).collect::<Vec<_>>());
    assert_eq!(read_all(&mut bench.relay.clone()).await.len(), 3_000);
}

async fn a_refused_item_says_why_and_the_stream_goes_on(files: Files) {
    let bench = files.serve().await;
    let too_large = NewEntry { content: vec![1; 256 * 1024 + 1], ..entry("large", "") };
    let elsewhere = AppendStreamRequest { parent: "workspaces/other".to_owned(), entry: Some(entry("b", "2")) };
    let items = vec![
        item(entry("a", "1")),
        item(too_large),
        item(entry("a", "other")),
        elsewhere,
        AppendStreamRequest { parent: PARENT.to_owned(), entry: None },
        item(entry("b", "2")),
    ];
    let answers = send_all(&bench, items).await;
    let codes: Vec<Option<Code>> = answers
        .iter()
        .map(|answer| match answer.result.as_ref().expect("an outcome") {
            Outcome::Receipt(_) => None,
            Outcome::Refused(status) => {
                assert_eq!(status.details.len() - usize::from(status.details.len() > 1), 1, "one ErrorInfo leads");
                assert_eq!(status.details[0].type_url, "type.googleapis.com/google.rpc.ErrorInfo");
                Some(Code::from_i32(status.code))
            }
        })
        .collect();
    let malformed = Some(Code::InvalidArgument);
    assert_eq!(codes, [None, malformed, Some(Code::AlreadyExists), malformed, malformed, None]);
    assert_eq!((answers[1].idempotency_key.as_str(), index(&answers[5])), ("large", 1));
}

async fn a_stream_to_a_log_out_of_reach_ends(files: Files) {
    let bench = files.serve().await;
    let scope = "workspaces/other".parse().expect("a scope");
    let mut stranger = bench.client("services/relay", scope, service_kit::access::Role::Relay);
    let items = stream::iter(vec![item(entry("a", "1"))]);
    let mut answers = stranger.append_stream(items).await.expect("a stream").into_inner();
    let refused = answers.message().await.expect_err("ended");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "WORKSPACE_DENIED"));
    assert!(read_all(&mut bench.relay.clone()).await.is_empty());
}

async fn an_open_stream_is_answered_item_by_item_and_ended_by_a_drain(files: Files) {
    let bench = files.serve().await;
    let (sender, items) = mpsc::channel(4);
    let mut answers =
        bench.relay.clone().append_stream(ReceiverStream::new(items)).await.expect("a stream").into_inner();
    for number in 0..5 {
        sender.send(item(entry(&format!("k/{number}"), "said"))).await.expect("open");
        let answer = answers.message().await.expect("an answer").expect("the stream goes on");
        assert_eq!(index(&answer), number);
    }
    bench.shutdown.begin();
    let ended = answers.message().await.expect_err("the server drains");
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
}
