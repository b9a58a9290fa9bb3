//! The command line: what can be asked, and which file answers it.

mod candidate;
mod databases;
mod db;
mod delegation;
mod demo;
mod execution;
mod help;
pub mod ledger;
mod ledger_databases;
mod number;
mod outcome;
mod pages;
mod place;
mod policy;
mod propose;
mod rejected_line;
pub mod report;
mod serve;
mod standing_approval;
mod token;
mod usage;
mod witness;
mod workspaces;

use std::env;
use std::ffi::OsString;

use clap::parser::ValueSource;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Console;

pub use place::Place;

const EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign serve
  countersign propose proposals.jsonl
  countersign candidate list --state proposed
  countersign candidate approve 6d1f6c7a9a55
  countersign ledger verify";

/// Actions that AI proposes wait here until a person countersigns them.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, before_help = EXAMPLES, after_help = crate::exit::EXIT_CODES)]
struct Cli {
    #[command(flatten)]
    place: Place,
    /// Prints data as JSON.
    #[arg(long, global = true, help_heading = help::EVERYWHERE)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs all services in this process until it is told to end.
    Serve(serve::Serve),
    /// Runs the whole loop on a CRM export, with simulated reviewers.
    Demo(demo::Demo),
    /// Proposes the actions of a file, one JSON object a line.
    Propose(propose::Propose),
    /// Reads candidates and decides on them.
    #[command(subcommand)]
    Candidate(candidate::Candidate),
    /// Claims, extends and reports as an executor of your own.
    #[command(subcommand)]
    Execution(execution::Execution),
    /// Passes a person's turn to another for a while.
    #[command(subcommand)]
    Delegation(delegation::Delegation),
    /// Reads, checks and proposes the review policy.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Approves narrow categories ahead, and takes that back.
    #[command(subcommand)]
    StandingApproval(standing_approval::StandingApproval),
    /// Reads, verifies, proves and exports the ledger.
    #[command(subcommand)]
    Ledger(ledger::Ledger),
    /// Makes a feedback report from a verified export.
    Report(report::Report),
    /// Shows how the databases' schemas stand, and brings them up to date.
    #[command(subcommand)]
    Db(db::Db),
    /// Makes, lists and revokes bearer tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Vouches for other logs as a witness.
    #[command(subcommand)]
    Witness(witness::Witness),
}

/// What every command is given.
#[derive(Debug)]
pub struct Context {
    /// Where the services are.
    pub place: Place,
    /// Where the words go.
    pub console: Console,
}

/// Parses the process's command line. Help and mistakes are printed here.
///
/// # Errors
/// How the process ends when there is nothing to run.
pub fn parse() -> Result<(Command, Context), Exit> {
    let arguments: Vec<OsString> = env::args_os().collect();
    parse_from(&arguments).map_err(|error| usage::say(&error, &arguments))
}

fn parse_from(arguments: &[OsString]) -> Result<(Command, Context), clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    let mut cli = Cli::from_arg_matches(&matches)?;
    cli.place.is_workspace_named = matches.value_source("workspace").is_some_and(|it| it != ValueSource::DefaultValue);
    Ok((cli.command, Context { place: cli.place, console: Console::new(cli.json) }))
}

impl Command {
    /// Returns which log lines are written when nobody says: a server tells what it does, a command only what is wrong.
    pub const fn usual_log_filter(&self) -> &'static str {
        match self {
            Self::Serve(_) | Self::Witness(_) => "info,opentelemetry=warn",
            Self::Demo(_)
            | Self::Propose(_)
            | Self::Candidate(_)
            | Self::Execution(_)
            | Self::Delegation(_)
            | Self::Policy(_)
            | Self::StandingApproval(_)
            | Self::Ledger(_)
            | Self::Report(_)
            | Self::Db(_)
            | Self::Token(_) => "warn,service_kit::access=error",
        }
    }

    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Serve(serve) => serve.run(context).await,
            Self::Witness(witness) => witness.run(context).await,
            Self::Demo(demo) => demo.run(context).await,
            Self::Propose(propose) => propose.run(context).await,
            Self::Candidate(candidate) => candidate.run(context).await,
            Self::Execution(execution) => execution.run(context).await,
            Self::Delegation(delegation) => delegation.run(context).await,
            Self::Policy(policy) => policy.run(context).await,
            Self::StandingApproval(standing) => standing.run(context).await,
            Self::Ledger(ledger) => Box::pin(ledger.run(context)).await,
            Self::Report(report) => report.run(context).await,
            Self::Db(db) => Box::pin(db.run(context)).await,
            Self::Token(token) => token.run(context).await,
        }
    }
}

fn command() -> clap::Command {
    help::examples_first(Cli::command())
}

#[cfg(test)]
mod exit_tests;
#[cfg(test)]
mod tests;
