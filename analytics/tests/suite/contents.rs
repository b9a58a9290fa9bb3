//! Sealed contents beside the parts: as the ledger keeps them, a row for each entry, or left out altogether.

use std::fs;
use std::path::PathBuf;

use analytics::export::{Contents, ContentsFile, Error, ExportRequest, Manifest, export};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

use super::bench::{Bench, forge};
use super::story::rejections;

fn contents_files(bench: &Bench) -> Vec<PathBuf> {
    let items = fs::read_dir(bench.export_folder()).expect("a folder").map(|item| item.expect("an item").path());
    let is_contents =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("contents-"));
    let mut files: Vec<PathBuf> = items.filter(is_contents).collect();
    files.sort();
    files
}

async fn export_with(bench: &Bench, contents: Contents) -> Result<Manifest, Error> {
    export(bench.channel(), &ExportRequest { contents, ..bench.request() }, |_| {}).await
}

#[tokio::test]
async fn contents_lie_beside_their_entries_exactly_as_the_ledger_keeps_them() {
    let mut log = rejections(6);
    log.erase(2);
    let expected = log.entries.clone();
    let bench = Bench::with(log).await;
    let manifest = bench.verified().await.manifest().clone();
    assert!(manifest.has_contents);

    let mut index = 0;
    for (file, part) in contents_files(&bench).iter().zip(&manifest.parts) {
        let named = part.contents.as_ref().expect("with contents");
        assert_eq!(
            (file, fs::metadata(file).expect("there").len()),
            (&bench.export_folder().join(&named.file), named.bytes)
        );
        let frame = ParquetReader::new(fs::File::open(file).expect("there")).finish().expect("Parquet");
        assert_eq!(frame.height() as u64, part.rows);
        for row in 0..frame.height() {
            let entry = &expected[index];
            let value = |name: &str| frame.column(name).expect("the column");
            assert_eq!(value("entry_index").u64().expect("numbers").get(row), Some(index as u64));
            assert_eq!(value("erased").bool().expect("flags").get(row), Some(entry.erased));
            let is_kept = !entry.erased;
            let (key, sealed) = (value("content_key").str().expect("words"), value("sealed").binary().expect("bytes"));
            assert_eq!(key.get(row), is_kept.then_some(entry.content_key.as_str()));
            assert_eq!(sealed.get(row), is_kept.then_some(&entry.sealed[..]));
            index += 1;
        }
    }
    assert_eq!(index, expected.len());
}

#[tokio::test]
async fn contents_that_are_left_out_are_neither_asked_for_nor_kept() {
    let bench = Bench::with(rejections(6)).await;
    let without = export_with(&bench, Contents::LeftOut).await.expect("exported");
    assert!(!without.has_contents && without.parts.iter().all(|part| part.contents.is_none()));
    assert!(contents_files(&bench).is_empty());
    bench.verify().expect("verified");
    let standing = export_with(&bench, Contents::AsTheyStand).await.expect("exported");
    assert_eq!(standing, without);

    bench.export().await.expect("exported with contents");
    bench.verify().expect("verified");
    assert_eq!(contents_files(&bench).len(), 2);
    assert_eq!(bench.ledger.behaviour().reads, [0, 0], "contents that were left out have to be read");
    assert!(export_with(&bench, Contents::AsTheyStand).await.expect("exported").has_contents);

    export_with(&bench, Contents::LeftOut).await.expect("exported without");
    assert!(contents_files(&bench).is_empty(), "they are removed");
    bench.verify().expect("verified");
    assert_eq!(bench.ledger.behaviour().reads, [0, 0], "nothing is read to leave something out");
}

#[tokio::test]
async fn a_ledger_that_gives_nothing_sealed_is_told_so() {
    let mut log = rejections(6);
    log.entries[3].sealed.clear();
    let bench = Bench::with(log).await;
    let refused = bench.export().await.expect_err("nothing to keep");
    assert!(matches!(refused, Error::SealedMissing { index: 3 }), "{refused:?}");
    assert!(refused.to_string().contains("--no-contents") && !refused.is_unverified());
    export_with(&bench, Contents::LeftOut).await.expect("exported without");
}

#[tokio::test]
async fn every_byte_of_contents_counts_and_a_missing_file_is_named() {
    let bench = Bench::with(rejections(6)).await;
    bench.verified().await;
    let path = contents_files(&bench).swap_remove(1);
    let whole = fs::read(&path).expect("contents");
    for position in 0..whole.len() {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        fs::write(&path, &changed).expect("written");
        let refused = bench.verify().expect_err("a changed byte");
        assert!(matches!(&refused, Error::PartChanged { path: named } if *named == path), "{position}: {refused:?}");
    }
    fs::write(&path, &whole[..whole.len() - 1]).expect("cut off");
    assert!(matches!(bench.verify(), Err(Error::PartChanged { .. })));
    fs::remove_file(&path).expect("removed");
    assert!(matches!(bench.verify(), Err(Error::PartMissing { path: named }) if named == path));
}

#[tokio::test]
async fn contents_of_another_part_or_another_log_do_not_pass_under_a_forged_manifest() {
    let bench = Bench::with(rejections(6)).await;
    bench.verified().await;
    let swapped = |manifest: &mut Manifest| {
        let first = manifest.parts[0].contents.clone().expect("contents");
        let second = manifest.parts[1].contents.clone().expect("contents");
        let named = |file: &str, of: &ContentsFile| Some(ContentsFile { file: file.to_owned(), ..of.clone() });
        manifest.parts[0].contents = named(&first.file, &second);
        manifest.parts[1].contents = named(&second.file, &first);
    };
    let folder = bench.export_folder();
    let (first, second) =
        (fs::read(folder.join("contents-000000.parquet")), fs::read(folder.join("contents-000001.parquet")));
    fs::write(folder.join("contents-000000.parquet"), second.expect("read")).expect("written");
    fs::write(folder.join("contents-000001.parquet"), first.expect("read")).expect("written");
    forge(&folder, swapped);
    let refused = bench.verify().expect_err("rows of other entries");
    assert!(matches!(refused, Error::ContentsDiffer { index: 0, .. }), "{refused:?}");

    // The same log before an erasure: rows that are kept there stand where the part says erased.
    let erased = Bench::with({
        let mut log = rejections(6);
        log.erase(1);
        log
    })
    .await;
    erased.verified().await;
    let kept = Bench::with(rejections(6)).await;
    let manifest = kept.verified().await.manifest().clone();
    let name = "contents-000000.parquet";
    fs::copy(kept.export_folder().join(name), erased.export_folder().join(name)).expect("copied");
    forge(&erased.export_folder(), |forged| forged.parts[0].contents.clone_from(&manifest.parts[0].contents));
    assert!(matches!(erased.verify(), Err(Error::ContentsDiffer { index: 1, .. })));
}

#[tokio::test]
async fn a_manifest_that_is_at_odds_with_itself_over_contents_is_refused() {
    let changes: [fn(&mut Manifest); 3] = [
        |manifest| manifest.has_contents = false,
        |manifest| manifest.parts[1].contents = None,
        |manifest| manifest.parts[0].contents.as_mut().expect("contents").file = "contents-000001.parquet".to_owned(),
    ];
    for change in changes {
        let bench = Bench::with(rejections(6)).await;
        bench.verified().await;
        forge(&bench.export_folder(), change);
        assert!(bench.verify().expect_err("at odds").is_unverified());
    }
}
