use std::fs;
use std::path::PathBuf;

use clap::Args;
use ledger_format::{Leaf, TlogProof};
use serde_json::json;

use super::pinned::Pinned;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::facts;

const EXAMPLES: &str = "\
Examples:
  countersign ledger check approval.tlog-proof
  countersign ledger check approval.tlog-proof --key ledger.pub";

/// Checks a proof file with nothing but the log's verifying key: no server, no ledger.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Check {
    /// The proof, as `countersign ledger prove` wrote it.
    #[arg(value_name = "FILE")]
    proof: PathBuf,
    #[command(flatten)]
    pinned: Pinned,
}

impl Check {
    /// Checks it.
    ///
    /// # Errors
    /// [`Failure::Finding`] when it does not hold.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let key = self.pinned.read(&context.place)?;
        let text = fs::read_to_string(&self.proof).map_err(|error| Failure::file(&self.proof, error))?;
        let refused = |error: &dyn std::fmt::Display| {
            Failure::Finding(format!("`{}` proves nothing: {error}", self.proof.display()))
        };
        let proof: TlogProof = text.trim_end().parse().or_else(|_| text.parse()).map_err(|error| refused(&error))?;
        let bytes = proof.extra.as_deref().ok_or_else(|| refused(&"it holds no leaf"))?;
        let leaf = Leaf::decode(bytes).map_err(|error| refused(&error))?;
        let checkpoint = proof.verify(bytes, &key, leaf.origin).map_err(|error| refused(&error))?;
        if context.console.is_json() {
            return context.console.json(&json!({
                "verified": true,
                "index": proof.index,
                "leaf": leaf,
                "size": checkpoint.size(),
                "root": checkpoint.root(),
            }));
        }
        context.console.data(&facts([
            ("verified", format!("entry {} of {}", proof.index, leaf.origin)),
            ("kind", leaf.kind.to_owned()),
            ("subject", leaf.subject.to_owned()),
            ("revision", leaf.subject_revision.to_string()),
            ("by a", leaf.principal_kind.as_str().to_owned()),
            ("log size", checkpoint.size().to_string()),
            ("root", checkpoint.root().to_string()),
        ]))
    }
}
