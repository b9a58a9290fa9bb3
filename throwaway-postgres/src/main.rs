//! Runs a command with two PostgreSQL servers of its own: `throwaway-postgres run COMMAND ARGUMENT…`.
//!
//! The command finds them in [`URL_VARIABLE`] and [`SECOND_URL_VARIABLE`]. They end with it, whatever its end; the exit code is the command's.

use std::process::{Command, ExitCode};

use throwaway_postgres::{Cluster, SECOND_URL_VARIABLE, Setup, URL_VARIABLE};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [verb, command, rest @ ..] = arguments.as_slice() else { return usage() };
    if verb != "run" {
        return usage();
    }
    let start = || Cluster::start(&Setup { settings: vec![("max_connections", "400")], ..Setup::default() });
    let (first, second) = (start(), start());
    let mut command_with_servers = Command::new(command);
    command_with_servers.env(URL_VARIABLE, first.url("postgres")).env(SECOND_URL_VARIABLE, second.url("postgres"));
    let ended = command_with_servers.args(rest).status();
    match ended {
        Ok(status) => u8::try_from(status.code().unwrap_or(1)).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("`{}` does not start: {error}", command.display());
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: throwaway-postgres run COMMAND ARGUMENT…");
    ExitCode::from(2)
}
