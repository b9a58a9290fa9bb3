//! Exports over a served ledger: killed anywhere, on a full disk, and following the log until they are told to end.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use system_tests::harness::proposing::{Proposer, item};
use system_tests::harness::{Answer, Installation, Server};

/// Most changes of the folder that a killed export is let make.
const CHANGES_MAX: usize = 12;

struct Bench {
    installation: Installation,
    server: Server,
    proposer: Proposer,
    proposed: usize,
}

impl Bench {
    async fn start() -> Self {
        let installation = Installation::new();
        let token = installation.token("generator", "stream", "proposer");
        let server = Server::start(&installation);
        let proposer = Proposer::connect(server.address(), &token).await;
        Self { installation, server, proposer, proposed: 0 }
    }

    async fn propose(&mut self, count: usize) {
        let items = (self.proposed..self.proposed + count).map(item).collect();
        assert_eq!(self.proposer.stream_all(items).await.len(), count);
        self.proposed += count;
    }

    fn export(&self, folder: &Path, options: &[&str]) -> Command {
        let mut command = self.installation.command(&["ledger", "export", "--no-contents", "--json"]);
        command.arg("--out").arg(folder).args(["--server", self.server.address()]).args(options);
        command
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.installation.path(name)
    }

    fn verify(&self, folder: &Path) -> Answer {
        let memory = self.folder("memory.json");
        let memory = memory.to_str().expect("a path in UTF-8");
        self.installation.run(&[
            "ledger",
            "verify-export",
            folder.to_str().expect("a path in UTF-8"),
            "--memory",
            memory,
        ])
    }
}

/// Returns the names and lengths of the files in a folder: what changes while an export is written.
fn listing(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let items = fs::read_dir(folder).into_iter().flatten().flatten();
    items.filter_map(|item| Some((item.path(), item.metadata().ok()?.len()))).collect()
}

/// Lets an export run until its folder has changed so often, and kills it there; tells whether it was killed before its end.
fn kill_after(changes: usize, mut child: Child, folder: &Path) -> bool {
    let (mut listed, mut seen) = (listing(folder), 0);
    while seen < changes {
        if child.try_wait().expect("it can be asked").is_some() {
            return false;
        }
        let now = listing(folder);
        if now != listed {
            (listed, seen) = (now, seen + 1);
        }
        std::thread::yield_now();
    }
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    true
}

fn part_hashes(folder: &Path) -> Value {
    let manifest = fs::read(folder.join("manifest.json")).expect("a manifest");
    serde_json::from_slice::<Value>(&manifest).expect("JSON")["parts"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_anywhere_an_export_goes_on_and_is_the_one_that_was_never_killed() {
    let mut bench = Bench::start().await;
    let folder = bench.folder("killed");
    let mut killed = 0;
    for changes in 0..CHANGES_MAX {
        bench.propose(40).await;
        let child = bench.export(&folder, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        killed += usize::from(kill_after(changes, child, &folder));
        // Every other time the next one is killed on what the last one left.
        if changes % 2 == 1 {
            Answer::from(bench.export(&folder, &[]).output().expect("it starts")).expect(0, &[]);
            bench.verify(&folder).expect(0, &[]);
        }
    }
    assert!(killed >= 4, "only {killed} were killed before their end");
    Answer::from(bench.export(&folder, &[]).output().expect("it starts")).expect(0, &[]);
    let undisturbed = bench.folder("undisturbed");
    Answer::from(bench.export(&undisturbed, &[]).output().expect("it starts")).expect(0, &[]);
    assert_eq!(part_hashes(&folder), part_hashes(&undisturbed));
    bench.verify(&folder).expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_full_disk_it_says_so_and_goes_on_once_there_is_room() {
    let mut bench = Bench::start().await;
    bench.propose(300).await;
    let folder = bench.folder("full");
    let export = bench.export(&folder, &[]);
    // A limit on the size of files stands for the disk: blocks of 1 KiB, the error instead of the signal.
    let mut limited = Command::new("bash");
    limited.args(["-c", r#"trap '' XFSZ; ulimit -f 8; exec "$@""#, "limited"]).arg(export.get_program());
    limited.args(export.get_args()).stdin(Stdio::null());
    let refused = Answer::from(limited.output().expect("bash is there"));
    refused.expect(3, &["part-000000.parquet", "can not be used", "room"]);
    assert!(!folder.join("manifest.json").exists());

    Answer::from(bench.export(&folder, &[]).output().expect("it starts")).expect(0, &[]);
    bench.verify(&folder).expect(0, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn following_the_log_it_writes_a_manifest_for_every_growth_and_ends_at_sigterm() {
    let mut bench = Bench::start().await;
    bench.propose(10).await;
    let folder = bench.folder("followed");
    let mut command = bench.export(&folder, &["--follow", "--every", "1"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let mut exported_to = |size: usize| {
        for line in lines.by_ref() {
            let manifest: Value = serde_json::from_str(&line.expect("text")).expect("JSON");
            if manifest["size"] == size {
                return;
            }
        }
        panic!("it ended before it had exported {size} entries");
    };
    for _ in 0..3 {
        exported_to(bench.proposed);
        bench.propose(15).await;
    }
    exported_to(bench.proposed);
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill starts");
    assert!(asked.success());
    assert!(child.wait().expect("it ends").success(), "it ends cleanly");
    bench.verify(&folder).expect(0, &[]);
}
