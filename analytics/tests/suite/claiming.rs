//! An export goes on in a folder of the same log and replaces nothing else.

use std::fs;
use std::path::Path;

use analytics::export::{Error, ExportKey, ExportRequest, NotOurs, export};
use ledger_format::SigningKey;

use super::bench::Bench;
use super::story::rejections;

/// Every file in a folder with its bytes.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut contents: Vec<_> = fs::read_dir(folder)
        .expect("a folder")
        .map(|item| {
            let item = item.expect("an item");
            (item.file_name().to_string_lossy().into_owned(), fs::read(item.path()).unwrap_or_default())
        })
        .collect();
    contents.sort();
    contents
}

/// Exports, which must be refused because of this file; nothing in the folder may change.
async fn refused(bench: &Bench, name: &str) -> NotOurs {
    let before = contents(&bench.export_folder());
    let error = bench.export().await.expect_err("something is in the way");
    assert_eq!(contents(&bench.export_folder()), before, "nothing is overwritten");
    assert!(!error.is_unverified() && !error.is_missing(), "{error:?}");
    let path = bench.export_folder().join(name);
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("`{}` is in the way", path.display())), "{shown}");
    assert!(shown.ends_with("move it away, or export to another folder"), "{shown}");
    match error {
        Error::FileInTheWay { path: named, source } if named == path => source,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_that_happens_to_have_a_name_of_ours_is_not_overwritten() {
    for name in ["part-000000.parquet", "part-of-the-deal.parquet", "manifest.sig", "part-000001.parquet.new"] {
        let bench = Bench::with(rejections(6)).await;
        fs::create_dir(bench.export_folder()).expect("made");
        fs::write(bench.export_folder().join(name), "somebody's").expect("written");
        fs::write(bench.export_folder().join("README"), "somebody's").expect("written");
        assert!(matches!(refused(&bench, name).await, NotOurs::NoExport), "{name}");
    }
}

#[tokio::test]
async fn a_manifest_or_journal_of_something_else_is_not_overwritten() {
    let bench = Bench::with(rejections(6)).await;
    fs::create_dir(bench.export_folder()).expect("made");
    let manifest = bench.export_folder().join("manifest.json");
    fs::write(&manifest, r#"{"name":"a web app"}"#).expect("written");
    assert!(matches!(refused(&bench, "manifest.json").await, NotOurs::Manifest(_)));

    fs::remove_file(&manifest).expect("removed");
    fs::write(bench.export_folder().join("journal.json"), "[]").expect("written");
    assert!(matches!(refused(&bench, "journal.json").await, NotOurs::Journal(_)));
}

#[tokio::test]
async fn a_folder_with_the_name_of_a_part_is_named() {
    let bench = Bench::with(rejections(6)).await;
    fs::create_dir_all(bench.export_folder().join("part-000000.parquet")).expect("made");
    assert!(matches!(refused(&bench, "part-000000.parquet").await, NotOurs::NoFile));
}

#[tokio::test]
async fn files_with_other_names_do_not_matter_and_stay() {
    let bench = Bench::with(rejections(6)).await;
    fs::create_dir(bench.export_folder()).expect("made");
    fs::write(bench.export_folder().join("README"), "somebody's").expect("written");
    bench.export().await.expect("exported beside it");
    bench.verify().expect("verified");
    assert_eq!(fs::read(bench.export_folder().join("README")).expect("still there"), b"somebody's");
}

#[tokio::test]
async fn a_foreign_part_beside_a_finished_export_is_neither_replaced_nor_removed() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    // The next part of the grown log would have the first name; the second would be removed as a stray.
    for name in ["part-000002.parquet", "part-zz.parquet"] {
        fs::write(bench.export_folder().join(name), "somebody's").expect("written");
        bench.ledger.behaviour().log = rejections(12);
        assert!(matches!(refused(&bench, name).await, NotOurs::Part));
        fs::remove_file(bench.export_folder().join(name)).expect("removed");
    }
    bench.export().await.expect("goes on once they are gone");
}

#[tokio::test]
async fn an_export_under_another_log_key_is_not_continued() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    let other = SigningKey::from_seed("countersign.local", &[8; 32]).expect("a key");
    bench.ledger.behaviour().log.resign(other);
    assert!(matches!(refused(&bench, "manifest.json").await, NotOurs::Manifest(_)));
}

#[tokio::test]
async fn a_manifest_that_nobody_has_signed_is_evidence() {
    let bench = Bench::with(rejections(6)).await;
    bench.export().await.expect("exported");
    fs::remove_file(bench.export_folder().join("manifest.sig")).expect("removed");
    let source = refused(&bench, "manifest.json").await;
    assert!(matches!(&source, NotOurs::Manifest(error) if matches!(**error, Error::SignatureMissing { .. })));
}

#[tokio::test]
async fn an_unfinished_export_of_another_exporter_is_left_to_them() {
    let bench = Bench::with(rejections(6)).await;
    bench.ledger.behaviour().break_after = Some(9);
    let request = ExportRequest { export_key: ExportKey::new(&[5; 32]), ..bench.request() };
    export(bench.channel(), &request, |_| {}).await.expect_err("broken off");
    bench.ledger.behaviour().break_after = None;
    assert!(matches!(refused(&bench, "journal.json").await, NotOurs::Journal(_)));
    export(bench.channel(), &request, |_| {}).await.expect("its own exporter goes on");
}

#[tokio::test]
async fn nothing_is_claimed_before_there_is_something_to_write() {
    let bench = Bench::with(rejections(6)).await;
    bench.ledger.behaviour().break_after = Some(7);
    bench.export().await.expect_err("broken off before the first part was full");
    assert!(!bench.export_folder().exists());
}

#[tokio::test]
async fn the_folder_is_claimed_before_the_first_part_is_written() {
    let bench = Bench::with(rejections(6)).await;
    let (request, part) = (bench.request(), bench.export_folder().join("part-000000.parquet"));
    // Comes in the way once the folder has been looked through, so that the first part cannot take its name.
    let broken = export(bench.channel(), &request, |progress| {
        if progress.entries == 0 {
            fs::create_dir_all(&part).expect("made");
        }
    });
    assert!(matches!(broken.await, Err(Error::File { path, .. }) if path == part));
    assert!(bench.export_folder().join("journal.json").is_file(), "it says whose the unfinished files are");
    fs::remove_dir(&part).expect("removed");
    bench.export().await.expect("goes on");
    bench.verify().expect("verified");
}

/// What each crash of a first export leaves, at the commit points one after the other.
#[tokio::test]
async fn whatever_a_crash_leaves_is_gone_on_from() {
    let whole = Bench::with(rejections(6)).await;
    whole.export().await.expect("exported");
    let finished = contents(&whole.export_folder());
    let broken = Bench::with(rejections(6)).await;
    broken.ledger.behaviour().break_after = Some(9);
    broken.export().await.expect_err("broken off");
    let journal = fs::read(broken.export_folder().join("journal.json")).expect("a journal");
    let of = |name: &str| finished.iter().find(|(found, _)| found == name).expect("it is there").1.clone();
    let (first, last) = (of("part-000000.parquet"), of("part-000001.parquet"));

    let crashes: [&[(&str, &[u8])]; 6] = [
        &[("journal.json", &journal), ("part-000000.parquet.new", &first[..9])],
        &[("journal.json", &journal), ("part-000000.parquet", &first)],
        &[("journal.json", &journal), ("part-000000.parquet", &first), ("part-000001.parquet", &last)],
        &[
            ("journal.json", &journal),
            ("part-000000.parquet", &first),
            ("part-000001.parquet", &last),
            ("manifest.json", &of("manifest.json")),
        ],
        &[
            ("journal.json", &journal),
            ("part-000000.parquet", &first),
            ("part-000001.parquet", &last),
            ("manifest.json", &of("manifest.json")),
            ("manifest.sig", &of("manifest.sig")),
        ],
        &[("journal.json.new", b"")],
    ];
    for crash in crashes {
        let bench = Bench::with(rejections(6)).await;
        fs::create_dir(bench.export_folder()).expect("made");
        for (name, bytes) in crash {
            fs::write(bench.export_folder().join(name), bytes).expect("written");
        }
        bench.export().await.expect("goes on");
        bench.verify().expect("verified");
        assert_eq!(contents(&bench.export_folder()), finished, "as if nothing had happened");
    }
}
