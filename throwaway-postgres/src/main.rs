//! Runs a command with a PostgreSQL server of its own: `throwaway-postgres run COMMAND ARGUMENT…`.
//!
//! The command finds the server in [`URL_VARIABLE`]. The server ends with it, whatever its end; the exit code is the command's.

use std::process::{Command, ExitCode};

use throwaway_postgres::{Cluster, Setup, URL_VARIABLE};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [verb, command, rest @ ..] = arguments.as_slice() else { return usage() };
    if verb != "run" {
        return usage();
    }
    let cluster = Cluster::start(&Setup { settings: vec![("max_connections", "400")], password: None });
    let ended = Command::new(command).args(rest).env(URL_VARIABLE, cluster.url("postgres")).status();
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
