//! Triggers: kept once, found, listed and followed in order.

use countersign_api::candidate::v1::{
    GetTriggerRequest, ListTriggersRequest, RecordTriggerRequest, SourceField, StreamTriggersRequest, Trigger,
};
use tonic::Code;

use super::support::{Bench, PARENT, proposal, reason};

fn record(request_id: &str, source_id: &str) -> RecordTriggerRequest {
    RecordTriggerRequest {
        parent: PARENT.into(),
        trigger: Some(Trigger {
            source_system: "website".into(),
            r#type: "form_submitted".into(),
            source_id: source_id.into(),
            fields: vec![SourceField { name: "email".into(), value: String::new() }],
            ..Trigger::default()
        }),
        request_id: request_id.into(),
    }
}

#[tokio::test]
async fn a_trigger_is_kept_once() {
    let bench = Bench::open().await;
    let first = bench.triggers().record_trigger(record("t1", "a")).await.expect("kept").into_inner();
    assert!(!first.replayed);
    let trigger = first.trigger.expect("a trigger");
    assert_eq!(trigger.create_time, Some(prost_types::Timestamp { seconds: 1_795_338_000, nanos: 0 }));

    for request_id in ["t1", "t2"] {
        let again = bench.triggers().record_trigger(record(request_id, "a")).await.expect("kept").into_inner();
        assert_eq!((again.trigger.as_ref(), again.replayed), (Some(&trigger), true), "{request_id}");
    }
    let refused = bench.triggers().record_trigger(record("t1", "b")).await.expect_err("reused");
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));

    let found = bench.triggers().get_trigger(GetTriggerRequest { name: trigger.name.clone() }).await.expect("found");
    assert_eq!(found.into_inner().trigger, Some(trigger));
}

#[tokio::test]
async fn what_is_not_of_its_form_is_refused_by_name() {
    let bench = Bench::open().await;
    let with = |change: fn(&mut Trigger)| {
        let mut request = record("t1", "a");
        change(request.trigger.as_mut().expect("a trigger"));
        request
    };
    for (request, field) in [
        (RecordTriggerRequest { trigger: None, ..record("t1", "a") }, "`trigger`"),
        (with(|trigger| trigger.source_id.clear()), "`trigger.source_id`"),
        (with(|trigger| trigger.fields[0].value = "x".repeat(4_097)), "`trigger.fields[0].value`"),
        (
            with(|trigger| trigger.fields = vec![SourceField { name: "n".into(), value: String::new() }; 65]),
            "`trigger.fields`",
        ),
        (
            with(|trigger| trigger.occur_time = Some(prost_types::Timestamp { seconds: 0, nanos: -1 })),
            "`trigger.occur_time`",
        ),
    ] {
        let refused = bench.triggers().record_trigger(request).await.expect_err(field);
        assert_eq!(reason(&refused), "REQUEST_MALFORMED", "{field}");
        assert!(refused.message().contains(field), "{field}: {}", refused.message());
    }
    let missing = GetTriggerRequest { name: "workspaces/demo/triggers/01932c07-29a4-7d6b-8b1f-6d1f6c7a9a55".into() };
    assert_eq!(bench.triggers().get_trigger(missing).await.expect_err("no such").code(), Code::NotFound);
}

#[tokio::test]
async fn pages_show_every_trigger_once_oldest_first() {
    let bench = Bench::open().await;
    for n in 0..7 {
        bench.triggers().record_trigger(record(&format!("t{n}"), &n.to_string())).await.expect("kept");
    }
    let mut request = ListTriggersRequest { parent: PARENT.into(), page_size: 3, page_token: String::new() };
    let mut pages = Vec::new();
    loop {
        let page = bench.triggers().list_triggers(request.clone()).await.expect("a page").into_inner();
        pages.push(page.triggers.iter().map(|trigger| trigger.source_id.clone()).collect::<Vec<_>>());
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!(pages, [vec!["0", "1", "2"], vec!["3", "4", "5"], vec!["6"]]);
    request.page_token = "AAAA".into();
    let refused = bench.triggers().list_triggers(request).await.expect_err("altered");
    assert_eq!(reason(&refused), "PAGE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_stream_goes_on_with_new_triggers_and_resumes_behind_the_last_one_seen() {
    let bench = Bench::open().await;
    bench.triggers().record_trigger(record("t0", "0")).await.expect("kept");
    let request = StreamTriggersRequest { parent: PARENT.into(), resume_token: String::new() };
    let mut stream = bench.triggers().stream_triggers(request.clone()).await.expect("a stream").into_inner();
    let first = stream.message().await.expect("a trigger").expect("a trigger");
    assert_eq!(first.trigger.expect("a trigger").source_id, "0");

    // One that comes with a proposal is a trigger like any other.
    bench.propose("p1", proposal("7")).await;
    bench.triggers().record_trigger(record("t1", "1")).await.expect("kept");
    let mut resumed = bench
        .triggers()
        .stream_triggers(StreamTriggersRequest { resume_token: first.resume_token, ..request })
        .await
        .expect("a stream")
        .into_inner();
    for expected in ["7", "1"] {
        for stream in [&mut stream, &mut resumed] {
            let next = stream.message().await.expect("a trigger").expect("a trigger");
            assert_eq!(next.trigger.expect("a trigger").source_id, expected);
        }
    }
}

crate::tests::support::on_postgres!(
    a_trigger_is_kept_once,
    what_is_not_of_its_form_is_refused_by_name,
    pages_show_every_trigger_once_oldest_first,
    a_stream_goes_on_with_new_triggers_and_resumes_behind_the_last_one_seen,
);
