//! An export that follows its log: a manifest for every growth, only what is new is read, and it ends when it is told to.

use std::sync::Arc;
use std::time::Duration;

use analytics::export::{Followed, Manifest, follow};
use tokio::sync::Notify;

use super::bench::Bench;
use super::story::rejections;

#[tokio::test]
async fn it_goes_on_as_the_log_grows_and_ends_between_two_manifests() {
    let bench = Bench::with(rejections(5)).await;
    let stop = Arc::new(Notify::new());
    let mut made: Vec<Manifest> = Vec::new();
    let on_event = |event: Followed<'_>| {
        let Followed::Manifest(manifest) = event else { return };
        made.push(manifest.clone());
        // The log grows by four candidates after each of the first two; then whoever follows is told to end.
        match made.len() {
            1 => bench.ledger.grow(rejections(9)),
            2 => bench.ledger.grow(rejections(13)),
            _ => stop.notify_one(),
        }
    };
    let request = bench.request();
    let last = follow(bench.channel(), &request, Duration::from_millis(1), stop.notified(), on_event).await;
    let last = last.expect("followed").expect("a manifest");

    assert_eq!(made.iter().map(|manifest| manifest.size).collect::<Vec<_>>(), [10, 18, 26]);
    assert!(made.windows(2).all(|pair| pair[1].follows(&pair[0])), "each names the one before");
    assert_eq!(last, made[2]);
    assert_eq!(bench.ledger.behaviour().reads, [0, 10, 18], "only what is new is read");
    bench.verify().expect("verified");

    let undisturbed = Bench::with(rejections(13)).await;
    let whole = undisturbed.export().await.expect("exported");
    assert_eq!(whole.parts, last.parts, "the same bytes as an export in one go");
}

#[tokio::test]
async fn it_ends_while_it_waits_and_leaves_a_whole_export() {
    let bench = Bench::with(rejections(5)).await;
    let request = bench.request();
    let stop = Notify::new();
    let on_event = |event: Followed<'_>| {
        if let Followed::Manifest(_) = event {
            stop.notify_one();
        }
    };
    // Nothing grows: it is the end of the hour's wait that would come first, and the signal that does.
    let every = Duration::from_hours(1);
    let last = follow(bench.channel(), &request, every, stop.notified(), on_event).await.expect("followed");
    assert_eq!(last.map(|manifest| manifest.size), Some(10));
    bench.verify().expect("verified");
}
