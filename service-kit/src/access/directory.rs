use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockWriteGuard},
};

use jiff::Timestamp;

use super::{
    BearerToken, Denied, Grant, Principal, StoreError, TokenId, TokenRecord, TokenStore, validity::Revocation,
};
use crate::{clock::Clock, ids::Ids};

/// The most tokens kept in memory; a token beyond it costs a read of the store at each call.
pub const CACHE_MAX_TOKENS: usize = 4_096;

/// Knows every token of the installation: makes, resolves, lists and revokes them.
///
/// Only one process works on a data folder, so its memory is never behind another's revocation.
pub struct Access {
    store: TokenStore,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    memory: RwLock<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Tokens read from the store.
    cached: HashMap<TokenId, Known>,
    /// Tokens that live in this process alone.
    lent: HashMap<TokenId, Known>,
    /// Tokens revoked since the start, 16 bytes each; a read of the store that began before must not bring one back.
    revoked: HashSet<TokenId>,
}

/// A token in memory, and the calls it let in.
#[derive(Clone)]
struct Known {
    record: TokenRecord,
    revocation: Revocation,
}

impl Access {
    /// Makes the directory over a store.
    pub fn new(store: TokenStore, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { store, clock, ids, memory: RwLock::default() }
    }

    /// Finds the principal that a token's text stands for, and how long it may go on.
    ///
    /// # Errors
    /// [`Denied::Invalid`] or [`Denied::Store`].
    pub async fn resolve(&self, text: &str) -> Result<Grant, Denied> {
        let token: BearerToken = text.parse().map_err(|_| Denied::Invalid)?;
        let Known { record, revocation } = match self.remembered(token.id()) {
            Some(known) => known,
            None => self.read(token.id()).await?,
        };
        let valid = record.secret_hash.matches(&token.hash()) && record.is_valid_at(self.clock.now());
        if valid { Ok(Grant::new(record, revocation, Arc::clone(&self.clock))) } else { Err(Denied::Invalid) }
    }

    /// Makes a token for a principal and keeps its hash; the returned token is the only copy of the secret.
    ///
    /// # Errors
    /// [`StoreError::Driver`].
    pub async fn create(
        &self,
        principal: Principal,
        expires_at: Option<Timestamp>,
    ) -> Result<(BearerToken, TokenRecord), StoreError> {
        let (token, record) = self.draw(principal, expires_at);
        self.store.create(&record).await?;
        Ok((token, record))
    }

    /// Makes a token that only this process knows and that ends with it: for the services that run inside.
    #[must_use]
    pub fn lend(&self, principal: Principal) -> BearerToken {
        let (token, record) = self.draw(principal, None);
        self.write().lent.insert(record.id, Known::new(record));
        token
    }

    /// Lists at most `limit` kept tokens, newest first, beginning after `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn list(&self, after: Option<TokenId>, limit: u32) -> Result<Vec<TokenRecord>, StoreError> {
        self.store.list(after, limit).await
    }

    /// Revokes a kept token: lets no later call in by it, and ends the open ones. None when there is none of this id.
    ///
    /// It holds in this process from the first moment, also when the store then fails or nobody waits for the answer: who
    /// revokes a token does not want it to work. Only when this returns does the revocation survive a crash.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn revoke(&self, id: TokenId) -> Result<Option<TokenRecord>, StoreError> {
        self.forget(id);
        let revoked = self.store.revoke(id, self.clock.now()).await?;
        if revoked.is_none() {
            self.write().revoked.remove(&id);
        }
        Ok(revoked)
    }

    /// Closes the store; to be called last, when no call is at work.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Returns the present moment of the clock that tokens lapse by.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn forget(&self, id: TokenId) {
        let mut memory = self.write();
        memory.revoked.insert(id);
        if let Some(known) = memory.cached.remove(&id) {
            known.revocation.tell();
        }
    }

    fn draw(&self, principal: Principal, expires_at: Option<Timestamp>) -> (BearerToken, TokenRecord) {
        let now = self.clock.now();
        let token = BearerToken::draw(&*self.ids, now);
        let record = TokenRecord {
            id: token.id(),
            secret_hash: token.hash(),
            principal: Arc::new(principal),
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        (token, record)
    }

    fn remembered(&self, id: TokenId) -> Option<Known> {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        memory.lent.get(&id).or_else(|| memory.cached.get(&id)).cloned()
    }

    async fn read(&self, id: TokenId) -> Result<Known, Denied> {
        let record = self.store.find(id).await?.ok_or(Denied::Invalid)?;
        self.write().remember(record)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Memory> {
        self.memory.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    /// Keeps a token that was read from the store.
    fn remember(&mut self, record: TokenRecord) -> Result<Known, Denied> {
        // Worked example: a read sees a valid token, then another call revokes it, then the read comes here: without this it
        // would put the valid one back for good.
        if self.revoked.contains(&record.id) {
            return Err(Denied::Invalid);
        }
        if self.cached.len() >= CACHE_MAX_TOKENS {
            // A token with open calls stays, or its revocation would not find them; calls have a bound of their own.
            self.cached.retain(|_, known| known.revocation.is_watched());
        }
        // Of two reads at a time the first is kept, so that both calls hear of the same revocation.
        Ok(self.cached.entry(record.id).or_insert_with(|| Known::new(record)).clone())
    }
}

impl Known {
    fn new(record: TokenRecord) -> Self {
        Self { record, revocation: Revocation::default() }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
