//! What is measured, each in a process of its own.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use analytics::export::{Contents, ExportKey, ExportRequest, PartSize, VerifiedExport, export, verify};
use analytics::report::{Terms, write_report};
use ledger_format::{Frontier, Salt, commit_content, leaf_hash};
use service_kit::grpc;
use tokio::runtime;

use super::generated::{self, ORIGIN};

/// Of every second, the parts that Linux counts processor time in.
const TICKS_PER_SECOND: u64 = 100;

/// Works, and prints processor time and wall clock in milliseconds and the peak resident memory in KiB.
pub fn print(work: impl FnOnce()) {
    let (begun, before) = (Instant::now(), processor_ms());
    work();
    println!("{} {} {}", processor_ms() - before, begun.elapsed().as_millis(), peak_kib());
}

/// Hashes what an export has to hash: a leaf, a node and a content for every entry, in memory.
pub fn hash_only(size: u64) {
    let entries = generated::entries(0, 1_024);
    let mut tree = Frontier::new();
    for index in 0..size {
        let entry = &entries[usize::try_from(index % 1_024).expect("small")];
        tree.append(leaf_hash(&entry.leaf));
        let salt = Salt::try_from(entry.salt.as_slice()).expect("32 bytes");
        black_box(commit_content(&salt, &entry.content));
    }
    black_box(tree.root());
}

/// Exports the log that a server has.
pub fn export_from(address: &str, token: &str, folder: &Path, has_contents: bool, size: u64) {
    let request = ExportRequest {
        workspace: "workspaces/demo".parse().expect("a workspace"),
        origin: ORIGIN.to_owned(),
        verifying_keys: generated::key().verifying_key().clone().into(),
        export_key: ExportKey::new(&[3; 32]),
        folder: folder.to_owned(),
        least_size: size,
        part_size: PartSize::default(),
        contents: if has_contents { Contents::Included } else { Contents::LeftOut },
    };
    let token = token.parse().expect("a token");
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let channel = grpc::connect(&format!("http://{address}"), &token).await.expect("it listens");
        export(channel, &request, |_| {}).await.expect("exported");
    });
}

/// Verifies an export.
pub fn verify_export(folder: &Path) -> VerifiedExport {
    verify(folder, generated::key().verifying_key(), |_| {}).expect("verified")
}

/// Verifies an export and writes the report; the report alone is timed.
pub fn report_on(folder: &Path, out: &Path) {
    let export = verify_export(folder);
    print(|| drop(write_report(&export, out, Terms::default(), |_| {}).expect("a report")));
}

/// Returns the time that this process has had of the processor, all threads together.
fn processor_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    // The name before it is in brackets and may hold anything.
    let (_, fields) = stat.rsplit_once(')').expect("a name in brackets");
    let field = |number: usize| fields.split_whitespace().nth(number).and_then(|ticks| ticks.parse::<u64>().ok());
    let ticks = field(11).zip(field(12)).map(|(user, system)| user + system).expect("its times");
    ticks * 1_000 / TICKS_PER_SECOND
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("its peak");
    line.trim().trim_end_matches("kB").trim().parse().expect("a number")
}
