//! How fast a log is exported, its export verified and reported on, on one core, in how much memory, beside a hash-only limit and `DuckDB` in the same
//! run.
//!
//! Every measurement is a process of its own on one core (`taskset`), so that its processor time and its peak resident memory are its own.
//! The log is served by another process on the other core, over gRPC on loopback: what it takes to make entries is not counted, what it
//! takes to receive them is. Rates are entries a second of processor time of the measured process; the wall clock is printed beside it.
//!
//! `cargo bench -p analytics --bench rates -- 1000000 10000000`, and with `reports` before the sizes for reports alone.

mod generated;
mod measured;
mod served;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use service_kit::fdatasync;

/// Sizes of the logs when none are given.
const SIZES: [u64; 2] = [1_000_000, 10_000_000];

/// Cores of the server and of what is measured.
const SERVER_CORE: &str = "0";
const MEASURED_CORE: &str = "1";

/// Syncs that the device is measured by.
const SYNCS: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve", size] => served::serve(number(size)),
        ["hash", size] => measured::print(|| measured::hash_only(number(size))),
        ["export", address, token, folder, contents, size] => measured::print(|| {
            measured::export_from(address, token, Path::new(folder), *contents == "with", number(size));
        }),
        ["verify", folder] => measured::print(|| drop(measured::verify_export(Path::new(folder)))),
        ["report", folder, out] => measured::report_on(Path::new(folder), Path::new(out)),
        ["reports", sizes @ ..] => report(&sizes_of(sizes)),
        sizes => run(&sizes_of(sizes)),
    }
}

fn sizes_of(words: &[&str]) -> Vec<u64> {
    if words.is_empty() { SIZES.to_vec() } else { words.iter().map(|size| number(size)).collect() }
}

fn number(text: &str) -> u64 {
    text.parse().expect("the arguments are sizes of logs")
}

fn run(sizes: &[u64]) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let sync = fdatasync::measure(scratch.path(), SYNCS).expect("a disk");
    println!("fdatasync p50 {} µs", sync.p50_micros);
    println!("| entries | what | entries/s of one core | wall clock | peak resident |");
    println!("|---|---|---|---|---|");
    for &size in sizes {
        let (size_text, mut server) = (size.to_string(), Server::start(size));
        row(size, "leaves, nodes and contents hashed, nothing else", &child(MEASURED_CORE, &["hash", &size_text]));
        for contents in ["without", "with"] {
            let folder = scratch.path().join(format!("{size}-{contents}"));
            let folder = folder.to_str().expect("a path in UTF-8");
            let (address, token) = (server.address.as_str(), server.token.as_str());
            let exported = child(MEASURED_CORE, &["export", address, token, folder, contents, &size_text]);
            row(size, &format!("exported and verified, {contents} contents"), &exported);
            let verified = child(MEASURED_CORE, &["verify", folder]);
            row(size, &format!("export verified again, {contents} contents"), &verified);
            std::fs::remove_dir_all(folder).expect("it was written");
        }
        server.child.kill().expect("it runs");
        server.child.wait().expect("it ends");
    }
}

/// Reports on exports of these sizes, and has `DuckDB` answer the same questions from the same files.
fn report(sizes: &[u64]) {
    let scratch = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    println!("| entries | what | entries/s of one core | wall clock | peak resident |");
    println!("|---|---|---|---|---|");
    for &size in sizes {
        let mut server = Server::start(size);
        let [export, out] = ["export", "report"].map(|name| scratch.path().join(format!("{size}-{name}")));
        let [export, out] = [&export, &out].map(|path| path.to_str().expect("a path in UTF-8"));
        let (address, token) = (server.address.as_str(), server.token.as_str());
        child(MEASURED_CORE, &["export", address, token, export, "without", &size.to_string()]);
        server.child.kill().expect("it runs");
        server.child.wait().expect("it ends");
        row(
            size,
            "reported on, with intervals and tests, written in every form",
            &child(MEASURED_CORE, &["report", export, out]),
        );
        row(size, "the same counted by DuckDB", &counted_by_duckdb(export, out));
        std::fs::remove_dir_all(export).expect("it was written");
    }
}

/// Has `DuckDB` answer on the core of what is measured; what it counts has to be what the report says.
fn counted_by_duckdb(export: &str, report: &str) -> String {
    let tests = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/python/answered.py");
    let usual = concat!(env!("CARGO_MANIFEST_DIR"), "/../.venv/bin/python");
    let python = std::env::var("COUNTERSIGN_TEST_PYTHON").unwrap_or_else(|_| usual.to_owned());
    let mut command = Command::new("taskset");
    command.args(["-c", MEASURED_CORE, &python, tests, export]).arg(Path::new(report).join("report.json"));
    let output = command.stderr(Stdio::inherit()).output().expect("`taskset` is installed");
    assert!(output.status.success(), "DuckDB counts something else than the report");
    String::from_utf8(output.stdout).expect("text")
}

/// Prints what a measured process said of itself: processor time and wall clock in milliseconds, peak resident memory in KiB.
fn row(size: u64, what: &str, said: &str) {
    let said: Vec<u64> = said.split_whitespace().map(number).collect();
    let [processor_ms, wall_ms, peak_kib] = said[..] else { panic!("a measurement says three numbers") };
    let rate = size * 1_000 / processor_ms.max(1);
    let wall = size * 1_000 / wall_ms.max(1);
    println!("| {size} | {what} | {rate}/s | {wall}/s | {} MiB |", peak_kib / 1024);
}

fn child(core: &str, arguments: &[&str]) -> String {
    let output = on_core(core, arguments).stderr(Stdio::inherit()).output().expect("`taskset` is installed");
    assert!(output.status.success(), "the measured process failed");
    String::from_utf8(output.stdout).expect("text")
}

fn on_core(core: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("taskset");
    let own = std::env::current_exe().expect("a program knows its path");
    command.args(["-c", core]).arg(own).args(arguments).env("POLARS_MAX_THREADS", "1").env("RAYON_NUM_THREADS", "1");
    command
}

/// The ledger that is exported.
struct Server {
    child: Child,
    address: String,
    token: String,
}

impl Server {
    fn start(size: u64) -> Self {
        let mut command = on_core(SERVER_CORE, &["serve", &size.to_string()]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("`taskset` is installed");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("it says where it listens");
        let (address, token) = line.trim().split_once(' ').expect("address and token");
        Self { child, address: address.to_owned(), token: token.to_owned() }
    }
}
