//! What is written is for its owner alone.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use analytics::report::{Terms, write_report};

use super::bench::verified;
use super::story::{Story, task};

/// Everything below a folder.
fn below(folder: &Path) -> Vec<PathBuf> {
    let items = fs::read_dir(folder).expect("a folder").map(|item| item.expect("an item").path());
    items
        .flat_map(|path| if path.is_dir() { [vec![path.clone()], below(&path)].concat() } else { vec![path] })
        .collect()
}

fn mode_of(path: &Path) -> u32 {
    fs::metadata(path).expect("it exists").permissions().mode() & 0o777
}

#[tokio::test]
async fn exports_and_reports_are_for_their_owner_alone_and_a_folder_of_before_keeps_its_mode() {
    let mut story = Story::new();
    for number in 0..9 {
        story.propose(number, "generators/crm-rules", task(), "{}");
    }
    let (bench, export) = verified(story.log).await;
    fs::set_permissions(bench.folder.path(), fs::Permissions::from_mode(0o755)).expect("its owner may");
    let report = bench.folder.path().join("deep").join("report");
    let out = report.clone();
    tokio::task::spawn_blocking(move || write_report(&export, &out, Terms::default(), |_| {}))
        .await
        .expect("no panic")
        .expect("written");

    let export = bench.export_folder();
    let made = [vec![export.clone(), report.clone(), bench.folder.path().join("deep")], below(&export), below(&report)];
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = made.concat().into_iter().partition(|path| path.is_dir());
    assert!(files.len() > 40 && folders.len() == 5, "{files:?} {folders:?}");
    for file in files {
        assert_eq!(mode_of(&file), 0o600, "{}", file.display());
    }
    for folder in folders {
        assert_eq!(mode_of(&folder), 0o700, "{}", folder.display());
    }
    assert_eq!(mode_of(bench.folder.path()), 0o755, "it was there before");
}
