use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use candidate_svc::catalogue::Catalogue;
use candidate_svc::domain::ActionType;
use countersign_api::name::Workspace;
use executor::connector::Connectors;
use ledger_format::VerifyingKeys;
use service_kit::grpc::AuthorizedChannel;
use tokio::sync::watch;

use super::config::ORIGIN_PREFIX;
use super::process::Process;

/// The most workspaces that one process executes in: each holds a stream of claims for as long as the process lives.
pub const EXECUTED_WORKSPACES_MAX: usize = 256;

/// Has approvals executed, workspace by workspace.
#[derive(Debug)]
pub struct Executors {
    /// What they share with the process.
    pub process: Process,
    /// The way to the services, as the executor.
    pub channel: AuthorizedChannel,
    /// What acts.
    pub connectors: Connectors,
    /// The keys that permits are verified with.
    pub verifying_keys: VerifyingKeys,
    /// The file that remembers how far each log was seen to grow.
    pub memory_db: PathBuf,
    /// How long a claim lasts before it must be extended.
    pub lease: Duration,
}

impl Executors {
    /// Begins to execute in these workspaces; in none, when there are none.
    ///
    /// # Errors
    /// When what is remembered of one of their logs cannot be taken up.
    pub async fn start(&self, workspaces: Vec<Workspace>) -> anyhow::Result<()> {
        if workspaces.is_empty() {
            return Ok(());
        }
        let usual = executor::Config::new(workspaces, ORIGIN_PREFIX, self.verifying_keys.clone(), &self.memory_db);
        let config = executor::Config { lease: self.lease, ..usual };
        let Process { clock, metrics, shutdown, .. } = &self.process;
        let (executions, ledger) = (self.channel.clone(), self.channel.clone());
        let connectors = self.connectors.clone();
        let app = executor::App::build(config, Arc::clone(clock), executions, ledger, connectors, metrics).await?;
        app.spawn(shutdown);
        Ok(())
    }

    /// Begins in the workspaces there are, and in each that comes until the drain; at most in
    /// [`EXECUTED_WORKSPACES_MAX`] altogether.
    ///
    /// # Errors
    /// As [`Executors::start`], for those there are. For one that comes later, the process drains instead.
    pub async fn start_everywhere(self, mut workspaces: watch::Receiver<BTreeSet<Workspace>>) -> anyhow::Result<()> {
        let mut places = Places::default();
        let new = places.take(&workspaces.borrow_and_update());
        self.start(new).await?;
        let shutdown = self.process.shutdown.clone();
        shutdown.spawn_vital("executors", async move {
            loop {
                tokio::select! {
                    changed = workspaces.changed() => if changed.is_err() { return },
                    () = self.process.shutdown.draining() => return,
                }
                let new = places.take(&workspaces.borrow_and_update());
                if let Err(error) = self.start(new).await {
                    tracing::error!(error = format!("{error:#}"), "no executor can be started in a new workspace");
                    return;
                }
            }
        });
        Ok(())
    }
}

/// Says in the log which action types nothing here can carry out: what is approved of them waits for an executor of its own.
pub fn warn_of_unperformed(catalogue: &Catalogue, connectors: &Connectors) {
    for ActionType { name, operation, .. } in unperformed(catalogue, connectors) {
        tracing::warn!(
            action_type = %name,
            operation,
            "no connector here performs this operation: what is approved waits for an executor that offers it"
        );
    }
}

fn unperformed<'a>(catalogue: &'a Catalogue, connectors: &Connectors) -> impl Iterator<Item = &'a ActionType> {
    let offered: BTreeSet<&str> = connectors.operation_names().collect();
    let by_connectors = catalogue.iter().filter(|action_type| !action_type.changes_policy());
    by_connectors.filter(move |action_type| !offered.contains(action_type.operation.as_str()))
}

/// The workspaces that are executed in.
#[derive(Debug, Default)]
struct Places {
    taken: BTreeSet<Workspace>,
    left_out: BTreeSet<Workspace>,
}

impl Places {
    /// Takes those that are new, as far as there is room, and says which; the others are named once, in the log.
    fn take(&mut self, known: &BTreeSet<Workspace>) -> Vec<Workspace> {
        let mut new = Vec::new();
        for workspace in known {
            if self.taken.contains(workspace) || self.left_out.contains(workspace) {
                continue;
            }
            if self.taken.len() < EXECUTED_WORKSPACES_MAX {
                self.taken.insert(workspace.clone());
                new.push(workspace.clone());
            } else {
                self.left_out.insert(workspace.clone());
                tracing::warn!(
                    workspace = workspace.id(),
                    most = EXECUTED_WORKSPACES_MAX,
                    "nothing is executed in one workspace more; run an executor of its own for it"
                );
            }
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use executor::connector::sandbox::Sandbox;
    use service_kit::{clock::SystemClock, metrics::Metrics, shutdown::Shutdown};

    use super::*;

    fn workspaces(count: usize) -> BTreeSet<Workspace> {
        (0..count).map(|number| Workspace::new(&format!("w{number}")).expect("an id")).collect()
    }

    #[test]
    fn what_no_connector_performs_is_named_and_a_change_of_policy_needs_none() {
        let names = |catalogue: &Catalogue, connectors: &Connectors| -> Vec<String> {
            unperformed(catalogue, connectors).map(|action_type| action_type.name.to_string()).collect()
        };
        let catalogue = Catalogue::built_in();
        let without_any = names(&catalogue, &Connectors::new());
        assert_eq!(without_any.len() + 1, catalogue.iter().len());
        assert!(!without_any.contains(&"change_policy".to_owned()), "{without_any:?}");
    }

    #[tokio::test]
    async fn the_sandbox_performs_what_is_built_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let (metrics, shutdown) = (Metrics::new(), Shutdown::new());
        let clock = Arc::new(SystemClock);
        let sandbox =
            Sandbox::open(&folder.path().join("sandbox.db"), clock, &metrics, &shutdown).await.expect("it opens");
        let connectors = Connectors::new().register(Arc::new(sandbox)).expect("the first");
        assert_eq!(unperformed(&Catalogue::built_in(), &connectors).count(), 0);
    }

    #[test]
    fn a_workspace_is_taken_once_and_one_that_comes_later_alone() {
        let mut places = Places::default();
        assert_eq!(places.take(&workspaces(2)).len(), 2);
        assert_eq!(places.take(&workspaces(2)), []);
        assert_eq!(places.take(&workspaces(3)), [Workspace::new("w2").expect("an id")]);
    }

    #[test]
    fn there_is_room_one_below_and_at_the_bound_and_none_above() {
        for (there, taken) in [
            (EXECUTED_WORKSPACES_MAX - 1, EXECUTED_WORKSPACES_MAX - 1),
            (EXECUTED_WORKSPACES_MAX, EXECUTED_WORKSPACES_MAX),
            (EXECUTED_WORKSPACES_MAX + 1, EXECUTED_WORKSPACES_MAX),
        ] {
            let mut places = Places::default();
            assert_eq!(places.take(&workspaces(there)).len(), taken, "{there}");
            assert_eq!(places.take(&workspaces(there)), [], "{there}: nobody else fits in later");
        }
    }
}
