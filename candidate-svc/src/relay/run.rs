use std::sync::Arc;

use countersign_api::{ledger::v1::ledger_service_client::LedgerServiceClient, name::Workspace};
use service_kit::{clock::Clock, grpc::AuthorizedChannel, shutdown::Shutdown};
use tracing::Instrument;

use super::{
    append::{AppendError, append},
    back_off::BackOff,
    meters::Meters,
};
use crate::{
    domain::Moment,
    store::{Error as StoreError, OutboxEvent, RelayTurn, Store, WriteError},
    wire,
};

/// The most events in one append.
const BATCH_EVENTS: u32 = 500;

/// The most bytes of content in one append, so that it fits the transport with room to spare.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// The relay of one workspace.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) workspace: Workspace,
    pub(super) store: Store,
    pub(super) ledger: LedgerServiceClient<AuthorizedChannel>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) meters: Meters,
}

/// What a round came to.
#[derive(Debug, Clone, Copy)]
enum Round {
    /// No event waits.
    Nothing,
    /// Some were recorded.
    Relayed,
    /// Another process sends them, until then at the latest.
    AnothersUntil(Moment),
}

/// Why a round did not end as it should.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the outbox can not be read")]
    Outbox(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("the receipts can not be kept: {0}")]
    Receipts(#[from] WriteError),
}

impl Relay {
    /// Relays until the drain begins, and then what is still in the outbox; a failure then leaves it to the next start.
    pub(super) async fn run(self, shutdown: Shutdown) {
        let mut events = self.store.signals().events();
        let mut back_off = BackOff::default();
        loop {
            // Asked before the outbox is read: a round that began after the drain did and found nothing is the last.
            let is_draining = shutdown.is_draining();
            // Seen before the outbox is read: what is committed in between is seen again, never missed.
            events.mark_unchanged();
            let span = tracing::debug_span!("relay", workspace = self.workspace.id());
            match self.relay_batch(is_draining).instrument(span).await {
                Ok(Round::Nothing) if is_draining => return self.give_back().await,
                Ok(Round::Nothing) => tokio::select! {
                    changed = events.changed() => if changed.is_err() { return },
                    () = shutdown.draining() => {}
                },
                // Whatever is committed meanwhile, it sends; it is looked at again once its turn is over.
                Ok(Round::AnothersUntil(until)) => tokio::select! {
                    () = self.clock.sleep_until(until.timestamp()) => {}
                    () = shutdown.draining() => {}
                },
                Ok(Round::Relayed) => back_off.reset(),
                Err(error) => {
                    // Another process may reach the ledger where this one does not.
                    self.give_back().await;
                    let wait = back_off.next();
                    self.meters.failures.inc();
                    let (workspace, wait_ms) = (self.workspace.id(), wait.as_millis());
                    tracing::warn!(workspace, %error, wait_ms, "events are not recorded; nothing approved is executed meanwhile");
                    if is_draining {
                        return;
                    }
                    tokio::select! {
                        () = self.clock.sleep_until(self.clock.now() + wait) => {}
                        () = shutdown.draining() => {}
                    }
                }
            }
        }
    }

    /// Relays the oldest events, where that is this process's turn, or its last: whoever has the turn then may be gone, and who sends
    /// beside another does no harm.
    async fn relay_batch(&self, is_last: bool) -> Result<Round, RelayError> {
        let mut batch = self.store.read().outbox(&self.workspace, BATCH_EVENTS).await?;
        batch.truncate(fitting(&batch));
        if batch.is_empty() {
            self.meters.lag_seconds.set(0.0);
            return Ok(Round::Nothing);
        }
        let now = Moment::from(self.clock.now());
        match self.store.take_relay_turn(&self.workspace, now).await? {
            RelayTurn::AnothersUntil(until) if !is_last => return Ok(Round::AnothersUntil(until)),
            RelayTurn::AnothersUntil(_) | RelayTurn::Ours => {}
        }
        let count = batch.len();
        self.meters.lag_seconds.set(self.age_of(&batch[0]));
        let receipts = append(&self.ledger, &self.workspace, batch).await?;
        // A crash here, or before the next commit: see `append`.
        self.store.record_receipts(&self.workspace, receipts).await?;
        self.meters.recorded.inc_by(u64::try_from(count).unwrap_or(u64::MAX));
        Ok(Round::Relayed)
    }

    /// Gives the turn back; where that fails it ends by itself.
    async fn give_back(&self) {
        if let Err(error) = self.store.give_relay_turn_back(&self.workspace).await {
            tracing::debug!(workspace = self.workspace.id(), %error, "the relay's turn ends by itself");
        }
    }
}

impl Relay {
    /// Returns how many seconds ago an event happened; 0 when it does not say.
    fn age_of(&self, event: &OutboxEvent) -> f64 {
        let occurred_at = wire::event::decode(&event.content).map(|event| event.occurred_at.timestamp());
        occurred_at.map_or(0.0, |at| self.clock.now().duration_since(at).as_secs_f64())
    }
}

/// Returns how many of the first events fit one append; at least one, if there is one.
fn fitting(events: &[OutboxEvent]) -> usize {
    let mut bytes = 0;
    let fits = events.iter().take_while(|event| {
        bytes += event.content.len();
        bytes <= BATCH_BYTES
    });
    fits.count().max(usize::from(!events.is_empty()))
}
