//! The databases of a ledger: opened together, brought up to date together, and how their schemas stand.

use std::sync::Arc;

use service_kit::{
    database::{self, SchemaStanding},
    ids::Ids,
    shutdown::{DRAIN_MAX, Shutdown},
};

use crate::{
    BuildError,
    contents::{ContentKeys, KeyPool},
    store::{
        LedgerPlace, LedgerStore,
        content_keys::{self, ContentKeyStore},
        key_place, postgres, read, sqlite,
    },
};

/// How the schemas of a ledger stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaStandings {
    /// That of entries, tiles and checkpoints.
    pub ledger: SchemaStanding,
    /// That of content keys.
    pub content_keys: SchemaStanding,
}

/// The databases of a ledger, each with the schema that this program needs.
pub(crate) struct Stores {
    pub(crate) ledger: LedgerStore,
    pub(crate) keys: ContentKeys,
    pub(crate) pool: KeyPool,
}

impl Stores {
    /// Opens them, makes what is missing, brings the schemas up to date and seals what an older release left in clear.
    pub(crate) async fn open(place: &LedgerPlace, ids: &Arc<dyn Ids>, shutdown: &Shutdown) -> Result<Self, BuildError> {
        let ledger = LedgerStore::open(&place.ledger()).await?;
        let assigned_max = read::assigned_max(&mut ledger.reader().await?.rows()).await?;
        let key_store = ContentKeyStore::open(&place.content_keys(), assigned_max, &**ids).await?;
        key_place::check(&ledger, &key_store).await?;
        let keys = ContentKeys::new(key_store);
        let pool = KeyPool::start(keys.clone(), Arc::clone(ids), assigned_max, shutdown).await?;
        ledger.complete(&keys, &pool, &**ids).await?;
        Ok(Self { ledger, keys, pool })
    }
}

impl LedgerPlace {
    /// Tells how the schemas stand, and changes nothing.
    ///
    /// # Errors
    /// When a database can not be read.
    pub async fn schema_standings(&self) -> Result<SchemaStandings, database::Error> {
        let (of_ledger, of_keys) = (postgres::migrations(), content_keys::migrations());
        let ledger = SchemaStanding::read(&self.ledger(), &sqlite::MIGRATIONS, &of_ledger).await?;
        let content_keys = SchemaStanding::read(&self.content_keys(), &content_keys::MIGRATIONS, &of_keys).await?;
        Ok(SchemaStandings { ledger, content_keys })
    }

    /// Makes the databases or brings their schemas up to date, as every start does, and serves nobody.
    ///
    /// # Errors
    /// [`BuildError::Store`] or [`BuildError::KeyPlace`], which name the database.
    pub async fn migrate(&self, ids: &Arc<dyn Ids>) -> Result<(), BuildError> {
        let shutdown = Shutdown::new();
        let stores = Stores::open(self, ids, &shutdown).await?;
        if let Err(error) = shutdown.drain(DRAIN_MAX).await {
            tracing::warn!(%error, "what draws content keys did not end; it ends with this process");
        }
        stores.ledger.close().await;
        stores.keys.close().await;
        Ok(())
    }
}
