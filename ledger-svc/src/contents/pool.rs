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
    /// Takes over the keys that an earlier process left free in a file; what is missing is drawn in the background.
    ///
    /// In a shared database what is free at the end is destroyed: nobody can tell whether another process would give it away. A crash
    /// leaves it there, of no subject for ever.
    pub(crate) async fn start(
        keys: ContentKeys,
        ids: Arc<dyn Ids>,
        assigned_max: Option<KeyNumber>,
        shutdown: &Shutdown,
    ) -> Result<Self, Error> {
        let free: VecDeque<_> = keys.store().left_free(assigned_max, POOL_KEYS).await?.into();
        let pool = Self { keys, ids, free: Arc::new(Mutex::new(free)), drawing: Arc::default(), low: Arc::default() };
        let closing = shutdown.closing();
        let refilled = pool.clone();
        shutdown.spawn_until_closing("content-key-pool", async move {
            tokio::select! {
                () = closing => {}
                () = refilled.refill_when_low() => {}
            }
            refilled.give_back().await;
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

    /// Draws what so many subjects may need from a shared database, before anybody is held up by a lock on the ledger.
    pub(crate) async fn prepare(&self, subjects: usize) -> Result<(), Error> {
        let least = subjects.min(POOL_KEYS);
        let is_enough = self.keys.store().shared().is_none() || self.free().len() >= least;
        if is_enough { Ok(()) } else { self.draw(least).await }
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

    async fn give_back(&self) {
        if self.keys.store().shared().is_none() {
            return;
        }
        let _one = self.drawing.lock().await;
        let free: Vec<KeyNumber> = self.free().drain(..).map(|(number, _)| number).collect();
        if let Err(error) = self.keys.store().destroy(&free).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                keys = free.len(),
                "content keys of no subject are left"
            );
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
