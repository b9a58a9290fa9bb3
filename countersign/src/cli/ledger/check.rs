use std::fs;
use std::path::PathBuf;

use clap::Args;
use countersign_api::name::LOG_OF_LOGS_NAME;
use ledger_format::{Leaf, TlogProof, VerifyingKeys, key};
use ledger_svc::log_of_logs::Covered;
use serde_json::json;

use super::pinned::Pinned;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::facts;

const EXAMPLES: &str = "\
Examples:
  countersign ledger check approval.tlog-proof
  countersign ledger check approval.tlog-proof --key ledger.pub
  countersign ledger check checkpoint.tlog-proof";

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
        let keys = self.pinned.read(&context.place)?;
        let text = fs::read_to_string(&self.proof).map_err(|error| Failure::file(&self.proof, error))?;
        let refused = |error: &dyn std::fmt::Display| {
            Failure::Finding(format!("`{}` proves nothing: {error}", self.proof.display()))
        };
        let proof: TlogProof = text.trim_end().parse().or_else(|_| text.parse()).map_err(|error| refused(&error))?;
        let bytes = proof.extra.as_deref().ok_or_else(|| refused(&"it holds no leaf"))?;
        let leaf = Leaf::decode(bytes).map_err(|error| refused(&error))?;
        let keys = keys_of(&keys, leaf.origin).map_err(|error| refused(&error))?;
        let checkpoint = proof.verify(bytes, &keys, leaf.origin).map_err(|error| refused(&error))?;
        let covered = Covered::read(&leaf).filter(|_| is_log_of_logs(&keys, leaf.origin));
        if context.console.is_json() {
            return context.console.json(&json!({
                "verified": true,
                "index": proof.index,
                "leaf": leaf,
                "size": checkpoint.size(),
                "root": checkpoint.root(),
                "covers": covered.map(|covered| json!({
                    "workspace": covered.workspace.id(),
                    "size": covered.size,
                    "root": covered.root,
                })),
            }));
        }
        if let Some(covered) = covered {
            return context.console.data(&facts([
                ("verified", format!("entry {} of {}", proof.index, leaf.origin)),
                ("covers", covered.workspace.to_string()),
                ("at size", covered.size.to_string()),
                ("with root", covered.root.to_string()),
                ("log size", checkpoint.size().to_string()),
                ("root", checkpoint.root().to_string()),
            ]));
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

/// Returns the keys under the name that they sign a log with: the log of logs is signed under its own origin.
fn keys_of(keys: &VerifyingKeys, origin: &str) -> Result<VerifyingKeys, key::Error> {
    if origin == log_of_logs(keys.name()) { keys.named(origin) } else { Ok(keys.clone()) }
}

fn is_log_of_logs(keys: &VerifyingKeys, origin: &str) -> bool {
    keys.name() == origin
}

fn log_of_logs(prefix: &str) -> String {
    format!("{prefix}/{LOG_OF_LOGS_NAME}")
}
