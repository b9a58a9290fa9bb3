//! Runs tests over a copy and reads which ones failed.

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::Context as _;

use super::scratch::Scratch;

/// How many lines of a run that went wrong are shown.
const SHOWN_LINES: usize = 25;
/// How many random histories look for a bug: it is found early, or its own test finds it.
const HISTORIES: &str = "500";

/// How a run of tests ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every test passed.
    Passed,
    /// These tests failed, by their names.
    Failed(BTreeSet<String>),
    /// There was no test to fail: it does not build, or the command is wrong. Its last words.
    Broken(String),
}

/// Runs `cargo nextest run …` over the copy, to its end.
pub fn run(scratch: &Scratch, command: &str) -> anyhow::Result<Outcome> {
    let mut words = command.split_whitespace();
    let program = words.next().context("a command has a first word")?;
    let output = Command::new(program)
        .args(words)
        .args(["--no-fail-fast", "--color", "never", "--status-level", "fail", "--final-status-level", "fail"])
        .current_dir(scratch.tree())
        .env("CARGO_TARGET_DIR", scratch.build())
        .env("RUST_BACKTRACE", "0")
        .env("INSTA_UPDATE", "no")
        .env("COUNTERSIGN_HISTORIES", HISTORIES)
        .output()
        .with_context(|| format!("`{program}` does not start"))?;
    Ok(judge(output.status.success(), &String::from_utf8_lossy(&output.stderr)))
}

fn judge(passed: bool, text: &str) -> Outcome {
    let failed: BTreeSet<String> = text.lines().filter_map(failed_test).map(str::to_owned).collect();
    match (passed, failed.is_empty()) {
        (true, _) => Outcome::Passed,
        (false, false) => Outcome::Failed(failed),
        (false, true) => {
            let lines: Vec<&str> = text.lines().collect();
            Outcome::Broken(lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n"))
        }
    }
}

/// Reads the test's name from a line such as `FAIL [   0.012s] (1/2) candidate-svc domain::tests::matrix::every_command`.
fn failed_test(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let ended_badly = matches!(words.next()?, "FAIL" | "TIMEOUT" | "SIGABRT" | "SIGSEGV");
    let name = words.next_back()?;
    (ended_badly && name.contains("::")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_failed_tests_are_read() {
        let text = "  Compiling a\n        FAIL [   0.012s] (1/2) candidate-svc domain::tests::matrix::every\n\
                    \u{20}       PASS [   0.010s] (2/2) candidate-svc domain::tests::other\n";
        let expected = BTreeSet::from(["domain::tests::matrix::every".to_owned()]);
        assert_eq!(judge(false, text), Outcome::Failed(expected));
        assert_eq!(judge(true, ""), Outcome::Passed);
    }

    #[test]
    fn what_does_not_build_catches_nothing() {
        let text = "error[E0425]: cannot find value `x`\nerror: could not compile `candidate-svc`";
        assert!(matches!(judge(false, text), Outcome::Broken(words) if words.contains("E0425")));
    }
}
