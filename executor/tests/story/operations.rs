//! An action type is data: what a connector does follows from the operation that the permit names, not from its type.

use std::sync::Arc;

use countersign_api::candidate::v1::FailureClass;
use executor::Tally;

use crate::{
    bench::Bench,
    connectors::Listener,
    desk::{failed, succeeded, unknown},
    log::demo,
};

const TASK: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Ticket 17 waits for a week"}"#;

#[tokio::test]
async fn a_type_that_nobody_has_heard_of_is_executed_by_its_operation() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = bench.log.approve(1, TASK);
    let mut permit = bench.log.permit(&approved, "create_task");
    permit.action_type = "escalate_ticket".to_owned();
    bench.desk.offer(permit);
    bench.run(Arc::new(sandbox.clone())).await;
    let result = succeeded(bench.desk.report_on(&approved.candidate.to_string()));
    assert_eq!(result.references[0].object_type, "task");
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, 1);
}

#[tokio::test]
async fn a_type_that_is_called_like_an_operation_of_another_name_does_not_become_it() {
    let bench = Bench::new().await;
    let sandbox = bench.sandbox().await;
    let approved = bench.log.approve(1, TASK);
    let mut permit = bench.log.permit(&approved, "update_field");
    permit.action_type = "create_task".to_owned();
    bench.desk.offer(permit);
    bench.run(Arc::new(sandbox.clone())).await;
    assert_eq!(failed(bench.desk.report_on(&approved.candidate.to_string())).class(), FailureClass::Invalid);
    assert_eq!(sandbox.crm(&demo()).totals().await.expect("counted").tasks, 0);
}

#[tokio::test]
async fn an_operation_that_nobody_performs_is_refused_uncalled_and_the_others_go_on() {
    let bench = Bench::new().await;
    let listener = Arc::new(Listener::default());
    let strange = bench.log.approve(1, TASK);
    let usual = bench.log.approve(2, TASK);
    bench.desk.offer(bench.log.permit(&strange, "send_rocket"));
    bench.desk.offer(bench.log.permit(&usual, "create_task"));
    let tally = bench.run(listener.clone()).await;

    assert_eq!(tally, Tally { succeeded: 1, failed: 1, ..Tally::default() }, "each attempt has its end");
    assert_eq!(listener.payloads().len(), 1);
    let failure = failed(bench.desk.report_on(&strange.candidate.to_string()));
    assert_eq!((failure.class(), failure.retry_safe), (FailureClass::PermitRefused, false), "a person decides");
    for words in ["`send_rocket`", "nothing was called", "register one"] {
        assert!(failure.message.contains(words), "{}", failure.message);
    }
    succeeded(bench.desk.report_on(&usual.candidate.to_string()));
}

#[tokio::test]
async fn an_operation_that_somebody_performed_before_the_restart_is_not_called_undone() {
    let bench = Bench::new().await;
    let approved = bench.log.approve(1, TASK);
    let mut permit = bench.log.permit(&approved, "send_rocket");
    permit.reissued = true;
    bench.desk.offer(permit);
    bench.run(Arc::new(Listener::default())).await;
    let message = unknown(bench.desk.report_on(&approved.candidate.to_string()));
    assert!(message.contains("look in the target system"), "{message}");
}
