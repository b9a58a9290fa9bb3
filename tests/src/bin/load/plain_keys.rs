//! Keys of contents for the plain writer, drawn ahead and kept in a database of their own, as the ledger has them.

use std::path::Path;
use std::sync::Arc;

use ledger_format::ContentKey;
use service_kit::database::SqliteDatabase;
use service_kit::ids::Ids;
use service_kit::shutdown::Shutdown;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection, QueryBuilder, SqlSafeStr as _, Sqlite};
use tokio::sync::mpsc;

/// Keys that are on disk and of no subject yet.
const AHEAD: usize = 1_024;

/// Keys of one commit.
const DRAWN: u16 = 512;

/// Keys that nobody has yet, each given away once.
pub struct KeysAhead {
    free: mpsc::Receiver<(i64, ContentKey)>,
}

enum Store {
    File(SqliteDatabase),
    Server(PgConnection),
}

impl KeysAhead {
    /// Opens their store, and draws keys as long as there is room.
    ///
    /// # Errors
    /// When the store does not open.
    pub async fn draw(
        folder: &Path,
        database: Option<&str>,
        ids: Arc<dyn Ids>,
        shutdown: &Shutdown,
    ) -> anyhow::Result<Self> {
        let mut store = Store::open(folder, database).await?;
        let (give, free) = mpsc::channel(AHEAD);
        let closing = shutdown.closing();
        let drawing = async move {
            for first in (1..).step_by(usize::from(DRAWN)) {
                let keys: Vec<_> = (first..first + i64::from(DRAWN))
                    .map(|number| (number, ContentKey::new(ids.random_32())))
                    .collect();
                store.keep(&keys).await.expect("the store of keys takes them");
                for key in keys {
                    if give.send(key).await.is_err() {
                        return;
                    }
                }
            }
        };
        shutdown.spawn_until_closing("plain-keys", async move {
            tokio::select! {
                () = closing => {}
                () = drawing => {}
            }
        });
        Ok(Self { free })
    }

    /// Takes one.
    ///
    /// # Panics
    /// When there will be none any more.
    pub async fn take(&mut self) -> (i64, ContentKey) {
        self.free.recv().await.expect("keys are drawn until the writer has ended")
    }
}

impl Store {
    async fn open(folder: &Path, database: Option<&str>) -> anyhow::Result<Self> {
        const FILE: &str =
            "CREATE TABLE keys (number INTEGER PRIMARY KEY, secret BLOB NOT NULL, fingerprint BLOB NOT NULL) STRICT";
        const SERVER: &str =
            "CREATE TABLE keys (number BIGINT PRIMARY KEY, secret BYTEA NOT NULL, fingerprint BYTEA NOT NULL)";
        let Some(url) = database else {
            let migration = Migration::new(1, "keys".into(), MigrationType::Simple, FILE.into_sql_str(), false);
            let schema = Migrator::with_migrations(vec![migration]);
            return Ok(Self::File(SqliteDatabase::open(&folder.join("plain-keys.db"), &schema).await?));
        };
        let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
        sqlx::raw_sql(SERVER).execute(&mut connection).await?;
        Ok(Self::Server(connection))
    }

    /// Returns once they are on disk.
    async fn keep(&mut self, keys: &[(i64, ContentKey)]) -> Result<(), sqlx::Error> {
        let fingerprint = |number: i64, key: &ContentKey| key.fingerprint(number.unsigned_abs()).as_bytes().to_vec();
        match self {
            Self::File(database) => {
                let mut insert: QueryBuilder<Sqlite> =
                    QueryBuilder::new("INSERT INTO keys (number, secret, fingerprint) ");
                insert.push_values(keys, |mut values, (number, key)| {
                    values.push_bind(*number).push_bind(key.as_bytes().to_vec()).push_bind(fingerprint(*number, key));
                });
                insert.build().execute(&database.writer).await.map(drop)
            }
            Self::Server(connection) => {
                const INSERT: &str = "INSERT INTO keys SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])";
                let numbers: Vec<i64> = keys.iter().map(|(number, _)| *number).collect();
                let secrets: Vec<&[u8]> = keys.iter().map(|(_, key)| key.as_bytes().as_slice()).collect();
                let fingerprints: Vec<Vec<u8>> = keys.iter().map(|(number, key)| fingerprint(*number, key)).collect();
                sqlx::query(INSERT).bind(numbers).bind(secrets).bind(fingerprints).execute(connection).await.map(drop)
            }
        }
    }
}
