//! An export that was broken off goes on; full parts are written once.

use std::fs;
use std::time::SystemTime;

use analytics::export::{Error, ExportKey, ExportRequest, export};
use countersign_api::candidate::v1::RejectionReason;

use super::bench::Bench;
use super::story::{Story, task};

fn story(candidates: u128) -> Story {
    let mut story = Story::new();
    for number in 0..candidates {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-11-30"}"#);
        story.edit(&mut candidate, "humans/bob", r#"{"due":"2026-12-01"}"#, "[]");
        story.reject(&mut candidate, "humans/anna", RejectionReason::Duplicate);
    }
    story
}

fn written_at(bench: &Bench, number: usize) -> SystemTime {
    let path = bench.export_folder().join(format!("part-{number:06}.parquet"));
    fs::metadata(path).expect("a part").modified().expect("a time")
}

fn parts(bench: &Bench) -> Vec<Vec<u8>> {
    let manifest = analytics::export::Manifest::read(&bench.export_folder()).expect("a manifest");
    manifest.parts.iter().map(|part| fs::read(part.path(&bench.export_folder())).expect("a part")).collect()
}

fn contents(bench: &Bench) -> Vec<Vec<u8>> {
    let manifest = analytics::export::Manifest::read(&bench.export_folder()).expect("a manifest");
    let files = manifest.parts.into_iter().map(|part| part.contents.expect("with contents").file);
    files.map(|file| fs::read(bench.export_folder().join(file)).expect("contents")).collect()
}

#[tokio::test]
async fn a_broken_export_goes_on_behind_its_full_parts() {
    let bench = Bench::with(story(10).log).await;
    bench.ledger.behaviour().break_after = Some(21);
    let broken = bench.export().await.expect_err("broken off");
    assert!(matches!(broken, Error::Ledger { rpc: "ReadEntries", .. }), "{broken:?}");
    assert!(!broken.is_unverified());
    let first = written_at(&bench, 0);

    bench.ledger.behaviour().break_after = None;
    bench.export().await.expect("exported");
    bench.verify().expect("verified");
    assert_eq!(bench.ledger.behaviour().reads, [0, 16]);
    assert_eq!(written_at(&bench, 0), first, "a full part is written once");

    let undisturbed = Bench::with(story(10).log).await;
    undisturbed.export().await.expect("exported");
    assert_eq!(parts(&bench), parts(&undisturbed), "the same bytes as an export in one go");
}

#[tokio::test]
async fn an_export_of_a_grown_log_reads_what_is_new_alone_and_is_the_one_made_in_one_go() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    bench.ledger.behaviour().log = story(20).log;
    let manifest = bench.export().await.expect("exported again");
    assert_eq!((manifest.size, manifest.parts.len()), (60, 8));
    assert_eq!(bench.ledger.behaviour().reads, [0, 30], "the tail of six entries is taken up as it lies there");
    bench.verify().expect("verified");

    let undisturbed = Bench::with(story(20).log).await;
    undisturbed.export().await.expect("exported");
    assert_eq!(parts(&bench), parts(&undisturbed));
    assert_eq!(contents(&bench), contents(&undisturbed));
}

#[tokio::test]
async fn exporting_again_without_news_reads_nothing() {
    let bench = Bench::with(story(10).log).await;
    let first = bench.export().await.expect("exported");
    let second = bench.export().await.expect("exported again");
    assert_eq!(first, second);
    assert_eq!(bench.ledger.behaviour().reads, [0]);
}

#[tokio::test]
async fn a_damaged_part_and_all_behind_it_are_written_again() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let whole = parts(&bench);
    fs::write(bench.export_folder().join("part-000001.parquet"), "damaged").expect("written");
    bench.export().await.expect("exported again");
    assert_eq!(bench.ledger.behaviour().reads, [0, 8]);
    assert_eq!(parts(&bench), whole);
}

#[tokio::test]
async fn a_fork_in_the_tail_alone_is_found_before_the_tail_is_written_again() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let whole = parts(&bench);
    // The first 24 entries, which fill the kept parts, are the same; the six behind them are not.
    let mut fork = story(8);
    for number in 8..12 {
        let mut candidate = fork.propose(number, "generators/other", task(), "{}");
        fork.approve(&mut candidate, "humans/anna");
    }
    bench.ledger.behaviour().log = fork.log;
    let refused = bench.export().await.expect_err("another tail");
    assert!(matches!(refused, Error::PreviousDiffers { size: 30, .. }), "{refused:?}");
    assert_eq!(parts(&bench), whole, "the evidence is as it was");
    bench.verify().expect("the export of before is whole");
}

#[tokio::test]
async fn what_another_exporter_wrote_is_not_carried_into_an_export_of_ours() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let whole = parts(&bench);
    // Somebody else exports the same log under a key of theirs: what they say of contents is not ours to sign.
    let request = ExportRequest { export_key: ExportKey::new(&[5; 32]), ..bench.request() };
    export(bench.channel(), &request, |_| {}).await.expect("exported by another");
    assert_ne!(parts(&bench), whole, "other hashes of values");
    bench.export().await.expect("exported again");
    assert_eq!(bench.ledger.behaviour().reads, [0, 0, 0], "nothing of the other's is kept");
    assert_eq!(parts(&bench), whole);
}

#[tokio::test]
async fn parts_under_another_export_key_are_written_again() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let request = ExportRequest { export_key: ExportKey::new(&[4; 32]), ..bench.request() };
    export(bench.channel(), &request, |_| {}).await.expect("exported again");
    assert_eq!(bench.ledger.behaviour().reads, [0, 0]);
    bench.verify().expect("verified");
}

#[tokio::test]
async fn a_folder_with_another_log_is_left_alone() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let manifest = fs::read_to_string(bench.export_folder().join("manifest.json")).expect("a manifest");
    let other = manifest.replace(super::log::ORIGIN, "countersign.local/workspaces/else");
    fs::write(bench.export_folder().join("manifest.json"), &other).expect("written");
    let refused = bench.export().await.expect_err("another log");
    assert!(matches!(refused, Error::OtherLog { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_log_that_shrank_is_evidence_and_not_overwritten() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    bench.ledger.behaviour().log = story(5).log;
    let refused = bench.export().await.expect_err("cut off");
    assert!(matches!(refused, Error::LogShrank { exported: 30, signed: 15 }), "{refused:?}");
    assert!(refused.is_unverified());
    bench.verify().expect("the export of before is whole");
}

#[tokio::test]
async fn a_forked_log_does_not_continue_an_export() {
    let bench = Bench::with(story(10).log).await;
    bench.export().await.expect("exported");
    let mut fork = Story::new();
    for number in 0..20 {
        let mut candidate = fork.propose(number, "generators/other", task(), "{}");
        fork.approve(&mut candidate, "humans/anna");
    }
    bench.ledger.behaviour().log = fork.log;
    let refused = bench.export().await.expect_err("the root differs");
    assert!(matches!(refused, Error::PreviousDiffers { size: 30, .. }), "{refused:?}");
    assert!(refused.is_unverified());
    bench.verify().expect("the export of before is whole");
}
