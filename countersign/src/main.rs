//! The one binary people run: every service in one process, and every command over them.
//!
//! **Promises.** A command does the same over a server and over a folder: without a server it opens the folder in its
//! own process, under an exclusive lock, and calls the same services over an in-memory channel. Data goes to standard output, talk to
//! standard error, and the exit code says how it ended (`countersign --help`). What others wrote never steers the terminal.
//! A refusal is shown with its reason and with what to do now.
//!
//! **Left out on purpose.** Every rule about candidates, ledger, execution and reports: those are the services'. The simulated
//! reviewers of the demonstration are callers like any other, and say in all they write that they are a simulation.
//!
//! **How a command flows.** [`cli`] parses it; [`session`] finds the server or starts [`app`] in this process; the command calls
//! a service; [`output`] shows the answer, or [`failure`] why there is none. `serve` starts [`app`] and drains it on a
//! signal. [`demo`] starts [`app`], lets [`propose`] stream proposals in and its reviewers decide, follows the ledger until nothing
//! more will happen, then exports, verifies and reports.

mod app;
mod candidate_text;
mod cli;
mod demo;
mod exit;
mod failure;
mod output;
mod propose;
mod refusal;
mod session;

use std::env;
use std::process::ExitCode;

use service_kit::telemetry;
use tokio::runtime::Runtime;

use cli::{Command, Context};
use exit::Exit;
use failure::Failure;

/// Calls allocate and free on every thread at once, for which the system's allocator makes threads wait for one another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Without a provider, the first TLS connection would panic. It is set here alone, so it is never set before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let (command, context) = match cli::parse() {
        Ok(parsed) => parsed,
        Err(exit) => return exit.into(),
    };
    match run(command, &context) {
        Ok(()) => Exit::Done.into(),
        Err(failure) => {
            if failure.exit() != Exit::Done {
                context.console.say_failure(&failure);
            }
            failure.exit().into()
        }
    }
}

fn run(command: Command, context: &Context) -> Result<(), Failure> {
    let runtime = Runtime::new().map_err(Failure::fault)?;
    runtime.block_on(async {
        let mut config = telemetry::Config::from_env("countersign");
        if env::var_os(telemetry::LOG_VARIABLE).is_none() {
            command.usual_log_filter().clone_into(&mut config.filter);
        }
        let _telemetry = telemetry::init(&config).map_err(|error| Failure::usage(error.to_string()))?;
        Box::pin(command.run(context)).await
    })
}
