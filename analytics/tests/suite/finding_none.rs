//! Where there is no export, that is said; it is another thing than a damaged one.

use std::fs;

use analytics::export::{Error, verify};

use super::bench::{Bench, verified};
use super::story::{Story, task};

fn story() -> Story {
    let mut story = Story::new();
    for number in 0..9 {
        story.propose(number, "generators/crm-rules", task(), "{}");
    }
    story
}

#[tokio::test]
async fn a_folder_that_is_not_there_and_one_without_an_export_are_missing() {
    let bench = Bench::with(story().log).await;
    let missing = bench.verify().expect_err("no folder");
    assert!(matches!(&missing, Error::FolderMissing { folder } if *folder == bench.export_folder()), "{missing:?}");

    fs::create_dir(bench.export_folder()).expect("made");
    fs::write(bench.export_folder().join("notes.txt"), "something else").expect("written");
    let empty = bench.verify().expect_err("no export");
    assert!(matches!(&empty, Error::ExportMissing { folder } if *folder == bench.export_folder()), "{empty:?}");

    for error in [missing, empty] {
        assert!(error.is_missing() && !error.is_unverified(), "{error:?}");
        let shown = error.to_string();
        assert!(shown.contains(&bench.export_folder().display().to_string()), "{shown}");
        assert!(shown.contains("`ledger export`"), "the mend: {shown}");
    }
}

#[tokio::test]
async fn a_file_in_place_of_the_folder_can_not_be_used() {
    let bench = Bench::with(story().log).await;
    fs::write(bench.export_folder(), "a file").expect("written");
    let refused = bench.verify().expect_err("no folder");
    assert!(matches!(refused, Error::File { .. }), "{refused:?}");
    assert!(!refused.is_missing() && !refused.is_unverified());
    assert!(matches!(bench.export().await, Err(Error::File { .. })));
}

#[tokio::test]
async fn an_export_without_its_manifest_is_damaged() {
    let (bench, export) = verified(story().log).await;
    for name in ["manifest.json", "manifest.sig"] {
        fs::remove_file(export.folder().join(name)).expect("removed");
    }
    let refused = bench.verify().expect_err("no manifest");
    assert!(matches!(refused, Error::ManifestMissing { .. }), "{refused:?}");
    assert!(refused.is_unverified() && !refused.is_missing());
}

#[tokio::test]
async fn every_damage_names_the_folder_or_the_file_in_it() {
    let damages: [(&str, Option<&[u8]>); 6] = [
        ("manifest.json", Some(b"{}")),
        ("manifest.json", None),
        ("manifest.sig", Some(b"\xFF")),
        ("manifest.sig", None),
        ("part-000000.parquet", Some(b"PAR1")),
        ("part-000001.parquet", None),
    ];
    for (name, bytes) in damages {
        let (bench, export) = verified(story().log).await;
        match bytes {
            Some(bytes) => fs::write(export.folder().join(name), bytes).expect("written"),
            None => fs::remove_file(export.folder().join(name)).expect("removed"),
        }
        let log_key = bench.ledger.behaviour().log.verifying_key();
        let refused = verify(export.folder(), &log_key, |_| {}).expect_err("damaged");
        assert!(refused.is_unverified() && !refused.is_missing(), "{refused:?}");
        assert!(refused.to_string().contains(&export.folder().display().to_string()), "{refused}");
    }
}
