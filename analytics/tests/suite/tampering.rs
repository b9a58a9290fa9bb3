//! Whatever is changed in an export is found, and nothing is computed from it.

use std::fs;
use std::path::Path;

use analytics::export::{Error, Manifest, Previous};

use super::bench::{Bench, forge, verified};
use super::story::{Story, rejections, task};

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let items = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = items.map(|item| item.expect("a file").path()).collect();
    files.sort();
    files
}

#[tokio::test]
async fn every_byte_of_the_manifest_counts() {
    let (bench, export) = verified(rejections(6)).await;
    let path = export.folder().join("manifest.json");
    let whole = fs::read(&path).expect("the manifest");
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        fs::write(&path, &changed).expect("written");
        let refused = bench.verify().expect_err("a changed byte");
        assert!(refused.is_unverified(), "byte {position}: {refused:?}");
    }
    fs::write(&path, &whole).expect("written");
    bench.verify().expect("as it was");
}

#[tokio::test]
async fn every_byte_of_the_signature_counts() {
    let (bench, export) = verified(rejections(6)).await;
    let path = export.folder().join("manifest.sig");
    let whole = fs::read(&path).expect("the signature");
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        fs::write(&path, &changed).expect("written");
        let refused = bench.verify().expect_err("a changed byte");
        assert!(matches!(refused, Error::SignatureInvalid { .. }), "byte {position}: {refused:?}");
    }
    fs::remove_file(&path).expect("removed");
    assert!(matches!(bench.verify(), Err(Error::SignatureMissing { .. })));
}

#[tokio::test]
async fn every_byte_of_a_part_counts() {
    let (bench, export) = verified(rejections(6)).await;
    let path = export.folder().join("part-000001.parquet");
    let whole = fs::read(&path).expect("the part");
    for position in (0..whole.len()).step_by(97) {
        let mut changed = whole.clone();
        changed[position] ^= 0x40;
        fs::write(&path, &changed).expect("written");
        let refused = bench.verify().expect_err("a changed byte");
        assert!(
            matches!(&refused, Error::PartChanged { path: named } if *named == path),
            "byte {position}: {refused:?}"
        );
    }
    fs::write(&path, &whole[..whole.len() - 1]).expect("cut");
    assert!(matches!(bench.verify(), Err(Error::PartChanged { .. })));
}

#[tokio::test]
async fn a_missing_and_a_stray_part_are_named() {
    let (bench, export) = verified(rejections(6)).await;
    let part = export.folder().join("part-000000.parquet");
    let stray = export.folder().join("part-000007.parquet");
    fs::copy(&part, &stray).expect("copied");
    assert!(matches!(bench.verify(), Err(Error::PartStray { path }) if path == stray));
    fs::remove_file(&stray).expect("removed");
    fs::remove_file(&part).expect("removed");
    assert!(matches!(bench.verify(), Err(Error::PartMissing { path }) if path == part));
}

#[tokio::test]
async fn parts_exchanged_together_with_the_manifest_are_found_by_their_leaves() {
    // Another log under the same key and origin, as a fork would be.
    let mut fork = Story::new();
    for number in 0..6 {
        let mut candidate = fork.propose(number, "generators/crm-rules", task(), "{}");
        fork.approve(&mut candidate, "humans/anna");
    }
    let (_other_bench, other) = verified(fork.log).await;
    let (bench, export) = verified(rejections(6)).await;
    for name in ["part-000000.parquet", "part-000001.parquet", "contents-000000.parquet", "contents-000001.parquet"] {
        fs::copy(other.folder().join(name), export.folder().join(name)).expect("copied");
    }
    forge(export.folder(), |manifest| manifest.parts = other.manifest().parts.clone());
    let refused = bench.verify().expect_err("the leaves lead elsewhere");
    assert!(matches!(refused, Error::ExportDeparts { .. }), "{refused:?}");
}

#[tokio::test]
async fn a_manifest_of_another_log_size_or_root_is_refused() {
    let changes: [fn(&mut Manifest); 9] = [
        |manifest| manifest.exporter = "nobody".to_owned(),
        |manifest| manifest.previous = Some(Previous { sha256: manifest.root, size: 13, root: manifest.root }),
        |manifest| manifest.previous = Some(Previous { sha256: manifest.root, size: 0, root: manifest.root }),
        |manifest| manifest.previous = Some(Previous { sha256: manifest.root, size: 9, root: manifest.root }),
        |manifest| manifest.origin = "countersign.local/workspaces/other".to_owned(),
        |manifest| manifest.size += 1,
        |manifest| manifest.root = manifest.parts[0].root,
        |manifest| manifest.parts.reverse(),
        |manifest| manifest.parts[0].file = "../part-000000.parquet".to_owned(),
    ];
    for change in changes {
        let (bench, export) = verified(rejections(6)).await;
        forge(export.folder(), change);
        let refused = bench.verify().expect_err("changed");
        assert!(refused.is_unverified(), "{refused:?}");
        assert!(!matches!(refused, Error::SignatureInvalid { .. }), "the forger's signature holds: {refused:?}");
    }
}

#[tokio::test]
async fn a_manifest_with_another_layout_is_refused() {
    let (bench, export) = verified(rejections(6)).await;
    forge(export.folder(), |manifest| manifest.format_version = 2);
    assert!(matches!(bench.verify(), Err(Error::ManifestLayout { found: 2, .. })));
    let path = export.folder().join("manifest.json");
    fs::write(&path, "{}").expect("written");
    assert!(matches!(bench.verify(), Err(Error::ManifestMalformed { .. })));
}

#[tokio::test]
async fn an_export_never_finished_holds_nothing_to_report_on() {
    let bench = Bench::with(rejections(6)).await;
    bench.ledger.behaviour().break_after = Some(9);
    bench.export().await.expect_err("broken off");
    assert!(matches!(bench.verify(), Err(Error::ExportUnfinished { .. })));
    assert_eq!(files(&bench.export_folder()).len(), 3, "a full part, its contents and the journal");
}
