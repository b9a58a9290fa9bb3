//! An export holds the log, no word of a person, and verifies with nothing but its folder and the key.

use std::fmt::Write;
use std::fs::{self, File};

use analytics::export::{Error, PartSize, export};
use countersign_api::candidate::v1::RejectionReason;
use ledger_format::SigningKey;
use polars::prelude::DataFrame;
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;

use super::bench::{Bench, verified};
use super::log::{Log, ORIGIN};
use super::story::{Story, task};

/// Ten candidates: proposed, edited and approved, or rejected.
fn story() -> Story {
    let mut story = Story::new();
    for number in 0..10 {
        let mut candidate = story.propose(number, "generators/crm-rules", task(), r#"{"due":"2026-11-30"}"#);
        if number % 2 == 0 {
            story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-02"}"#, "[]");
            story.approve(&mut candidate, "humans/bob");
        } else {
            story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord);
        }
    }
    story
}

fn part(bench: &Bench, number: usize) -> DataFrame {
    let file = File::open(bench.export_folder().join(format!("part-{number:06}.parquet"))).expect("a part");
    ParquetReader::new(file).finish().expect("a frame")
}

#[tokio::test]
async fn an_export_names_its_log_and_cuts_it_into_full_parts_and_a_tail() {
    let log = story().log;
    let (size, checkpoint) = (log.entries.len() as u64, log.checkpoint());
    let (_bench, export) = verified(log).await;
    let manifest = export.manifest();

    assert_eq!(manifest.origin, ORIGIN);
    assert_eq!((manifest.size, manifest.root), (size, checkpoint.root()));
    let rows: Vec<u64> = manifest.parts.iter().map(|part| part.rows).collect();
    assert_eq!(rows, [8, 8, 8, 1]);
    assert_eq!(manifest.parts[3].first_index, 24);
    assert_eq!(manifest.parts[2].file, "part-000002.parquet");
}

#[tokio::test]
async fn the_columns_say_what_the_events_said_and_no_more() {
    let (bench, _export) = verified(story().log).await;
    let frame = part(&bench, 0);
    let text = |column: &str, row: usize| frame.column(column).expect("it is there").str().expect("text").get(row);

    assert_eq!(text("kind", 1), Some("candidate_edited"));
    assert_eq!(text("state", 1), Some("EDITED"));
    assert_eq!(text("action_type", 0), Some("create_task"));
    assert_eq!(text("proposer", 0), Some("generators/crm-rules"));
    assert_eq!(text("actor_kind", 1), Some("human"));
    assert_eq!(text("rejection_reason", 4), Some("WRONG_RECORD"));
    assert_eq!(text("approval_cause", 2), Some("REVIEW"));
    let shifts = frame.column("edit_shift_days").expect("it is there").list().expect("a list").get_as_series(1);
    assert_eq!(shifts.expect("an edit").i32().expect("days").get(0), Some(2));
    let paths = frame.column("edit_path").expect("it is there").list().expect("a list").get_as_series(1);
    assert_eq!(paths.expect("an edit").str().expect("texts").get(0), Some("/due"));
}

#[tokio::test]
async fn no_word_name_or_value_leaves_the_log() {
    let (bench, _export) = verified(story().log).await;
    let mut everything = String::new();
    for number in 0..4 {
        let frame = part(&bench, number);
        for column in frame.columns() {
            // Leaves and their hashes are bytes of the ledger's own, checked elsewhere.
            if !matches!(column.name().as_str(), "leaf" | "leaf_hash") {
                for row in 0..frame.height() {
                    writeln!(everything, "{:?}", column.get(row).expect("a value")).expect("a string takes it");
                }
            }
        }
    }
    for secret in ["Anna", "Müller", "humans/anna", "humans/bob", "2026-12-02", "please", "waits"] {
        assert!(!everything.contains(secret), "`{secret}` is in the export");
    }
    assert!(everything.contains("create_task"));
}

#[tokio::test]
async fn an_empty_log_gives_an_export_without_parts() {
    let (_bench, export) = verified(Log::new()).await;
    assert_eq!((export.manifest().size, export.manifest().parts.len()), (0, 0));
    assert_eq!(export.last_appended_at_us(), None);
}

#[tokio::test]
async fn progress_runs_to_the_size_and_never_back() {
    let bench = Bench::with(story().log).await;
    let mut seen = Vec::new();
    export(bench.channel(), &bench.request(), |progress| seen.push((progress.entries, progress.size)))
        .await
        .expect("exported");
    assert!(seen.is_sorted());
    assert_eq!((seen.first(), seen.last()), (Some(&(0, 25)), Some(&(25, 25))));
}

#[tokio::test]
async fn a_key_that_did_not_sign_is_not_believed() {
    let bench = Bench::with(story().log).await;
    let other = SigningKey::from_seed("countersign.local", &[8; 32]).expect("a key").verifying_key().clone();
    let request = analytics::export::ExportRequest { verifying_keys: other.clone().into(), ..bench.request() };
    let refused = export(bench.channel(), &request, |_| {}).await.expect_err("not signed by it");
    assert!(matches!(refused, Error::Checkpoint(_)), "{refused}");
    assert!(!bench.export_folder().join("manifest.json").exists());

    bench.export().await.expect("exported");
    let refused = analytics::export::verify(&bench.export_folder(), &other, |_| {}).expect_err("not signed by it");
    assert!(matches!(refused, Error::ManifestCheckpoint { .. }), "{refused}");
}

#[tokio::test]
async fn a_ledger_that_lies_about_one_entry_is_found_out() {
    let lies: [fn(&mut Log); 4] = [
        |log| log.entries[5].content = b"another".to_vec().into(),
        |log| log.entries[5].leaf_hash[0] ^= 1,
        |log| log.entries.swap(5, 6),
        |log| {
            log.entries.remove(5);
        },
    ];
    for lie in lies {
        let mut log = story().log;
        lie(&mut log);
        let refused = Bench::with(log).await.export().await.expect_err("a lie");
        assert!(matches!(&refused, Error::Log(finding) if finding.index == 5), "{refused:?}");
        assert!(refused.is_unverified());
    }
}

#[tokio::test]
async fn entries_that_are_not_the_signed_ones_are_refused_at_the_end() {
    let bench = Bench::with(story().log).await;
    {
        let mut behaviour = bench.ledger.behaviour();
        let forged = behaviour.log.entries.split_off(20);
        let mut other = Story::new();
        other.log = std::mem::replace(&mut behaviour.log, Log::new());
        assert_eq!(forged.len(), 5);
        // A well-formed end that nobody signed: the checkpoint is of the log before.
        behaviour.log = other.log;
        behaviour.log.entries.extend(forged.into_iter().take(4));
    }
    let refused = bench.export().await.expect_err("an entry short");
    assert!(matches!(refused, Error::Log(_)), "{refused:?}");
    assert!(!bench.export_folder().join("manifest.json").exists());
}

#[tokio::test]
async fn full_parts_of_the_usual_size_hold_65536_entries() {
    assert_eq!(PartSize::default().entries(), 65_536);
    let bench = Bench::with(story().log).await;
    let request = analytics::export::ExportRequest { part_size: PartSize::default(), ..bench.request() };
    let manifest = export(bench.channel(), &request, |_| {}).await.expect("exported");
    assert_eq!(manifest.parts.len(), 1);
    let files = fs::read_dir(bench.export_folder()).expect("a folder").count();
    assert_eq!(files, 4, "a part, its contents, manifest and signature");
}
