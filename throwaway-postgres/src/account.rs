//! The account that the server runs as: PostgreSQL refuses to run as root.

use std::{ffi::OsStr, os::unix::fs::chown, path::Path, process::Command};

use crate::programs::run;

/// Debian's account for the server.
const ACCOUNT: &str = "postgres";

/// Returns a command that runs a program as the account of the server: this user's, unless that is root.
pub(crate) fn command(program: &OsStr) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid", ACCOUNT, "--regid", ACCOUNT, "--clear-groups", "--"]).arg(program);
    // The account may not enter the folder that the tests run in.
    command.current_dir("/");
    command
}

/// Gives a folder to that account.
pub(crate) fn give(folder: &Path) {
    if is_root() {
        let id = |option| run(Command::new("id").args([option, ACCOUNT])).trim().parse().expect("an id");
        chown(folder, Some(id("-u")), Some(id("-g"))).expect("root may give it away");
    }
}

fn is_root() -> bool {
    run(Command::new("id").arg("-u")).trim() == "0"
}
