use clap::Args;
use ledger_svc::audit::{self, Finding, LogVerified};
use serde_json::{Value, json};

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::Context;
use crate::failure::Failure;
use crate::output::{count_bar, table};

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify
  countersign ledger verify --data-dir /var/lib/countersign --json";

/// Verifies the files of the ledger themselves: every entry, every stored column, the tree, the signed checkpoints, and the fence
/// store's memory of the last one. Offline: it asks no server, and works while one runs.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Verify {
    #[command(flatten)]
    pinned: Pinned,
}

impl Verify {
    /// Verifies them.
    ///
    /// # Errors
    /// [`Failure::Finding`] naming the first bad entry; [`Failure::Unreachable`] when there is no ledger to read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        let data_dir = &context.place.data_dir;
        let key = self.pinned.read(&context.place)?;
        let bar = count_bar("verifying", 0);
        let (ledger, fence) = (data_dir.join("ledger.db"), data_dir.join("fence.db"));
        let verified = audit::verify(&ledger, &fence, &key, ORIGIN_PREFIX, |progress| {
            bar.set_total(progress.entries_about);
            bar.set(progress.entries);
        });
        let verified = verified.await;
        drop(bar);
        match verified {
            Ok(logs) => show_logs(context, &logs),
            Err(audit::Error::Found(finding)) => {
                if context.console.is_json() {
                    context.console.json(&json!({ "logs": [], "finding": finding_json(&finding) }))?;
                }
                Err(Failure::Finding(finding.to_string()))
            }
            Err(error @ (audit::Error::File { .. } | audit::Error::Origin(_))) => Err(Failure::unreachable(error)),
        }
    }
}

fn show_logs(context: &Context, logs: &[LogVerified]) -> Result<(), Failure> {
    if context.console.is_json() {
        let logs: Vec<Value> = logs.iter().map(log_json).collect();
        return context.console.json(&json!({ "logs": logs, "finding": null }));
    }
    context.console.data(&table(
        ["verified log", "entries", "not yet signed", "root"],
        logs.iter().map(|log| {
            [log.origin.clone(), log.size.to_string(), log.unsigned_entries().to_string(), log.root.to_string()]
        }),
    ))
}

fn log_json(log: &LogVerified) -> Value {
    json!({
        "workspace": log.workspace.id(),
        "origin": log.origin,
        "size": log.size,
        "root": log.root,
        "signed_size": log.signed_size,
    })
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "log": finding.log,
        "index": finding.first_index(),
        "last_index": finding.entries.as_ref().map(|entries| *entries.end()),
        "column": finding.column.map(|column| format!("{}.{}", column.table, column.column)),
        "message": finding.to_string(),
    })
}
