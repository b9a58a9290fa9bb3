use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use ledger_format::ContentKey;

use crate::store::{
    Error,
    content_keys::{ContentKeyStore, KeyNumber},
};

/// The most keys kept in memory; about 100 bytes each.
const KEYS_MAX: usize = 16_384;

/// Content keys by their numbers, with a bounded memory over the file; clones share it.
#[derive(Debug, Clone)]
pub struct ContentKeys {
    store: ContentKeyStore,
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    keys: HashMap<KeyNumber, ContentKey>,
    /// Counts what was destroyed: a key read before that and remembered after it would outlive its file.
    destroyed: u64,
}

impl ContentKeys {
    pub(crate) fn new(store: ContentKeyStore) -> Self {
        Self { store, known: Arc::default() }
    }

    pub(super) fn store(&self) -> &ContentKeyStore {
        &self.store
    }

    /// Finds keys by their numbers, one look-up in the file for all that are not in memory. A destroyed one is not among them.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn find(
        &self,
        numbers: impl IntoIterator<Item = KeyNumber>,
    ) -> Result<HashMap<KeyNumber, ContentKey>, Error> {
        let (mut found, mut unknown) = (HashMap::new(), Vec::new());
        let destroyed = {
            let known = self.known();
            for number in numbers {
                match known.keys.get(&number) {
                    Some(key) => drop(found.insert(number, key.clone())),
                    None => unknown.push(number),
                }
            }
            known.destroyed
        };
        unknown.sort_unstable();
        unknown.dedup();
        if !unknown.is_empty() {
            let read = self.store.find(&unknown).await?;
            let mut known = self.known();
            if known.destroyed == destroyed {
                for (number, key) in &read {
                    known.remember(*number, key.clone());
                }
            }
            found.extend(read);
        }
        Ok(found)
    }

    /// Keeps a key that was just given to a subject in memory.
    pub(super) fn remember(&self, number: KeyNumber, key: ContentKey) {
        self.known().remember(number, key);
    }

    /// Destroys keys, in the file and in memory; returns once nothing of them is left in either.
    ///
    /// # Errors
    /// See [`ContentKeyStore::destroy`].
    pub(crate) async fn destroy(&self, numbers: &[KeyNumber]) -> Result<(), Error> {
        let destroyed = self.store.destroy(numbers).await;
        let mut known = self.known();
        known.destroyed += 1;
        for number in numbers {
            known.keys.remove(number);
        }
        destroyed
    }

    pub(crate) async fn close(&self) {
        self.store.close().await;
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn remember(&mut self, number: KeyNumber, key: ContentKey) {
        if self.keys.len() >= KEYS_MAX {
            self.keys.clear();
        }
        self.keys.insert(number, key);
    }
}
