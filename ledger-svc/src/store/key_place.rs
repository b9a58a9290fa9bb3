//! Holds a store of content keys against the ledger that its keys belong to, where both are databases that several processes share.

use super::{Error, LedgerStore, content_keys::ContentKeyStore};

/// Why keys can not be used for a ledger.
#[derive(Debug, thiserror::Error)]
pub enum KeyPlaceError {
    /// Whatever brings back the ledger would bring back the keys.
    #[error(
        "the content keys in `{keys}` are on the same server as the ledger in `{ledger}`, whose backups and write-ahead log hold both, so that \
         nothing could be erased; name a database on another server"
    )]
    SameServer {
        /// The ledger's database.
        ledger: String,
        /// The keys' database.
        keys: String,
    },
    /// The ledger's contents are sealed under the keys of another store.
    #[error(
        "the contents of the ledger in `{ledger}` are sealed under other keys than those in `{keys}`; name the database of keys that every \
         process of this ledger uses"
    )]
    OtherStore {
        /// The ledger's database.
        ledger: String,
        /// The keys' database.
        keys: String,
    },
    /// One of the two can not be asked.
    #[error(transparent)]
    Store(#[from] Error),
}

/// Checks that the keys are on another server than the ledger, and the ones that the ledger began with. In files, both follow from where they are.
///
/// # Errors
/// See [`KeyPlaceError`].
pub(crate) async fn check(ledger: &LedgerStore, keys: &ContentKeyStore) -> Result<(), KeyPlaceError> {
    let (Some(ledger), Some(keys)) = (ledger.shared(), keys.shared()) else { return Ok(()) };
    let shown = (ledger.database().to_string(), keys.database().to_string());
    let servers = (
        ledger.database().server_identity().await.map_err(Error::from)?,
        keys.database().server_identity().await.map_err(Error::from)?,
    );
    if servers.0 == servers.1 {
        return Err(KeyPlaceError::SameServer { ledger: shown.0, keys: shown.1 });
    }
    if ledger.belongs_to(keys.identity()).await? {
        Ok(())
    } else {
        Err(KeyPlaceError::OtherStore { ledger: shown.0, keys: shown.1 })
    }
}
