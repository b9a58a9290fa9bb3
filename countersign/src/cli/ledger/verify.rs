use clap::Args;
use countersign_api::name::Workspace;
use ledger_svc::audit::{self, Finding, LogVerified};
use serde_json::{Value, json};

use super::pinned::Pinned;
use crate::app::ORIGIN_PREFIX;
use crate::cli::{Context, Place, workspaces};
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
        let verified = audit::verify(&ledger, &fence, &key, ORIGIN_PREFIX, |progress| {
            bar.set_total(progress.entries_about);
            bar.set(progress.entries);
        });
        let verified = verified.await;
        drop(bar);
        match verified {
            Ok(logs) => show_logs(context, &wanted(&context.place, logs)?),
            Err(audit::Error::Found(finding)) => {
                if context.console.is_json() {
                    context.console.json(&json!({ "logs": [], "finding": finding_json(&finding) }))?;
                }
                Err(failure_of(&context.place, &finding))
            }
            Err(error @ (audit::Error::File { .. } | audit::Error::Origin(_))) => Err(Failure::unreachable(error)),
        }
    }
}

/// Returns the logs that were asked for: one workspace's where the person named it, else all.
fn wanted(place: &Place, logs: Vec<LogVerified>) -> Result<Vec<LogVerified>, Failure> {
    if !place.is_workspace_named {
        return Ok(logs);
    }
    let (wanted, others): (Vec<_>, Vec<_>) = logs.into_iter().partition(|log| log.workspace == place.workspace);
    if wanted.is_empty() {
        let existing: Vec<Workspace> = others.into_iter().map(|log| log.workspace).collect();
        return Err(workspaces::unknown(&place.workspace, &existing));
    }
    Ok(wanted)
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
    let cell = &finding.place.cell;
    json!({
        "log": finding.workspace(),
        "index": finding.first_index(),
        "last_index": finding.last_index(),
        "file": cell.file.name(),
        "column": cell.column.map(|column| format!("{}.{column}", cell.table)),
        "row": cell.row,
        "message": finding.to_string(),
        "mend": finding.mend(),
    })
}

/// Says what was found: when it is of other logs alone, that the one asked for was not read to its end because of it.
fn failure_of(place: &Place, finding: &Finding) -> Failure {
    let wanted = place.workspace.id();
    let extents = finding.extents();
    let is_elsewhere = !extents.is_empty() && extents.iter().all(|extent| extent.workspace != wanted);
    Failure::Finding(if place.is_workspace_named && is_elsewhere {
        format!("`{wanted}` was not verified to its end, because another log does not verify: {finding}")
    } else {
        finding.to_string()
    })
}

#[cfg(test)]
mod tests {
    use ledger_format::sha256;

    use super::*;

    fn verified(ids: &[&str]) -> Vec<LogVerified> {
        let log = |id: &&str| LogVerified {
            workspace: Workspace::new(id).expect("an id"),
            origin: format!("countersign.local/workspaces/{id}"),
            size: 1,
            root: sha256(&[b"x"]),
            signed_size: 1,
        };
        ids.iter().map(log).collect()
    }

    fn place(workspace: &str, is_workspace_named: bool) -> Place {
        Place {
            data_dir: "d".into(),
            workspace: Workspace::new(workspace).expect("an id"),
            is_workspace_named,
            server: None,
            token_file: None,
        }
    }

    #[test]
    fn who_names_a_workspace_gets_its_log_and_who_names_none_gets_all() {
        let ids =
            |logs: Vec<LogVerified>| -> Vec<String> { logs.iter().map(|log| log.workspace.id().to_owned()).collect() };
        let logs = verified(&["crm", "demo"]);
        assert_eq!(ids(wanted(&place("demo", false), logs.clone()).expect("all")), ["crm", "demo"]);
        assert_eq!(ids(wanted(&place("crm", true), logs.clone()).expect("one")), ["crm"]);
        let refused = wanted(&place("dmeo", true), logs).expect_err("unknown");
        assert!(refused.to_string().contains("there are `crm`, `demo`"), "{refused}");
    }
}
