use clap::Args;
use ledger_format::Verified;
use ledger_svc::audit::{self, Finding, LogVerified};
use ledger_svc::store::LedgerPlace;
use serde_json::{Value, json};

use analytics::export::Remembered;

use super::departed::Departed;
use super::memory::Memory;
use super::pinned::Pinned;
use super::stream::{self, Unverified};
use crate::app::{ORIGIN_PREFIX, ledger_place};
use crate::cli::ledger_databases::LedgerDatabases;
use crate::cli::{Context, workspaces};
use crate::failure::Failure;
use crate::output::{count_bar, table};
use crate::session::{Missing, Session};

const EXAMPLES: &str = "\
Examples:
  countersign ledger verify
  countersign ledger verify --workspace demo
  countersign ledger verify --server 127.0.0.1:7400 --key ledger.pub --memory verified.json
  countersign ledger verify --data-dir /var/lib/countersign --json";

/// Verifies the ledger: every entry is hashed again, contents included, up to the signed checkpoints, and the whole is held to what was
/// verified before. Without `--server`, the files or databases themselves, also while a server runs: every stored column, the tree, the fence store's
/// memory; all logs, and the log of logs against the checkpoints that it covers, or the log of `--workspace`. With it, the log of the
/// workspace as that server streams it.
#[derive(Debug, Args)]
#[command(before_help = EXAMPLES)]
pub struct Verify {
    #[command(flatten)]
    pinned: Pinned,
    #[command(flatten)]
    memory: Memory,
    #[command(flatten)]
    databases: LedgerDatabases,
}

impl Verify {
    /// Verifies it.
    ///
    /// # Errors
    /// [`Failure::Finding`] naming the first bad entry; [`Failure::Unreachable`] when there is no ledger to read.
    pub async fn run(self, context: &Context) -> Result<(), Failure> {
        if context.place.server.is_some() {
            context.with_session(Missing::Refuse, async |session| self.over(context, session).await).await
        } else {
            self.files(context).await
        }
    }

    async fn over(&self, context: &Context, session: &Session) -> Result<(), Failure> {
        let key = self.pinned.read(&context.place)?;
        let origin = format!("{ORIGIN_PREFIX}/{}", session.workspace());
        let remembered = self.memory.of(context, &origin)?;
        let bar = count_bar(context.console, "reading and verifying", 0);
        let verified = stream::verify(session, &key, &origin, remembered, &bar).await;
        drop(bar);
        let verified = match verified {
            Ok(verified) => verified,
            Err(Unverified::Failed(failure)) => return Err(failure),
            Err(Unverified::Found(departed)) => return departed_from(context, session.workspace().id(), &departed),
        };
        if verified.size == 0 {
            workspaces::refuse_unknown(context, session).await?;
        }
        let Verified { size, root, .. } = verified;
        self.memory.keep(context, &[(origin.clone(), Remembered { size, root })])?;
        show_streamed(context, session.workspace().id(), &origin, verified)
    }

    async fn files(&self, context: &Context) -> Result<(), Failure> {
        let data_dir = &context.place.data_dir;
        let key = self.pinned.read(&context.place)?;
        let bar = count_bar(context.console, "verifying", 0);
        let place = self.place(context)?;
        let fence = data_dir.join("fence.db");
        let on_progress = |progress: audit::Progress<'_>| {
            bar.set_total(progress.entries_about);
            bar.set(progress.entries);
        };
        let verified = if context.place.is_workspace_named {
            let workspace = &context.place.workspace;
            let log = audit::verify_log(&place, &fence, &key, ORIGIN_PREFIX, workspace, on_progress).await;
            log.map(Vec::from_iter)
        } else {
            audit::verify(&place, &fence, &key, ORIGIN_PREFIX, on_progress).await
        };
        drop(bar);
        match verified {
            Ok(logs) if logs.is_empty() && context.place.is_workspace_named => {
                Err(workspaces::unknown(&context.place.workspace, &workspaces::existing(&place.ledger()).await?))
            }
            Ok(logs) => {
                for log in &logs {
                    if let Some(departed) = self.departed(context, &place, log).await? {
                        return departed_from(context, log.workspace.id(), &departed);
                    }
                }
                let seen = logs.iter().map(|log| (log.origin.clone(), Remembered { size: log.size, root: log.root }));
                self.memory.keep(context, &seen.collect::<Vec<_>>())?;
                show_logs(context, &logs)
            }
            Err(audit::Error::Found(finding)) => {
                if context.console.is_json() {
                    context.console.json(&json!({ "logs": [], "finding": finding_json(&finding) }))?;
                }
                Err(Failure::Finding(finding.to_string()))
            }
            Err(error @ (audit::Error::File { .. } | audit::Error::Origin(_))) => Err(Failure::unreachable(error)),
        }
    }

    fn place(&self, context: &Context) -> Result<LedgerPlace, Failure> {
        ledger_place::find(&context.place.data_dir, &self.databases.named()?).map_err(Failure::Unreachable)
    }

    /// Has the stored hashes prove that what is remembered of a log is the beginning of what was verified.
    async fn departed(
        &self,
        context: &Context,
        place: &LedgerPlace,
        log: &LogVerified,
    ) -> Result<Option<Departed>, Failure> {
        let Some(remembered) = self.memory.of(context, &log.origin)? else { return Ok(None) };
        if remembered.size > log.size {
            return Ok(Some(Departed::shorter(log.size, remembered.size)));
        }
        let proof = audit::prove_growth(&place.ledger(), &log.workspace, remembered.size, log.size).await;
        let proof = proof.map_err(Failure::unreachable)?;
        let is_grown = proof.verify(remembered.root, log.root).is_ok();
        Ok((!is_grown).then(|| Departed::forked(remembered.size)))
    }
}

/// Says that a log is not what was verified before, or not what its checkpoint says.
fn departed_from(context: &Context, workspace: &str, departed: &Departed) -> Result<(), Failure> {
    if context.console.is_json() {
        context.console.json(&json!({ "logs": [], "finding": departed.to_json(workspace) }))?;
    }
    Err(Failure::Finding(departed.to_string()))
}

fn show_streamed(context: &Context, workspace: &str, origin: &str, verified: Verified) -> Result<(), Failure> {
    let Verified { size, root, erased } = verified;
    if context.console.is_json() {
        let log = json!({
            "workspace": workspace, "origin": origin, "size": size, "root": root, "signed_size": size, "erased": erased,
        });
        return context.console.json(&json!({ "logs": [log], "finding": null }));
    }
    let row = [origin.to_owned(), size.to_string(), erased.to_string(), root.to_string()];
    context.console.data(&table(["verified log", "entries", "erased", "root"], [row]))
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
        "workspace": if log.workspace.is_log_of_logs() { Value::Null } else { log.workspace.id().into() },
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
