use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ledger_format::ContentKey;
use service_kit::{ids::Ids, shutdown::Shutdown};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use super::ContentKeys;
use crate::store::{Error, content_keys::KeyNumber};

/// Keys that are on disk and of no subject yet; more are drawn in the background once fewer than half are left.
const POOL_KEYS: usize = 1_024;

/// Drawn at once, by whoever needs one, when there are none at all.
const URGENT_KEYS: usize = 64;

/// Content keys drawn ahead, so that a subject's first entry waits for no sync but its own.
#[derive(Debug, Clone)]
pub(crate) struct KeyPool {
    keys: ContentKeys,
    ids: Arc<dyn Ids>,
    free: Arc<Mutex<VecDeque<(KeyNumber, ContentKey)>>>,
    /// One draw at a time: keys are given away in the order of their numbers, so that all above the highest given are free.
    drawing: Arc<AsyncMutex<()>>,
    low: Arc<Notify>,
}

impl KeyPool {
    /// Takes over the keys above the highest one that a subject has; what is missing is drawn in the background.
    pub(crate) async fn start(
        keys: ContentKeys,
        ids: Arc<dyn Ids>,
        assigned_max: Option<KeyNumber>,
        shutdown: &Shutdown,
    ) -> Result<Self, Error> {
        let free: VecDeque<_> = keys.store().above(assigned_max, POOL_KEYS).await?.into();
        let pool = Self { keys, ids, free: Arc::new(Mutex::new(free)), drawing: Arc::default(), low: Arc::default() };
        let closing = shutdown.closing();
        let refilled = pool.clone();
        shutdown.spawn_until_closing("content-key-pool", async move {
            tokio::select! {
                () = closing => {}
                () = refilled.refill_when_low() => {}
            }
        });
        pool.ask_if_low();
        Ok(pool)
    }

    /// Takes a key that no subject has. It is given to one with the commit that names it; until then a crash leaves it free.
    pub(crate) async fn take(&self) -> Result<(KeyNumber, ContentKey), Error> {
        loop {
            let taken = self.free().pop_front();
            if let Some((number, key)) = taken {
                self.ask_if_low();
                self.keys.remember(number, key.clone());
                return Ok((number, key));
            }
            self.draw(URGENT_KEYS).await?;
        }
    }

    fn ask_if_low(&self) {
        if self.free().len() < POOL_KEYS / 2 {
            self.low.notify_one();
        }
    }

    async fn refill_when_low(&self) {
        loop {
            self.low.notified().await;
            if let Err(error) = self.draw(POOL_KEYS).await {
                // Whoever needs one draws it and gets the error.
                tracing::error!(error = &error as &dyn std::error::Error, "no content keys could be drawn ahead");
            }
        }
    }

    /// Draws keys until there are `least`; none where another draw has brought them meanwhile.
    async fn draw(&self, least: usize) -> Result<(), Error> {
        let _one = self.drawing.lock().await;
        let missing = least.saturating_sub(self.free().len());
        if missing > 0 {
            let drawn = self.keys.store().draw(missing, &*self.ids).await?;
            self.free().extend(drawn);
        }
        Ok(())
    }

    fn free(&self) -> MutexGuard<'_, VecDeque<(KeyNumber, ContentKey)>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
