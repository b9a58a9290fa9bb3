//! The project's own checks, run as `cargo xtask <check>`.
//!
//! `tidy` holds what no compiler holds: the floors between crates, the sizes of files, names that say nothing, where
//! SQL and `tonic::Status` may stand, a page for every error reason. `proto` runs `buf lint` over the contract. `planted`
//! plants bugs in a copy of the tree and shows which test notices each.

mod planted;
mod proto;
mod tidy;
mod tree;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The project's own checks")]
struct Cli {
    #[command(subcommand)]
    check: Check,
}

#[derive(Subcommand)]
enum Check {
    /// Checks floors, file sizes, names, where SQL and statuses stand, and error pages
    Tidy,
    /// Lints the contract with buf (`buf` must be on the PATH, or named by `BUF`)
    Proto,
    /// Plants each bug of tests/planted in a copy of the tree and shows the test that notices it
    Planted {
        /// Names of patches, without `.patch`; none: all of them
        names: Vec<String>,
        /// Only checks that the patches still apply
        #[arg(long)]
        check: bool,
    },
}

fn main() -> anyhow::Result<ExitCode> {
    let root = tree::root()?;
    let findings = match Cli::parse().check {
        Check::Tidy => tidy::check(&root)?,
        Check::Proto => proto::check(&root)?,
        Check::Planted { names, check: true } => planted::check(&root, &names)?,
        Check::Planted { names, check: false } => planted::run(&root, &names)?,
    };
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("nothing found");
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("{} findings", findings.len());
    Ok(ExitCode::FAILURE)
}
