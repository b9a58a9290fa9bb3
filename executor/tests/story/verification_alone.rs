//! Verification without anything behind it: for whoever acts elsewhere than in an executor's process.

use countersign_api::candidate::v1::Permit;
use prost_types::Timestamp;

use crate::{bench::Bench, log::Approved};

const PAYLOAD: &str = r#"{"due":"2026-12-02","owner":"humans/anna","subject":"Call back"}"#;

/// A permit under a checkpoint of a size, with time left.
fn permit_at(bench: &Bench, approved: &Approved, size: u64) -> Permit {
    let lease_expire_time = Some(Timestamp { seconds: 4_000_000_000, nanos: 0 });
    Permit { lease_expire_time, ..bench.log.permit_at(approved, "create_task", size) }
}

#[tokio::test]
async fn a_permit_is_judged_as_the_executor_judges_it() {
    let bench = Bench::new().await;
    let mut check = bench.permit_check(None).await;
    let approved = bench.log.approve(1, PAYLOAD);
    let honest = permit_at(&bench, &approved, 1);
    let mut swapped = honest.clone();
    let payload = swapped.payload.as_mut().expect("a payload");
    payload.canonical_json = payload.canonical_json.replace("anna", "mallory");
    let doubt = check.verify(swapped).await.expect_err("other bytes").to_string();
    assert!(doubt.contains("payload and nonce have digest") && !doubt.contains("mallory"), "{doubt}");
    assert!(check.verify(Permit { candidate: "nobody".into(), ..honest.clone() }).await.is_err());
    assert_eq!(check.verify(honest).await, Ok(()));
}

#[tokio::test]
async fn a_log_that_shrank_is_found_by_whoever_remembers_it() {
    let bench = Bench::new().await;
    let (first, second) = (bench.log.approve(1, PAYLOAD), bench.log.approve(2, PAYLOAD));
    let (smaller, larger) = (permit_at(&bench, &first, 1), permit_at(&bench, &second, 2));
    let mut check = bench.permit_check(Some(bench.memory_db())).await;
    assert_eq!(check.verify(larger).await, Ok(()));
    let doubt = check.verify(smaller.clone()).await.expect_err("a smaller log").to_string();
    assert!(doubt.contains("one of size `2` was seen before"), "{doubt}");
    check.close().await;

    // The next one remembers, when it has the same memory.
    let mut again = bench.permit_check(Some(bench.memory_db())).await;
    assert!(again.verify(smaller.clone()).await.is_err());
    let mut forgetful = bench.permit_check(None).await;
    assert_eq!(forgetful.verify(smaller).await, Ok(()));
}
