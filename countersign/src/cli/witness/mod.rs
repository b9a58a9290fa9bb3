//! `countersign witness`: vouches for other logs.

mod serve;

use clap::Subcommand;

use super::Context;
use crate::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  countersign witness serve --name witness.example/w1 --trust countersign.local/logs+b59cca06+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea";

/// What a witness does.
#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub enum Witness {
    /// Cosigns checkpoints of logs that have only grown (C2SP tlog-witness).
    Serve(serve::Serve),
}

impl Witness {
    /// Does what was asked.
    ///
    /// # Errors
    /// Why it could not be done.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Serve(serve) => serve.run(context).await,
        }
    }
}
