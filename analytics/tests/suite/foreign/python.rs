//! The figures of a raw log, and those of a report once more, computed by Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Returns the folder of a log.
///
/// # Panics
///
/// When it is not there: a test that did not look must not pass.
pub fn data(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(name);
    assert!(
        folder.is_dir(),
        "the log `{name}` is missing: `{}` is not a folder; put the shared data beside the checkout",
        folder.display()
    );
    folder
}

/// Runs a module of `tests/python` and reads the JSON that it prints.
pub fn run(module: &str, arguments: &[&Path]) -> Value {
    serde_json::from_str(&printed_by(module, arguments)).expect("the module prints JSON")
}

/// Runs a module of `tests/python` and returns what it prints.
pub fn printed_by(module: &str, arguments: &[&Path]) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let interpreter =
        std::env::var("COUNTERSIGN_TEST_PYTHON").map_or_else(|_| tests.join("../.venv/bin/python"), PathBuf::from);
    assert!(
        interpreter.exists(),
        "no Python with the packages: run `bash tests/run.sh` once, or set COUNTERSIGN_TEST_PYTHON"
    );
    let mut command = Command::new(interpreter);
    let output = command.current_dir(tests.join("python")).args(["-m", module]).args(arguments).output();
    let output = output.expect("Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the module prints text")
}
