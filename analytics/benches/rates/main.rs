//! How fast a log is exported and its export verified on one core, in how much memory, beside a hash-only limit in the same run.
//!
//! Every measurement is a process of its own on one core (`taskset`), so that its processor time and its peak resident memory are its own.
//! The log is served by another process on the other core, over gRPC on loopback: what it takes to make entries is not counted, what it
//! takes to receive them is. Rates are entries a second of processor time of the measured process; the wall clock is printed beside it.
//!
//! `cargo bench -p analytics --bench rates -- 1000000 10000000`

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
        ["verify", folder] => measured::print(|| measured::verify_export(Path::new(folder))),
        sizes => run(&if sizes.is_empty() { SIZES.to_vec() } else { sizes.iter().map(|size| number(size)).collect() }),
    }
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
