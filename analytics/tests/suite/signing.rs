//! Who answers for an export, and which export came before it.

use std::fs;

use analytics::export::{Error, ExportKey, ExportRequest, Manifest, Pinned, Previous, export, verify};
use ledger_format::note::SignedNote;

use super::bench::{Bench, forge};
use super::story::rejections;

#[tokio::test]
async fn the_manifest_is_canonical_and_signed_by_its_exporter() {
    let bench = Bench::with(rejections(6)).await;
    let manifest = bench.export().await.expect("exported");
    let key = bench.request().export_key.verifying_key().clone();
    let json = fs::read_to_string(bench.export_folder().join("manifest.json")).expect("the manifest");
    assert_eq!(ledger_format::canonicalize_text(&json).expect("canonical"), json);

    let note = fs::read_to_string(bench.export_folder().join("manifest.sig")).expect("the signature");
    let note = SignedNote::parse(&note).expect("a note");
    let text = format!("countersign/export-manifest/v1\n{}\n", manifest.sha256());
    assert_eq!(note.verify(&key).expect("signed"), text);

    let verified = bench.verify().expect("verified");
    assert_eq!((verified.exporter(), verified.is_exporter_pinned()), (&key, false));
}

#[tokio::test]
async fn a_pinned_exporter_is_told_from_every_other() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    let log_key = bench.ledger.behaviour().log.verifying_key();
    let ours = bench.request().export_key.verifying_key().clone();
    let pinned = Pinned::log(&log_key).with_exporter(&ours);
    assert!(verify(&bench.export_folder(), pinned, |_| {}).expect("verified").is_exporter_pinned());

    let request = ExportRequest { export_key: ExportKey::new(&[5; 32]), ..bench.request() };
    export(bench.channel(), &request, |_| {}).await.expect("another exports the same log");
    let refused = verify(&bench.export_folder(), pinned, |_| {}).expect_err("not by the pinned exporter");
    assert!(matches!(refused, Error::OtherExporter { .. }), "{refused:?}");
    assert!(refused.is_unverified());
    bench.verify().expect("its leaves are the log's all the same");
}

#[tokio::test]
async fn the_ledgers_key_signs_no_manifest() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    let note = bench.ledger.behaviour().log.signed_note();
    fs::write(bench.export_folder().join("manifest.sig"), note).expect("written");
    assert!(matches!(bench.verify(), Err(Error::SignatureInvalid { .. })), "a checkpoint is no signature");
}

#[tokio::test]
async fn each_manifest_names_the_one_before() {
    let bench = Bench::with(rejections(6)).await;
    let mut chain: Vec<Manifest> = vec![bench.export().await.expect("exported")];
    for candidates in [7, 12, 13] {
        bench.ledger.behaviour().log = rejections(candidates);
        chain.push(bench.export().await.expect("exported"));
        bench.verify().expect("verified, past the root of the export before");
    }
    assert_eq!(chain[0].previous, None);
    for pair in chain.windows(2) {
        assert!(pair[1].follows(&pair[0]));
        assert_eq!(pair[1].previous.map(|previous| previous.size), Some(pair[0].size));
    }
    assert!(!chain[2].follows(&chain[0]) && !chain[0].follows(&chain[0]));
}

#[tokio::test]
async fn an_export_without_news_adds_no_link() {
    let bench = Bench::with(rejections(6)).await;
    let first = bench.export().await.expect("exported");
    assert_eq!(bench.export().await.expect("exported again"), first);
    assert!(!bench.export_folder().join("journal.json").exists());
}

#[tokio::test]
async fn a_chain_goes_on_over_an_interrupted_export() {
    let bench = Bench::with(rejections(6)).await;
    let first = bench.export().await.expect("exported");
    bench.ledger.behaviour().log = rejections(20);
    bench.ledger.behaviour().break_after = Some(20);
    bench.export().await.expect_err("broken off behind full parts");
    bench.ledger.behaviour().break_after = None;
    let second = bench.export().await.expect("exported");
    assert!(second.follows(&first));
    assert_eq!(bench.ledger.behaviour().reads, [0, 12, 32], "the short part of before is taken up as it lies there");
    bench.verify().expect("verified");
}

#[tokio::test]
async fn a_link_to_a_log_that_never_was_does_not_verify() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    forge(&bench.export_folder(), |manifest| {
        manifest.previous = Some(Previous { sha256: manifest.root, size: 5, root: manifest.root });
    });
    let refused = bench.verify().expect_err("five entries have another root");
    assert!(matches!(refused, Error::PreviousDiffers { size: 5, .. }), "{refused:?}");
    assert!(refused.is_unverified());
}
