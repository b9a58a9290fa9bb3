use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use ledger_format::ContentKey;
use service_kit::{
    database::{SqliteDatabase, empty_wal},
    ids::Ids,
};
use sqlx::{Connection, QueryBuilder, Sqlite, sqlite::SqliteRow};

use super::KeyNumber;
use crate::store::{
    Error,
    cells::{Cells, signed},
    migration_rows,
    sqlite::ladder,
    statistics,
};

/// The migrations of the file of content keys, embedded.
pub(crate) static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("src/store/content_keys/migrations");

/// The file of content keys.
#[derive(Debug, Clone)]
pub struct SqliteContentKeys {
    database: SqliteDatabase,
    next: Arc<AtomicU64>,
}

impl SqliteContentKeys {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema up to date.
    ///
    /// Numbers begin above `assigned_max`, the highest that the ledger's file knows: with an older file of keys put back, no
    /// number ever gets a second key.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path, assigned_max: Option<KeyNumber>) -> Result<Self, Error> {
        let database = SqliteDatabase::open(file, &MIGRATIONS).await?;
        migration_rows::blank(&database).await?;
        statistics::drop_all(&database).await?;
        let stored: Option<i64> =
            sqlx::query_scalar("SELECT max(number) FROM content_keys").fetch_one(&database.readers).await?;
        let stored = stored.and_then(|number| u64::try_from(number).ok());
        let next = stored.max(assigned_max).map_or(1, |number| number + 1);
        Ok(Self { database, next: Arc::new(AtomicU64::new(next)) })
    }

    /// Closes all connections; the last one writes the WAL back into the file.
    pub async fn close(&self) {
        self.database.close().await;
    }

    /// Draws new keys and returns them once they are on disk, in the order of their numbers.
    ///
    /// A crash before the commit leaves none; after it, keys that the next start finds unused.
    ///
    /// # Errors
    /// [`Error::Driver`].
    pub async fn draw(&self, count: usize, ids: &dyn Ids) -> Result<Vec<(KeyNumber, ContentKey)>, Error> {
        let first = self.next.fetch_add(count as u64, Ordering::Relaxed);
        let keys: Vec<(KeyNumber, ContentKey)> =
            (first..).take(count).map(|number| (number, ContentKey::new(ids.random_32()))).collect();
        let mut connection = self.database.writer.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for piece in ladder::pieces(keys.clone()) {
            let mut insert: QueryBuilder<Sqlite> =
                QueryBuilder::new("INSERT INTO content_keys (number, secret, fingerprint) ");
            insert.push_values(piece, |mut values, (number, key)| {
                values
                    .push_bind(signed(number))
                    .push_bind(key.as_bytes().to_vec())
                    .push_bind(key.fingerprint(number).as_bytes().to_vec());
            });
            insert.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(keys)
    }

    /// Reads the keys above a number, at most `limit`: those that no subject has yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn above(&self, number: Option<KeyNumber>, limit: usize) -> Result<Vec<(KeyNumber, ContentKey)>, Error> {
        let rows = sqlx::query(
            "SELECT number, secret, fingerprint FROM content_keys WHERE number > ?1 ORDER BY number LIMIT ?2",
        )
        .bind(signed(number.unwrap_or(0)))
        .bind(signed(limit as u64))
        .fetch_all(&self.database.readers)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Reads keys by their numbers; one that is destroyed is not among them.
    ///
    /// # Errors
    /// See [`Error`]; [`Error::CorruptRow`] for a key that is not the one that was drawn.
    pub async fn find(&self, numbers: &[KeyNumber]) -> Result<HashMap<KeyNumber, ContentKey>, Error> {
        let mut found = HashMap::with_capacity(numbers.len());
        for asked in numbers.chunks(ladder::KEYS_MAX) {
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("SELECT number, secret, fingerprint FROM content_keys WHERE number IN (");
            let mut list = query.separated(", ");
            for position in 0..ladder::width_for(asked.len()) {
                list.push_bind(asked.get(position).copied().map(signed));
            }
            query.push(")");
            for row in query.build().fetch_all(&self.database.readers).await? {
                let (number, key) = read(&row)?;
                found.insert(number, key);
            }
        }
        Ok(found)
    }

    /// Destroys keys and returns once no byte of them is left in the file or its WAL; those that are gone already stay gone.
    ///
    /// A crash on the way leaves some of them: the next start goes on from the ledger's file, which says whose they were.
    ///
    /// # Errors
    /// [`Error::Driver`]; [`Error::WalInUse`] when somebody keeps reading an old part of the WAL.
    pub async fn destroy(&self, numbers: &[KeyNumber]) -> Result<(), Error> {
        let mut connection = self.database.writer.acquire().await?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for asked in numbers.chunks(ladder::KEYS_MAX) {
            let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("DELETE FROM content_keys WHERE number IN (");
            let mut list = query.separated(", ");
            for position in 0..ladder::width_for(asked.len()) {
                list.push_bind(asked.get(position).copied().map(signed));
            }
            query.push(")");
            query.build().execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        if empty_wal(&mut connection).await? { Ok(()) } else { Err(Error::WalInUse { file: "content-keys.db" }) }
    }
}

fn read(row: &SqliteRow) -> Result<(KeyNumber, ContentKey), Error> {
    let number = Cells::new(row, "content_keys", "unknown").number(0, "number")?;
    let cells = Cells::new(row, "content_keys", number.to_string());
    let secret: [u8; 32] = cells.bytes(1, "secret")?.try_into().map_err(|_| cells.corrupt("secret"))?;
    let key = ContentKey::new(secret);
    if key.fingerprint(number) == cells.hash(2, "fingerprint")? {
        Ok((number, key))
    } else {
        Err(cells.corrupt("secret"))
    }
}
