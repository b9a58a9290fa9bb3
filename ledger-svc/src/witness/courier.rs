use std::{collections::BTreeSet, future::Future, pin::pin, sync::Arc, time::Duration};

use countersign_api::name::Workspace;
use futures::future::join_all;
use ledger_format::{AddCheckpoint, ConsistencyProof, Hash, SignedCheckpoint};
use reqwest::Client;
use tokio::time::Instant;

use super::{
    Standing, WitnessConfig, WitnessStanding, Witnessed,
    visit::{self, Cosigned, Fault},
};
use crate::{
    log::{Log, Logs, Published},
    log_of_logs::Coverage,
    metrics::LedgerMetrics,
    store::{
        self, LedgerStore, tree,
        witness::{CosignatureRow, CosignatureStore},
    },
};

/// Takes the checkpoints of the log of logs to the witnesses.
#[derive(Debug)]
pub(crate) struct Courier {
    config: WitnessConfig,
    client: Client,
    ledger: LedgerStore,
    log: Arc<Log>,
    store: CosignatureStore,
    witnessed: Witnessed,
    coverage: Arc<Coverage>,
    metrics: LedgerMetrics,
    visited: Vec<Visited>,
    witnessed_size: u64,
    witnessed_note: String,
}

/// What is known of one witness, in the order of the policy.
#[derive(Debug)]
struct Visited {
    /// Size that it is at, as far as is known.
    size: u64,
    /// Its last cosignature and the size that it is of.
    cosigned: Option<(u64, Cosigned)>,
    fault: Option<String>,
    pause: Duration,
    not_before: Option<Instant>,
}

impl Courier {
    /// Takes up what witnesses have cosigned before.
    pub(crate) async fn new(
        config: WitnessConfig,
        client: Client,
        ledger: LedgerStore,
        logs: &Logs,
        witnessed: Witnessed,
        coverage: Arc<Coverage>,
        metrics: LedgerMetrics,
    ) -> Result<Self, store::Error> {
        let store = CosignatureStore::open(&config.store_path).await?;
        let mut visited = Vec::with_capacity(config.policy.witnesses().len());
        for witness in config.policy.witnesses() {
            let kept = store.last(&witness.key.to_string()).await?;
            let cosigned = kept.map(|row| (row.size, Cosigned { line: row.line, at_secs: row.at_secs }));
            let size = cosigned.as_ref().map_or(0, |(size, _)| *size);
            visited.push(Visited { size, cosigned, fault: None, pause: config.ask_again_after.0, not_before: None });
        }
        let (witnessed_size, witnessed_note) = store.witnessed().await?.unwrap_or_default();
        let log = logs.of(&Workspace::log_of_logs());
        let courier = Self {
            config,
            client,
            ledger,
            log,
            store,
            witnessed,
            coverage,
            metrics,
            visited,
            witnessed_size,
            witnessed_note,
        };
        courier.tell();
        Ok(courier)
    }

    /// Asks every witness about every checkpoint it can be asked about, until `draining`.
    ///
    /// While some are asked, later checkpoints are skipped: the next question is about the latest. A crash forgets nothing but what was
    /// being asked; a witness that had answered says where it is.
    pub(crate) async fn run(mut self, draining: impl Future<Output = ()> + Send) {
        let mut draining = pin!(draining);
        let log = Arc::clone(&self.log);
        let mut views = log.watch();
        loop {
            let published = views.borrow_and_update().published.clone();
            if let Some(published) = published.filter(|published| published.checkpoint.size() > 0) {
                let due = self.due(published.checkpoint.size());
                if !due.is_empty() {
                    tokio::select! {
                        () = self.ask_all(&published, &due) => {}
                        () = &mut draining => break,
                    }
                    continue;
                }
            }
            let retry_at = self.visited.iter().filter_map(|visited| visited.not_before).min();
            tokio::select! {
                changed = views.changed() => if changed.is_err() { break },
                () = tokio::time::sleep_until(retry_at.unwrap_or_else(Instant::now)), if retry_at.is_some() => {
                    self.forget_pauses();
                }
                () = &mut draining => break,
            }
        }
        self.store.close().await;
    }

    /// Lists the witnesses that have not cosigned this size and may be asked now.
    fn due(&self, size: u64) -> Vec<usize> {
        let is_due = |visited: &Visited| {
            let has_cosigned = visited.cosigned.as_ref().is_some_and(|(cosigned, _)| *cosigned == size);
            !has_cosigned && visited.not_before.is_none()
        };
        (0..self.visited.len()).filter(|position| is_due(&self.visited[*position])).collect()
    }

    fn forget_pauses(&mut self) {
        let now = Instant::now();
        for visited in &mut self.visited {
            visited.not_before = visited.not_before.filter(|not_before| *not_before > now);
        }
    }

    async fn ask_all(&mut self, published: &Published, due: &[usize]) {
        let size = published.checkpoint.size();
        let Ok(signed) = SignedCheckpoint::parse(&published.signed_note) else { return };
        let answers = join_all(due.iter().map(|position| self.visit(*position, &signed, size))).await;
        for (position, answer) in due.iter().zip(answers) {
            self.note(*position, size, answer).await;
        }
        self.settle(&signed, size).await;
        self.tell();
    }

    /// Asks one witness; once more when it says that it is elsewhere.
    async fn visit(&self, position: usize, signed: &SignedCheckpoint, size: u64) -> Result<Cosigned, Fault> {
        let first = self.ask(position, signed, self.visited[position].size.min(size), size).await;
        match first {
            Err(Fault::Elsewhere { size: old_size, .. }) => self.ask(position, signed, old_size, size).await,
            answered => answered,
        }
    }

    async fn ask(
        &self,
        position: usize,
        signed: &SignedCheckpoint,
        old_size: u64,
        size: u64,
    ) -> Result<Cosigned, Fault> {
        let witness = &self.config.policy.witnesses()[position];
        let hashes = self.prove(old_size, size).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "no proof for a witness can be read");
            Fault::NoProof
        })?;
        let asked = AddCheckpoint { old_size, hashes, checkpoint: signed.clone() };
        let url = witness.url.as_deref().unwrap_or_default();
        visit::ask(&self.client, url, &witness.key, &asked, size).await
    }

    async fn prove(&self, old_size: u64, size: u64) -> Result<Vec<Hash>, store::Error> {
        let subtrees = ConsistencyProof::subtrees(old_size, size).expect("invariant: the older size is not the larger");
        let mut reader = self.ledger.reader().await?;
        let roots = self.ledger.tile_roots();
        let hashes = tree::tree_hashes(&mut reader.rows(), roots, &self.log.workspace, size, subtrees).await?;
        Ok(ConsistencyProof::build(old_size, size, &hashes).expect("invariant: every hash was read ahead").hashes)
    }

    async fn note(&mut self, position: usize, size: u64, answer: Result<Cosigned, Fault>) {
        let witness = &self.config.policy.witnesses()[position];
        let visited = &mut self.visited[position];
        match answer {
            Ok(cosigned) => {
                let key = witness.key.to_string();
                let row = CosignatureRow { size, line: cosigned.line.clone(), at_secs: cosigned.at_secs };
                if let Err(error) = self.store.keep(&key, &row).await {
                    tracing::error!(error = &error as &dyn std::error::Error, "a cosignature is not kept");
                }
                self.metrics.note_cosigned_size(&witness.name, size);
                *visited = Visited {
                    size,
                    cosigned: Some((size, cosigned)),
                    fault: None,
                    pause: self.config.ask_again_after.0,
                    not_before: None,
                };
            }
            Err(fault) => {
                let reason = fault.to_string();
                tracing::warn!(witness = witness.name, size, %reason, "a witness did not cosign");
                self.metrics.note_witness_fault(&witness.name);
                visited.fault = Some(reason);
                visited.not_before = Some(Instant::now() + visited.pause);
                visited.pause = (visited.pause * 2).min(self.config.ask_again_after.1);
            }
        }
    }

    /// Notes a checkpoint as witnessed once enough have cosigned it.
    async fn settle(&mut self, signed: &SignedCheckpoint, size: u64) {
        let cosigned = |visited: &Visited| visited.cosigned.as_ref().is_some_and(|(cosigned, _)| *cosigned == size);
        let cosigners: BTreeSet<usize> = (0..self.visited.len()).filter(|at| cosigned(&self.visited[*at])).collect();
        if cosigners.is_empty() || size < self.witnessed_size || !self.config.policy.is_met_by(&cosigners) {
            return;
        }
        let lines = cosigners.iter().filter_map(|at| Some(self.visited[*at].cosigned.as_ref()?.1.line.clone()));
        let note = signed.with_more(lines).text().to_owned();
        if let Err(error) = self.store.keep_witnessed(size, &note).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a witnessed checkpoint is not kept");
        }
        tracing::debug!(size, cosigners = cosigners.len(), "a checkpoint is witnessed");
        (self.witnessed_size, self.witnessed_note) = (size, note);
    }

    fn tell(&self) {
        let witnesses = self.config.policy.witnesses().iter().zip(&self.visited);
        let witnesses = witnesses.map(|(witness, visited)| WitnessStanding {
            name: witness.name.clone(),
            size: visited.cosigned.as_ref().map_or(0, |(size, _)| *size),
            cosigned_at_secs: visited.cosigned.as_ref().map_or(0, |(_, cosigned)| cosigned.at_secs),
            fault: visited.fault.clone(),
        });
        let standing =
            Standing { size: self.witnessed_size, note: self.witnessed_note.clone(), witnesses: witnesses.collect() };
        self.metrics.note_witnessed_size(&self.log.workspace, standing.size);
        for (workspace, size) in self.coverage.note_witnessed(standing.size) {
            self.metrics.note_witnessed_size(&workspace, size);
        }
        self.witnessed.set(standing);
    }
}
