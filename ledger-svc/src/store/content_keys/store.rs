use std::collections::HashMap;

use ledger_format::ContentKey;
use service_kit::{database::Location, ids::Ids};

use super::{postgres::PostgresContentKeys, sqlite::SqliteContentKeys};
use crate::store::Error;

/// The number by which a content key is called. Never used again.
pub type KeyNumber = u64;

/// Where the content keys are.
#[derive(Debug, Clone)]
pub enum ContentKeyStore {
    /// In a file of one process.
    Sqlite(SqliteContentKeys),
    /// In a database that several processes share.
    Postgres(PostgresContentKeys),
}

impl ContentKeyStore {
    /// Opens the store, makes it where it is missing, and brings its schema up to date.
    ///
    /// Numbers begin above `assigned_max`, the highest that the ledger knows: with older keys put back, no number ever gets a second key.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file or the database.
    pub async fn open(location: &Location, assigned_max: Option<KeyNumber>, ids: &dyn Ids) -> Result<Self, Error> {
        match location {
            Location::Sqlite(file) => SqliteContentKeys::open(file, assigned_max).await.map(Self::Sqlite),
            Location::Postgres(url) => PostgresContentKeys::open(url, assigned_max, ids).await.map(Self::Postgres),
        }
    }

    /// Returns the database that other processes draw from as well; none for a file.
    pub(crate) fn shared(&self) -> Option<&PostgresContentKeys> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(keys) => Some(keys),
        }
    }

    /// Closes all connections; the last one on a file writes the WAL back into it.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(keys) => keys.close().await,
            Self::Postgres(keys) => keys.close().await,
        }
    }

    /// Draws new keys and returns them once they are on disk, in the order of their numbers.
    ///
    /// A crash before the commit leaves none; after it, keys that no subject has.
    ///
    /// # Errors
    /// [`Error::Driver`], [`Error::ContentKeys`].
    pub async fn draw(&self, count: usize, ids: &dyn Ids) -> Result<Vec<(KeyNumber, ContentKey)>, Error> {
        match self {
            Self::Sqlite(keys) => keys.draw(count, ids).await,
            Self::Postgres(keys) => keys.draw(count, ids).await.map_err(|error| keys.named(error)),
        }
    }

    /// Reads the keys that no subject has yet and nobody else may give away, at most `limit`: in a file those above the highest that a
    /// subject has; in a shared database none, since another process may hold them.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn left_free(
        &self,
        assigned_max: Option<KeyNumber>,
        limit: usize,
    ) -> Result<Vec<(KeyNumber, ContentKey)>, Error> {
        match self {
            Self::Sqlite(keys) => keys.above(assigned_max, limit).await,
            Self::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Reads keys by their numbers; one that is destroyed is not among them.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::CorruptRow`] for a key that is not the one that was drawn.
    pub async fn find(&self, numbers: &[KeyNumber]) -> Result<HashMap<KeyNumber, ContentKey>, Error> {
        match self {
            Self::Sqlite(keys) => keys.find(numbers).await,
            Self::Postgres(keys) => keys.find(numbers).await.map_err(|error| keys.named(error)),
        }
    }

    /// Destroys keys and returns once no query gives them any more; in a file, once no byte of them is left in it or its WAL. Those that are
    /// gone already stay gone.
    ///
    /// A crash on the way leaves some of them: the next start goes on from the ledger, which says whose they were.
    ///
    /// # Errors
    /// [`Error::Driver`], [`Error::ContentKeys`]; [`Error::WalInUse`] when somebody keeps reading an old part of a file's WAL.
    pub async fn destroy(&self, numbers: &[KeyNumber]) -> Result<(), Error> {
        match self {
            Self::Sqlite(keys) => keys.destroy(numbers).await,
            Self::Postgres(keys) => keys.destroy(numbers).await.map_err(|error| keys.named(error)),
        }
    }
}
