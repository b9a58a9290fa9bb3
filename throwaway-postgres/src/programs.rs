use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::account;

/// Where Debian keeps one folder of programs a version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// Returns a command for one of PostgreSQL's programs, run as the account that may run the server.
pub(crate) fn server_program(name: &str) -> Command {
    account::command(program(name).as_os_str())
}

/// Returns a command for one of PostgreSQL's client programs, run as this user.
pub(crate) fn client_program(name: &str) -> Command {
    Command::new(program(name))
}

/// Runs a command to its end and returns what it printed.
///
/// # Panics
/// With what it said, when it fails.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed: {said}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Finds a program: the newest of Debian's, or one on the path.
pub(crate) fn program(name: &str) -> PathBuf {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|folder| Some((folder.file_name().to_str()?.parse::<u32>().ok()?, folder.path())))
        .map(|(version, folder)| (version, folder.join("bin").join(name)))
        .filter(|(_, program)| program.is_file())
        .max();
    newest.map(|(_, program)| program).or_else(|| on_path(OsStr::new(name))).unwrap_or_else(|| {
        panic!("PostgreSQL's `{name}` is not installed; run `apt-get install postgresql`, or `bash tests/run.sh`, which does")
    })
}

fn on_path(name: &OsStr) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program: &PathBuf| Path::is_file(program))
}
