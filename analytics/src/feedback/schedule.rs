//! Reports that are made by themselves, week by week or month by month.

use std::collections::BTreeSet;
use std::sync::Arc;

use countersign_api::name::{ReportName, Workspace};
use jiff::Timestamp;
use service_kit::clock::Clock;
use service_kit::grpc::AuthorizedChannel;
use service_kit::shutdown::Shutdown;
use tokio::sync::watch;
use uuid::Uuid;

use super::cadence::Cadence;
use super::mail::Mailer;
use super::reports::Reports;
use super::runner::{RunRefused, Runner};
use crate::export::began_at;

/// Under which names are made from cadence and moment (RFC 9562, version 5).
const SCHEDULED_NAMESPACE: Uuid = Uuid::from_u128(0x21f4_7d60_93c5_4c1b_8e0a_f65b_3d94_7e18);

/// How long to wait after a failure.
const AGAIN_AFTER: std::time::Duration = std::time::Duration::from_mins(10);

/// What is made by itself, where, and who is told.
#[derive(Debug)]
pub struct Schedule {
    /// How often; more than one is allowed.
    pub every: BTreeSet<Cadence>,
    /// The workspaces that have something to report on.
    pub workspaces: watch::Receiver<BTreeSet<Workspace>>,
    /// How people are told; none where nobody is.
    pub mailer: Option<Mailer>,
}

/// Makes reports when their time has come.
///
/// A report is named after its workspace, cadence and moment: a restart makes none twice, and makes what was missed while nothing ran. A week or month
/// before which nothing happened gets none.
/// Mail goes out after the report is kept, at most once: what a crash takes between the two is not sent, and the report is there.
pub(crate) struct Scheduler {
    pub(crate) schedule: Schedule,
    pub(crate) runner: Runner,
    pub(crate) reports: Reports,
    pub(crate) ledger: AuthorizedChannel,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Scheduler {
    /// Makes reports until the drain begins.
    pub(crate) async fn run(mut self, shutdown: Shutdown) {
        loop {
            let workspaces = self.schedule.workspaces.borrow_and_update().clone();
            // One moment for what is due and for what is next: a boundary that passes meanwhile is not passed over.
            let now = self.clock.now();
            let made = tokio::select! {
                made = self.make_due(&workspaces, now) => made,
                () = shutdown.draining() => return,
            };
            let next = self.schedule.every.iter().map(|cadence| cadence.next(now)).min();
            let Some(next) = next else { return };
            let wake = if made { next } else { next.min(now + AGAIN_AFTER) };
            tokio::select! {
                () = self.clock.sleep_until(wake) => {}
                changed = self.schedule.workspaces.changed() => if changed.is_err() { return },
                () = shutdown.draining() => return,
            }
        }
    }

    /// Makes what is due and was not made yet; tells whether all of it is there now.
    async fn make_due(&self, workspaces: &BTreeSet<Workspace>, now: Timestamp) -> bool {
        let mut all = true;
        for workspace in workspaces {
            for &cadence in &self.schedule.every {
                all &= self.make(workspace, cadence, now).await;
            }
        }
        all
    }

    async fn make(&self, workspace: &Workspace, cadence: Cadence, now: Timestamp) -> bool {
        let began = cadence.began(now);
        let id = Uuid::new_v5(&SCHEDULED_NAMESPACE, format!("{workspace}\n{cadence}\n{began}").as_bytes());
        let name = ReportName::new(workspace.clone(), id);
        if self.is_kept(&name).await {
            return true;
        }
        match began_at(self.ledger.clone(), workspace).await {
            Ok(Some(first)) if first < began => {}
            // Nothing happened yet before this week or month: there is nothing to tell of the one before.
            Ok(_) => return true,
            Err(error) => {
                tracing::warn!(report = %name, error = &error as &dyn std::error::Error, "the log can not be read");
                return false;
            }
        }
        let stored = match self.runner.run(name.clone(), cadence.period()).await {
            Ok(stored) => stored,
            // The runner has said why.
            Err(RunRefused::Failed(_) | RunRefused::Full | RunRefused::ShuttingDown) => return false,
        };
        if let Some(mailer) = &self.schedule.mailer {
            match mailer.send(&name, cadence, began, &stored).await {
                Ok(recipients) => tracing::info!(report = %name, recipients, "a report was mailed"),
                Err(error) => {
                    tracing::error!(report = %name, error = &error as &dyn std::error::Error, "a report was not mailed");
                }
            }
        }
        true
    }

    async fn is_kept(&self, name: &ReportName) -> bool {
        let (reports, name) = (self.reports.clone(), name.clone());
        let has = tokio::task::spawn_blocking(move || reports.has(&name)).await;
        matches!(has, Ok(Ok(true)))
    }
}
