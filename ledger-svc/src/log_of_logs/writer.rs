use std::{collections::BTreeSet, future::Future, pin::pin, sync::Arc, time::Duration};

use countersign_api::name::Workspace;

use super::{Cover, Coverage, Covered};
use crate::{appender::Appender, limits::BATCH_MAX_ENTRIES, log::Logs};

/// The least time between two rounds: however many checkpoints are signed meanwhile, a log gets one entry.
pub(crate) const ROUND_EVERY: Duration = Duration::from_secs(1);

/// Appends the checkpoints of all logs to the log of logs.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) logs: Arc<Logs>,
    pub(crate) appender: Appender,
    pub(crate) coverage: Arc<Coverage>,
}

impl Writer {
    /// Covers what was signed since the last round, until `draining`, and once more then.
    ///
    /// A crash leaves checkpoints uncovered; the next start, which finds each log's last checkpoint waiting, covers them.
    pub(crate) async fn run(self, draining: impl Future<Output = ()> + Send) {
        let mut draining = pin!(draining);
        let mut is_draining = false;
        while !is_draining {
            is_draining = tokio::select! {
                () = self.logs.published() => false,
                () = &mut draining => true,
            };
            self.round().await;
            if !is_draining {
                is_draining = tokio::select! {
                    () = tokio::time::sleep(ROUND_EVERY) => false,
                    () = &mut draining => true,
                };
                if is_draining {
                    self.round().await;
                }
            }
        }
    }

    /// Appends an entry for each log whose checkpoint waits. What the appender does not take waits for the next round.
    async fn round(&self) {
        let waiting: Vec<Workspace> = self.logs.take_uncovered().into_iter().collect();
        let log_of_logs = self.logs.of(&Workspace::log_of_logs());
        for workspaces in waiting.chunks(BATCH_MAX_ENTRIES) {
            let mut covers = Vec::with_capacity(workspaces.len());
            let mut entries = Vec::with_capacity(workspaces.len());
            for workspace in workspaces {
                let Some(published) = self.logs.of(workspace).view().published else { continue };
                covers.push((workspace, published.checkpoint.size()));
                entries.push(Covered::entry_of(workspace, &published.checkpoint));
            }
            if entries.is_empty() {
                continue;
            }
            match self.appender.try_append(Arc::clone(&log_of_logs), entries).await {
                Ok(appended) => {
                    for ((workspace, size), appended) in covers.into_iter().zip(appended) {
                        self.coverage.note(workspace, Cover { index: appended.receipt.index, size });
                    }
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "checkpoints wait to be covered");
                    self.logs.uncover(workspaces.iter().cloned().collect::<BTreeSet<_>>());
                }
            }
        }
    }
}
