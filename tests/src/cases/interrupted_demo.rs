//! A demonstration that is ended anywhere and run again ends as if nothing had happened.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use system_tests::harness::Installation;

const TOTALS: [&str; 4] = ["candidates_by_state", "candidates_total", "executions", "ledger_size"];

#[test]
fn killed_anywhere_and_run_again_it_ends_with_the_same_totals() {
    let undisturbed = Installation::new().json(&["demo", "--seed", "11"]);
    // Each run is killed once it has logged so many changes of candidates, of some three hundred.
    for changes in [1, 60, 120, 200, 280] {
        let installation = Installation::new();
        let (mut child, mut lines) = start(&installation);
        let logged = lines.by_ref().filter(|line| is_change(line)).take(changes).count();
        assert_eq!(logged, changes, "the demonstration ended too early");
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        assert_ends_as(&installation, &undisturbed, &format!("killed after {changes} changes"));
    }
}

#[test]
fn asked_to_end_it_drains_and_run_again_it_goes_on() {
    let undisturbed = Installation::new().json(&["demo", "--seed", "11"]);
    for (signal, changes) in [("-TERM", 100), ("-INT", 200)] {
        let installation = Installation::new();
        let (mut child, mut lines) = start(&installation);
        assert_eq!(lines.by_ref().filter(|line| is_change(line)).take(changes).count(), changes);
        let asked = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill starts");
        assert!(asked.success());
        let last = lines.last().expect("it says why it ended");
        assert_eq!(child.wait().expect("it ends").code(), Some(6), "{last}");
        assert!(last.contains("run the same command again"), "{last}");

        let open = std::fs::read_dir(installation.data_dir()).expect("the data folder can be read");
        let open = open.map(|item| item.expect("it can be read").file_name().to_string_lossy().into_owned());
        assert_eq!(open.filter(|name| name.contains("-wal")).collect::<Vec<_>>(), [""; 0], "databases are closed");
        installation.run(&["ledger", "verify"]).expect(0, &[]);
        assert_ends_as(&installation, &undisturbed, signal);
    }
}

fn assert_ends_as(installation: &Installation, undisturbed: &serde_json::Value, how: &str) {
    let resumed = installation.json(&["demo", "--seed", "11"]);
    for field in TOTALS {
        assert_eq!(resumed[field], undisturbed[field], "{field}: {how}");
    }
    assert_eq!(resumed["verified"], true);
}

/// Starts the demonstration so that it logs every change of a candidate.
fn start(installation: &Installation) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = installation
        .command(&["demo", "--seed", "11", "--json"])
        .env("COUNTERSIGN_LOG", "warn,candidate_svc=debug")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the demonstration starts");
    let lines: Lines<BufReader<ChildStderr>> = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
    (child, lines.map(|line| line.expect("it writes UTF-8")))
}

fn is_change(line: &str) -> bool {
    line.contains("a candidate changes")
}
