//! How fast a log of 100,000 entries is exported, verified again and reported on, beside a plain write of the same bytes.
//!
//! The log is synthetic and served by a ledger in memory over an in-process channel: what is measured is the export's own work, with
//! every leaf, commitment and signature checked, Parquet written and synced. Read the rates as ratios to the plain write of the same
//! run, and to the sync time that is printed first.

#[expect(dead_code, reason = "the suite's bench does more than is measured here")]
#[path = "../tests/suite/bench.rs"]
mod bench;
#[expect(dead_code, reason = "the suite's log does more than is measured here")]
#[path = "../tests/suite/log.rs"]
mod log;
#[expect(dead_code, reason = "the suite's stories tell more than is measured here")]
#[path = "../tests/suite/story.rs"]
mod story;

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use analytics::export::{ExportRequest, Manifest, PartSize, export, verify};
use analytics::report::write_report;
use countersign_api::candidate::v1::{ConfidenceLevel, FailureClass, RejectionReason, RiskTier};
use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use service_kit::fdatasync;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use bench::Bench;
use log::Log;
use story::{Story, proposal};

const ENTRIES: usize = 100_000;

/// Entries of one answer, as the ledger chunks them.
const ENTRIES_PER_ANSWER: usize = 1_000;

/// Runs of each measurement.
const SAMPLES: usize = 10;

/// Syncs that the device is measured by.
const SYNCS: usize = 200;

/// Tells candidates' lives, of five kinds in turn, until there are enough entries.
fn synthetic_log() -> Log {
    let mut story = Story::new();
    for number in 0_u128.. {
        let action_type = ["create_task", "update_field", "draft_reply"][usize::try_from(number % 3).expect("small")];
        let proposed = proposal(action_type, RiskTier::Low, ConfidenceLevel::High);
        let mut candidate = story.propose(number, "generators/crm-rules", proposed, r#"{"due":"2026-11-30"}"#);
        match number % 5 {
            0 => story.reject(&mut candidate, "humans/anna", RejectionReason::WrongRecord),
            1 => {
                story.edit(&mut candidate, "humans/anna", r#"{"due":"2026-12-02"}"#, "[]");
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.execute(&mut candidate);
            }
            2 => {
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.fail(&mut candidate, FailureClass::NotFound, false);
            }
            3 => story.hold(&mut candidate, "humans/anna"),
            _ => {
                story.approve(&mut candidate, "humans/bob");
                story.start(&mut candidate);
                story.execute(&mut candidate);
            }
        }
        if story.log.entries.len() >= ENTRIES {
            break;
        }
    }
    story.log
}

/// Makes a folder on the disk that the project is built on.
fn scratch() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder")
}

fn export_into(runtime: &Runtime, bench: &Bench, folder: PathBuf) -> Manifest {
    let request = ExportRequest { folder, part_size: PartSize::default(), ..bench.request() };
    runtime.block_on(export(bench.channel(), &request, |_| {})).expect("exported")
}

/// Writes bytes one after the other, and syncs once.
fn write_plainly(path: &Path, bytes: &[u8]) {
    let mut file = File::create(path).expect("a file");
    file.write_all(bytes).expect("written");
    file.sync_all().expect("synced");
}

fn rates(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let bench = runtime.block_on(Bench::with(synthetic_log()));
    bench.ledger.behaviour().entries_per_answer = ENTRIES_PER_ANSWER;
    let log_key = bench.ledger.behaviour().log.verifying_key();

    let kept = scratch();
    let manifest = export_into(&runtime, &bench, kept.path().join("export"));
    let verified = verify(&kept.path().join("export"), &log_key, |_| {}).expect("verified");
    let parts = manifest.parts.iter().map(|part| fs::read(part.path(verified.folder())).expect("a part"));
    let bytes: Vec<u8> = parts.flatten().collect();
    let sync = fdatasync::measure(kept.path(), SYNCS).expect("a disk");
    println!("{} entries, {} bytes of Parquet, fdatasync p50 {} µs", manifest.size, bytes.len(), sync.p50_micros);

    let mut group = criterion.benchmark_group("entries");
    group.throughput(Throughput::Elements(manifest.size)).sample_size(SAMPLES).sampling_mode(SamplingMode::Flat);
    group.bench_function("exported and verified", |measured| {
        measured.iter_batched(
            scratch,
            |folder| {
                let manifest = export_into(&runtime, &bench, folder.path().join("export"));
                (folder, manifest)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("verified again", |measured| {
        measured.iter(|| verify(verified.folder(), &log_key, |_| {}).expect("verified"));
    });
    group.bench_function("reported on", |measured| {
        measured.iter_batched(
            scratch,
            |folder| {
                let report = write_report(&verified, folder.path()).expect("a report");
                (folder, report)
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("written plainly, the same bytes", |measured| {
        measured.iter_batched(
            scratch,
            |folder| {
                write_plainly(&folder.path().join("bytes"), &bytes);
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, rates);
criterion_main!(benches);
