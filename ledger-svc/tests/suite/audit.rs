use std::{fs, path::Path};

use futures::future::join;
use ledger_format::{Leaf, SigningKey, TlogProof};
use ledger_svc::audit::{self, EntryId, Error, ProveError, What};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use tokio::sync::watch;

use crate::{
    bench::{Files, Lifted, ORIGIN_PREFIX, content, entry, origin, verifying_key, workspace},
    tamper::{Case, ENTRIES, Original},
};

fn files_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_whole_ledger_is_verified_and_left_as_it_was() {
    let original = Original::make().await;
    let case = original.case();
    let folder = case.ledger().parent().expect("a folder").to_owned();
    let before = (files_in(&folder), fs::read(case.ledger()).expect("read"), fs::read(case.fence()).expect("read"));
    let mut steps = Vec::new();
    let on_progress = |progress: audit::Progress<'_>| {
        assert_eq!((progress.workspace, progress.entries_about), ("demo", ENTRIES));
        steps.push(progress.entries);
    };
    let verified = audit::verify(&case.place(), &case.fence(), &verifying_key(), ORIGIN_PREFIX, on_progress).await;
    let verified = verified.expect("whole").remove(0);
    assert_eq!((verified.workspace, verified.origin), (workspace(), origin()));
    assert_eq!((verified.size, verified.signed_size), (ENTRIES, ENTRIES));
    assert_eq!(steps, [256, 300]);
    let after = (files_in(&folder), fs::read(case.ledger()).expect("read"), fs::read(case.fence()).expect("read"));
    assert!(before == after, "{:?} became {:?}", before.0, after.0);
}

/// Copies the files of a running server as they stand at this moment: what a kill would leave.
fn copy_as_killed(files: &Files, extensions: &[&str]) -> Files {
    let killed = Files::new();
    for name in ["ledger.db", "content-keys.db", "fence.db"] {
        for extension in extensions {
            let name = format!("{name}{extension}");
            fs::copy(files.path(&name), killed.path(&name)).expect("copied");
        }
    }
    killed
}

#[tokio::test]
async fn what_a_killed_server_left_in_its_wal_is_read_and_nothing_is_left_beside_it() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 20, 10).await;
    for extensions in [&["", "-wal", "-shm"][..], &["", "-wal"]] {
        let killed = copy_as_killed(&files, extensions);
        assert!(fs::metadata(killed.path("ledger.db-wal")).expect("a WAL").len() > 0, "the entries are in the WAL");
        let before = files_in(killed.folder());
        let wal = fs::read(killed.path("ledger.db-wal")).expect("read");
        assert_eq!(killed.verify().await.expect("whole")[0].size, 20, "{extensions:?}");
        let proof = audit::prove(&killed.place().ledger(), &workspace(), &EntryId::Index(7)).await.expect("proved");
        assert_eq!(proof.index, 7);
        assert_eq!(files_in(killed.folder()), before, "{extensions:?}");
        assert!(fs::read(killed.path("ledger.db-wal")).expect("read") == wal, "the WAL is as it was");
    }
    bench.drain().await;
    assert_eq!(files_in(files.folder()).iter().filter(|name| name.starts_with("ledger.db")).count(), 1);
}

#[tokio::test]
async fn a_value_changed_in_the_wal_is_found() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 20, 10).await;
    let killed = copy_as_killed(&files, &["", "-wal"]);
    bench.drain().await;
    let mut connection = SqliteConnectOptions::new().filename(killed.ledger()).connect().await.expect("it opens");
    let lifted = Lifted::lift(&mut connection).await;
    sqlx::query("UPDATE entries SET sealed = zeroblob(80) WHERE entry_index = 3")
        .execute(&mut connection)
        .await
        .expect("changed");
    lifted.put_back(&mut connection).await;
    let changed = copy_as_killed(&killed, &["", "-wal"]);
    connection.close().await.expect("it closes");
    let Err(Error::Found(finding)) = changed.verify().await else { panic!("nothing was found") };
    assert_eq!((finding.first_index(), finding.last_index()), (3, Some(3)), "{finding}");
}

#[tokio::test]
async fn statistics_of_an_earlier_release_are_found_and_gone_after_a_start() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 20, 10).await;
    bench.drain().await;
    for file in [files.ledger(), files.fence()] {
        files.meddle(&file, "ANALYZE").await;
        let Err(Error::Found(finding)) = files.verify().await else { panic!("nothing was found") };
        assert_eq!(*finding.what, What::Statistics, "{finding}");
        assert!(finding.mend().contains("start the service once"), "{finding}");
        files.serve().await.drain().await;
        assert_eq!(files.verify().await.expect("whole again")[0].size, 20);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_running_server_is_verified_at_any_moment() {
    let files = Files::new();
    let bench = files.serve().await;
    let (done, is_done) = watch::channel(false);
    let appending = async {
        for number in 0..600 {
            bench.append(vec![entry(&format!("k/{number}"), &content(number))]).await.expect("appended");
        }
        done.send_replace(true);
    };
    let verifying = async {
        let mut seen = 0;
        while !*is_done.borrow() {
            for log in files.verify().await.expect("whole at any moment") {
                assert!(log.size >= seen && log.signed_size <= log.size);
                seen = log.size;
            }
        }
        seen
    };
    let ((), seen) = join(appending, verifying).await;
    assert!(seen > 0, "entries were verified while others were appended");
}

#[tokio::test]
async fn several_logs_are_verified_each_by_itself() {
    let files = Files::new();
    let bench = files.serve().await;
    bench.fill(0, 5, 5).await;
    for parent in ["workspaces/a", "workspaces/z"] {
        let request = countersign_api::ledger::v1::AppendEntriesRequest {
            parent: parent.to_owned(),
            entries: vec![entry("k/0", "said")],
        };
        bench.relay.clone().append_entries(request).await.expect("appended");
    }
    bench.drain().await;
    let verified = files.verify().await.expect("whole");
    let sizes: Vec<(&str, u64)> = verified.iter().map(|log| (log.workspace.id(), log.size)).collect();
    assert_eq!(sizes, [("a", 1), ("demo", 5), ("z", 1)]);
}

#[tokio::test]
async fn a_new_ledger_without_entries_is_whole() {
    let files = Files::new();
    files.serve().await.drain().await;
    assert_eq!(files.verify().await.expect("whole"), []);
}

#[tokio::test]
async fn files_that_are_not_there_are_named_and_no_finding() {
    let original = Original::make().await;
    for remove in [Case::ledger, Case::fence] {
        let case = original.case();
        fs::remove_file(remove(&case)).expect("removed");
        let error = case.verify().await.expect_err("nothing to read");
        let Error::File { file, .. } = &error else { panic!("{error:?}") };
        assert_eq!(file, &remove(&case));
        assert!(!remove(&case).exists(), "nothing is made in its place");
    }
}

#[tokio::test]
async fn a_ledger_signed_by_another_key_is_not_believed() {
    let original = Original::make().await;
    let case = original.case();
    let other = SigningKey::from_seed(ORIGIN_PREFIX, &[9; 32]).expect("a key");
    let verified = audit::verify(&case.place(), &case.fence(), other.verifying_key(), ORIGIN_PREFIX, |_| {}).await;
    let Err(Error::Found(finding)) = verified else { panic!("{verified:?}") };
    assert!(matches!(*finding.what, What::CheckpointRefused(_)), "{finding}");
}

/// Changes one byte of the ledger's file itself.
fn flip(case: &Case, offset: usize) {
    let mut bytes = fs::read(case.ledger()).expect("read");
    bytes[offset] ^= 0x01;
    fs::write(case.ledger(), bytes).expect("written");
}

#[tokio::test]
async fn a_byte_changed_on_disk_is_found_wherever_a_row_holds_it() {
    let original = Original::make().await;
    let bytes = fs::read(original.case().ledger()).expect("read");
    // The key of an entry stands in its row and in an index; a subject in each leaf and with its key.
    for (needle, copies) in [("pseudonym-1", 1), ("k/277", 2)] {
        let found = bytes.windows(needle.len()).enumerate().filter(|(_, window)| *window == needle.as_bytes());
        let offsets: Vec<usize> = found.map(|(offset, _)| offset).collect();
        assert!(offsets.len() >= copies, "{needle}: {offsets:?}");
        for offset in offsets {
            let case = original.case();
            flip(&case, offset + 2);
            case.finding(&format!("`{needle}` at {offset}")).await;
        }
    }
}

#[tokio::test]
async fn a_damaged_file_is_a_finding_or_whole_and_never_a_crash() {
    let original = Original::make().await;
    let length = fs::read(original.case().ledger()).expect("read").len();
    let mut found = 0;
    // Page headers, cell pointers, cells, free space: one byte in each of many places.
    for offset in (0..length).step_by(1_371) {
        let case = original.case();
        flip(&case, offset);
        match case.verify().await {
            Ok(_) => {}
            Err(Error::Found(_)) => found += 1,
            Err(other) => panic!("byte {offset}: {other:?}"),
        }
    }
    assert!(found > 50, "{found} of {} changes were found", length / 1_371);
}

#[tokio::test]
async fn a_cut_overwritten_or_emptied_file_is_a_finding() {
    let original = Original::make().await;
    let bytes = fs::read(original.case().ledger()).expect("read");
    let mut page_lost = bytes.clone();
    page_lost[4096 * 9..4096 * 10].fill(0);
    let versions = [bytes[..bytes.len() / 2].to_vec(), page_lost, b"no database at all".repeat(500), Vec::new()];
    for version in versions {
        let case = original.case();
        fs::write(case.ledger(), &version).expect("written");
        case.finding(&format!("{} bytes", version.len())).await;
    }
}

#[tokio::test]
async fn an_entry_is_proved_offline_by_index_and_by_key() {
    let original = Original::make().await;
    let case = original.case();
    for index in [0, 20, 255, 256, 299] {
        let by_index =
            audit::prove(&case.place().ledger(), &workspace(), &EntryId::Index(index)).await.expect("proved");
        let by_key = audit::prove(&case.place().ledger(), &workspace(), &EntryId::Key(format!("k/{index}")))
            .await
            .expect("proved");
        assert_eq!(by_index, by_key);
        // Whoever gets the text needs nothing else but key and origin.
        let proof: TlogProof = by_index.tlog_proof.to_string().parse().expect("a proof");
        let leaf = proof.extra.clone().expect("the leaf travels along");
        let checkpoint = proof.verify(&leaf, &verifying_key(), &origin()).expect("it verifies");
        assert_eq!((checkpoint.size(), proof.index), (ENTRIES, index));
        assert_eq!(Leaf::decode(&leaf).expect("a leaf").idempotency_key, format!("k/{index}"));
    }
    for unknown in [EntryId::Index(300), EntryId::Index(u64::MAX), EntryId::Key("unknown".to_owned())] {
        let refused = audit::prove(&case.place().ledger(), &workspace(), &unknown).await.expect_err("unknown");
        assert!(matches!(refused, ProveError::NoEntry { .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn an_entry_under_no_checkpoint_is_not_proved() {
    let files = Files::new();
    let bench = files.serve_unsigned(files.config()).await;
    bench.append(vec![entry("a", "1")]).await.expect("appended");
    let refused = audit::prove(&files.place().ledger(), &workspace(), &EntryId::Index(0)).await.expect_err("unsigned");
    assert!(matches!(refused, ProveError::Unsigned { index: 0, .. }), "{refused:?}");
}

#[tokio::test]
async fn one_log_is_verified_whatever_stands_in_another() {
    let case = Original::make().await.case();
    let mut ledger = case.open("ledger.db").await;
    let copied = sqlx::query(
        "CREATE TEMP TABLE copied AS SELECT * FROM entries WHERE entry_index = 7; \
         UPDATE copied SET workspace = 'other'; INSERT INTO entries SELECT * FROM copied",
    );
    copied.execute(&mut ledger).await.expect("a row that nobody appended");
    ledger.close().await.expect("it closes");

    let finding = case.finding("an entry of another log").await;
    assert_eq!(finding.workspace(), Some("other"), "{finding}");
    let verify = async |id: &str| {
        let workspace = id.parse().expect("a name");
        audit::verify_log(&case.place(), &case.fence(), &verifying_key(), ORIGIN_PREFIX, &workspace, |_| {}).await
    };
    assert_eq!(verify("workspaces/demo").await.expect("whole").map(|log| log.size), Some(ENTRIES));
    assert!(matches!(verify("workspaces/other").await, Err(Error::Found(_))));
    assert_eq!(verify("workspaces/none").await.expect("nothing to read"), None);
}
