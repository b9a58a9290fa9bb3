use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use jiff::Timestamp;

use super::{BearerToken, Principal, StoreError, TokenId, TokenRecord, TokenStore};
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
    cached: HashMap<TokenId, TokenRecord>,
    /// Tokens that live in this process alone.
    lent: HashMap<TokenId, TokenRecord>,
    /// Counts revocations.
    generation: u64,
}

/// Why a token was not resolved.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The text is no token, or the token is unknown, revoked or lapsed; which one stays unsaid on purpose.
    #[error("the bearer token is unknown, revoked or lapsed; make one with `countersign token create`")]
    Invalid,
    /// The store does not answer.
    #[error("the token can not be checked")]
    Store(#[from] StoreError),
}

impl Access {
    /// Makes the directory over a store.
    pub fn new(store: TokenStore, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Self {
        Self { store, clock, ids, memory: RwLock::default() }
    }

    /// Finds the principal that a token's text stands for.
    ///
    /// # Errors
    /// [`Denied::Invalid`] or [`Denied::Store`].
    pub async fn resolve(&self, text: &str) -> Result<Arc<Principal>, Denied> {
        let token: BearerToken = text.parse().map_err(|_| Denied::Invalid)?;
        let record = match self.remembered(token.id()) {
            Ok(record) => record,
            Err(generation) => self.read(token.id(), generation).await?,
        };
        let valid = record.secret_hash.matches(&token.hash()) && record.is_valid_at(self.clock.now());
        if valid { Ok(record.principal) } else { Err(Denied::Invalid) }
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
        self.memory.write().unwrap_or_else(PoisonError::into_inner).lent.insert(record.id, record);
        token
    }

    /// Lists at most `limit` kept tokens, newest first, beginning after `after`.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn list(&self, after: Option<TokenId>, limit: u32) -> Result<Vec<TokenRecord>, StoreError> {
        self.store.list(after, limit).await
    }

    /// Revokes a kept token; when this returns, no later call is let in by it. None when there is none of this id.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn revoke(&self, id: TokenId) -> Result<Option<TokenRecord>, StoreError> {
        let revoked = self.store.revoke(id, self.clock.now()).await?;
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        memory.cached.remove(&id);
        memory.generation += 1;
        Ok(revoked)
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

    /// Returns the token from memory, or else the generation that a read of the store begins in.
    fn remembered(&self, id: TokenId) -> Result<TokenRecord, u64> {
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        memory.lent.get(&id).or_else(|| memory.cached.get(&id)).cloned().ok_or(memory.generation)
    }

    async fn read(&self, id: TokenId, generation: u64) -> Result<TokenRecord, Denied> {
        let record = self.store.find(id).await?.ok_or(Denied::Invalid)?;
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        // Worked example: this read sees a valid token, then another call revokes it and clears the cache, then this
        // line would put the valid one back for good. The generation tells, and the next call reads again.
        if memory.generation == generation {
            if memory.cached.len() >= CACHE_MAX_TOKENS {
                memory.cached.clear();
            }
            memory.cached.insert(id, record.clone());
        }
        Ok(record)
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        access::{Role, Scope},
        clock::ManualClock,
        ids::SeededIds,
    };

    fn anna() -> Principal {
        let id = "humans/anna".parse().expect("an id");
        Principal::new(id, Scope::All, [Role::Reviewer]).expect("a principal")
    }

    struct Bench {
        _folder: tempfile::TempDir,
        clock: ManualClock,
        access: Access,
    }

    async fn bench() -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let store = TokenStore::open(&folder.path().join("tokens.db")).await.expect("it opens");
        let clock = ManualClock::default();
        let access = Access::new(store, Arc::new(clock.clone()), Arc::new(SeededIds::new(1)));
        Bench { _folder: folder, clock, access }
    }

    #[tokio::test]
    async fn a_token_resolves_to_its_principal_until_it_is_revoked() {
        let Bench { access, _folder, .. } = bench().await;
        let (token, record) = access.create(anna(), None).await.expect("created");
        for _ in 0..2 {
            assert_eq!(*access.resolve(&token.reveal()).await.expect("resolved"), anna());
        }
        let revoked = access.revoke(record.id).await.expect("writable").expect("there");
        assert!(revoked.revoked_at.is_some());
        assert!(matches!(access.resolve(&token.reveal()).await, Err(Denied::Invalid)));
    }

    #[tokio::test]
    async fn a_forged_secret_under_a_known_id_is_denied() {
        let Bench { access, _folder, .. } = bench().await;
        let (token, _) = access.create(anna(), None).await.expect("created");
        let other = access.lend(anna());
        let secret = other.reveal()[36..].to_owned();
        let forged = format!("cs_{}_{secret}", token.id());
        assert!(forged.parse::<BearerToken>().is_ok());
        assert!(matches!(access.resolve(&forged).await, Err(Denied::Invalid)));
        assert!(access.resolve(&token.reveal()).await.is_ok());
    }

    #[tokio::test]
    async fn a_token_lapses_also_while_it_is_remembered() {
        let Bench { clock, access, _folder } = bench().await;
        let end = clock.now() + Duration::from_mins(1);
        let (token, _) = access.create(anna(), Some(end)).await.expect("created");
        assert!(access.resolve(&token.reveal()).await.is_ok());
        clock.advance(Duration::from_mins(1));
        assert!(matches!(access.resolve(&token.reveal()).await, Err(Denied::Invalid)));
    }

    #[tokio::test]
    async fn a_revocation_during_a_read_is_not_forgotten() {
        let Bench { access, _folder, .. } = bench().await;
        let (token, record) = access.create(anna(), None).await.expect("created");
        let generation = access.remembered(token.id()).expect_err("not read yet");
        access.revoke(record.id).await.expect("writable");
        // The read that began before the revocation ends after it, with what it saw then.
        access.read(record.id, generation).await.expect("there");
        assert!(access.remembered(token.id()).is_err());
    }

    #[tokio::test]
    async fn a_lent_token_is_known_to_its_process_alone() {
        let Bench { access, _folder, .. } = bench().await;
        let token = access.lend(anna());
        assert!(access.resolve(&token.reveal()).await.is_ok());
        assert!(access.list(None, 10).await.expect("readable").is_empty());
    }
}
