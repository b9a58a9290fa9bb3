use clap::Args;
use ledger_svc::audit::{self, Finding, LogVerified};
use serde_json::{Value, json};

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::{count_bar, table};

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify
  countersign ledger verify --workspace demo
  countersign ledger verify --data-dir /var/lib/countersign --json";

/// Verifies the files of the ledger themselves: every entry, every stored column, the tree, the signed checkpoints, and the fence
/// store's memory of the last one. Offline: it asks no server, and works while one runs. With `--workspace`, that workspace's log; else
/// all there are.
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
        let keys = data_dir.join("content-keys.db");
        let on_progress = |progress: audit::Progress<'_>| {
            bar.set_total(progress.entries_about);
            bar.set(progress.entries);
        };
        let verified = if context.place.is_workspace_named {
            let workspace = &context.place.workspace;
            let log = audit::verify_log(&ledger, &keys, &fence, &key, ORIGIN_PREFIX, workspace, on_progress).await;
            log.map(Vec::from_iter)
        } else {
            audit::verify(&ledger, &keys, &fence, &key, ORIGIN_PREFIX, on_progress).await
        };
        drop(bar);
        match verified {
            Ok(logs) if logs.is_empty() && context.place.is_workspace_named => {
                Err(workspaces::unknown(&context.place.workspace, &workspaces::existing(data_dir).await?))
            }
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
    if logs.is_empty() {
        context.console.say("there is no log yet: the first proposal begins one");
        return Ok(());
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
    let cell = &finding.place.cell;
    let extents = finding.extents().iter().map(|extent| {
        json!({ "workspace": extent.workspace, "index": extent.entries.start(), "last_index": extent.entries.end() })
    });
    json!({
        "workspace": finding.workspace(),
        "index": finding.first_index(),
        "last_index": finding.last_index(),
        "in_doubt": extents.collect::<Vec<_>>(),
        "file": cell.file.name(),
        "table": cell.table,
        "column": cell.column,
        "row": cell.row,
        "what": finding.what.to_string(),
        "message": finding.to_string(),
        "mend": finding.mend(),
    })
}
