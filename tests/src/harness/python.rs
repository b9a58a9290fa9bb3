//! The interpreter with the packages of `tests/python/requirements.txt`.

use std::path::Path;
use std::process::Command;

/// Starts a command line of the interpreter that `tests/run.sh` makes, in the folder `tests`.
///
/// # Panics
///
/// When nobody has made it.
pub fn python() -> Command {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let interpreter = std::env::var("COUNTERSIGN_TEST_PYTHON").unwrap_or_else(|_| {
        let made = tests.join("../.venv/bin/python");
        assert!(
            made.exists(),
            "no Python with the packages: run `bash tests/run.sh` once, or set COUNTERSIGN_TEST_PYTHON"
        );
        made.to_str().expect("a readable path").to_owned()
    });
    let mut command = Command::new(interpreter);
    command.current_dir(tests);
    command
}
