//! A disk that fails: `strace` answers a system call in the server's place.

use std::path::{Path, PathBuf};

/// A failing call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The database, such as `ledger.db`: the file itself and its write-ahead log.
    pub database: &'static str,
    /// The calls that fail, as `strace` names them.
    pub calls: &'static str,
    /// The error, such as `EIO`.
    pub error: &'static str,
    /// Which calls of a thread fail: `7` the seventh, `7+` the seventh and all later ones; a database has one thread that writes.
    pub when: String,
}

/// What was seen of calls that were to fail.
#[derive(Debug)]
pub struct Watch {
    log: PathBuf,
}

impl Fault {
    /// Returns `strace` with the options that make a server in this data folder meet the fault, and what watches it.
    pub fn strace(&self, data_dir: &Path, log: &Path) -> (Vec<String>, Watch) {
        let inject = format!("inject={}:error={}:when={}", self.calls, self.error, self.when);
        (command(self.database, self.calls, data_dir, log, &["-e", &inject]), Watch { log: log.to_owned() })
    }
}

/// Returns `strace` with the options that count calls without a fault.
pub fn count(database: &str, calls: &str, data_dir: &Path, log: &Path) -> (Vec<String>, Watch) {
    (command(database, calls, data_dir, log, &[]), Watch { log: log.to_owned() })
}

fn command(database: &str, calls: &str, data_dir: &Path, log: &Path, more: &[&str]) -> Vec<String> {
    let path = |name: String| data_dir.join(name).to_str().expect("a readable path").to_owned();
    let (file, wal) = (path(database.to_owned()), path(format!("{database}-wal")));
    let trace = format!("trace={calls}");
    let log = log.to_str().expect("a readable path");
    let options = ["strace", "-f", "--seccomp-bpf", "-q", "-e", "signal=none", "-o", log, "-s", "0"];
    let filter = ["-P", &file, "-P", &wal, "-e", &trace];
    options.iter().chain(&filter).chain(more).map(|option| (*option).to_owned()).collect()
}

impl Watch {
    /// Returns how many calls failed because they were made to.
    pub fn failed(&self) -> usize {
        self.text().lines().filter(|line| line.contains("(INJECTED)")).count()
    }

    /// Returns the most calls that one thread made.
    pub fn most_of_a_thread(&self) -> usize {
        let text = self.text();
        let mut threads: Vec<&str> = text
            .lines()
            .filter(|line| line.contains('(') && !line.contains("resumed>"))
            .filter_map(|line| line.split_whitespace().next())
            .collect();
        threads.sort_unstable();
        threads.chunk_by(|one, other| one == other).map(<[_]>::len).max().unwrap_or(0)
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.log).expect("strace wrote it")
    }
}
