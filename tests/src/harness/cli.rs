//! A data folder and the command line over it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{Urls, countersign};

/// A data folder of its own, gone at the end of the case.
pub struct Installation {
    folder: TempDir,
    /// Where candidates and ledger are, where not in the folder.
    databases: Option<Urls>,
}

/// What a finished command said.
pub struct Answer {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it said on stdout.
    pub stdout: String,
    /// What it said on stderr.
    pub stderr: String,
}

impl Default for Installation {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made"), databases: None }
    }
}

impl Installation {
    /// Makes an empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one whose candidates and ledger are in databases.
    #[must_use]
    pub fn on(databases: Urls) -> Self {
        Self { databases: Some(databases), ..Self::default() }
    }

    /// Makes another one for the same databases, as on another machine: with the keys that all processes need, and no more.
    #[must_use]
    pub fn on_another_machine(&self) -> Self {
        let other = Self { databases: self.databases.clone(), ..Self::default() };
        let [from, to] = [self, &other].map(|it| it.data_dir().join("keys"));
        std::fs::create_dir_all(&to).expect("a folder can be made");
        for key in ["ledger.key", "ledger.pub", "pseudonym.key", "audit.key"] {
            std::fs::copy(from.join(key), to.join(key)).expect("the first process has drawn it");
        }
        other
    }

    /// Returns where candidates and ledger are, where not in the folder.
    pub const fn databases(&self) -> Option<&Urls> {
        self.databases.as_ref()
    }

    /// Returns the data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Returns a path beside the data folder, for input files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes an input file beside the data folder.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    /// Prepares a command over this data folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = countersign();
        command.args(arguments).arg("--data-dir").arg(self.data_dir()).stdin(Stdio::null());
        command.envs(self.databases.iter().flat_map(Urls::settings));
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Answer {
        Answer::from(self.command(arguments).output().expect("the binary starts"))
    }

    /// Runs a command with `--json` that must succeed, and reads its answer.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let answer = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(answer.code, Some(0), "`{}` failed: {}", arguments.join(" "), answer.stderr);
        answer.json()
    }

    /// Makes a token and returns its secret.
    pub fn token(&self, kind: &str, id: &str, role: &str) -> String {
        let answer = self.json(&["token", "create", "--kind", kind, "--id", id, "--role", role]);
        answer["secret"].as_str().expect("a new token shows its secret once").to_owned()
    }

    /// Proposes a task about the deal with this id.
    pub fn propose(&self, id: &str) {
        self.propose_in("demo", id);
    }

    /// Proposes a task about the deal with this id in a workspace.
    pub fn propose_in(&self, workspace: &str, id: &str) {
        let line = r#"{"request_id":"ID","action_type":"create_task","owner":"humans/anna",
            "payload":{"subject":"Ask about ID","owner":"humans/anna","due":"2026-11-30"},
            "trigger":{"source_system":"crm","type":"deal_changed","source_id":"ID"},
            "record":{"system":"crm","object_type":"deal","id":"ID"},
            "evidence":[{"kind":"record_field","title":"Deal","summary":"The account field is empty.",
            "fields":[{"name":"account","value":""}]}],
            "confidence":{"level":"high","basis":"id_match"},"reason":"The account is missing."}"#;
        let file = self.write("one.jsonl", &line.replace('\n', " ").replace("ID", id));
        let told = self.json(&["propose", file.to_str().expect("a readable path"), "--workspace", workspace]);
        assert_eq!(told["accepted"], 1, "{told}");
    }

    /// Copies all files of the data folder to a new installation.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        let copy = Self::new();
        copy_folder(&self.data_dir(), &copy.data_dir());
        copy
    }
}

impl From<Output> for Answer {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the binary writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Answer {
    /// Reads stdout as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {}", self.stdout))
    }

    /// Asserts an exit code and that stderr has every one of these texts.
    pub fn expect(&self, code: i32, texts: &[&str]) {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        for text in texts {
            assert!(self.stderr.contains(text), "`{text}` is not in: {}", self.stderr);
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for item in std::fs::read_dir(from).expect("the folder can be read") {
        let path = item.expect("the folder can be read").path();
        let target = to.join(path.file_name().expect("an item has a name"));
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("the file can be copied");
        }
    }
}
