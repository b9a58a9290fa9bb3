//! A demonstration that is killed and run again ends as if nothing had happened.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use system_tests::harness::Installation;

const TOTALS: [&str; 4] = ["candidates_by_state", "candidates_total", "executions", "ledger_size"];

#[test]
fn killed_anywhere_and_run_again_it_ends_with_the_same_totals() {
    let undisturbed = Installation::new().json(&["demo", "--seed", "11"]);
    // Each run is killed when this many lines of progress were seen; with `--json` progress is a line per step.
    for lines in [1, 3, 6, 10, 15] {
        let installation = Installation::new();
        kill_after(&installation, lines);
        let resumed = installation.json(&["demo", "--seed", "11"]);
        for field in TOTALS {
            assert_eq!(resumed[field], undisturbed[field], "{field} after a kill at line {lines}");
        }
        assert_eq!(resumed["verified"], true);
    }
}

/// Runs the demonstration and kills it with SIGKILL once it has written this many lines on stderr, or lets it end.
fn kill_after(installation: &Installation, lines: usize) {
    let mut child = installation
        .command(&["demo", "--seed", "11", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demonstration starts");
    let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
    stderr.lines().take(lines).for_each(drop);
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
}
