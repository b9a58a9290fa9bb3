use std::collections::HashMap;

use ledger_format::ContentKey;
use service_kit::{
    database::{PostgresDatabase, PostgresUrl},
    ids::Ids,
};
use sqlx::{migrate::Migrator, postgres::PgRow};

use super::KeyNumber;
use crate::store::{
    Error,
    cells::{Cells, signed},
};

/// The schema that holds the keys.
pub(crate) const SCHEMA: &str = "countersign_content_keys";

/// The migrations of that schema, embedded.
pub(crate) fn migrations() -> Migrator {
    let mut migrations = sqlx::migrate!("src/store/content_keys/postgres_migrations");
    migrations.create_schema(SCHEMA);
    migrations.dangerous_set_table_name("countersign_content_keys.migrations");
    migrations
}

/// The content keys in a database that several processes share.
#[derive(Debug, Clone)]
pub struct PostgresContentKeys {
    database: PostgresDatabase,
    identity: Vec<u8>,
}

impl PostgresContentKeys {
    /// Connects, checks the server, brings the schema up to date, and settles which store this is.
    ///
    /// # Errors
    /// [`Error::Open`], which names the database.
    pub async fn open(url: &PostgresUrl, assigned_max: Option<KeyNumber>, ids: &dyn Ids) -> Result<Self, Error> {
        let database = PostgresDatabase::open(url, SCHEMA, &migrations()).await;
        let database = database.map_err(service_kit::database::Error::from)?;
        let least = signed(assigned_max.map_or(1, |number| number + 1));
        // Processes that start together settle on the identity of one of them.
        let insert =
            "INSERT INTO key_store (is_only, identity, next) VALUES (true, $1, $2) ON CONFLICT (is_only) DO NOTHING";
        sqlx::query(insert).bind(ids.random_32().as_slice()).bind(least).execute(&database.writers).await?;
        sqlx::query("UPDATE key_store SET next = $1 WHERE next < $1").bind(least).execute(&database.writers).await?;
        let identity =
            sqlx::query_scalar("SELECT identity FROM key_store").fetch_one(&mut *database.reader(None).await?).await?;
        Ok(Self { database, identity })
    }

    /// Returns by what this store is known: drawn once, and never another.
    pub(crate) fn identity(&self) -> &[u8] {
        &self.identity
    }

    /// Returns the database.
    pub(crate) fn database(&self) -> &PostgresDatabase {
        &self.database
    }

    /// Names this database in an error: nobody would look for it here, where only the ledger's is asked for something.
    pub(super) fn named(&self, error: Error) -> Error {
        match error {
            Error::Driver(error) => Error::ContentKeys { trouble: self.database.trouble(&error), error },
            other => other,
        }
    }

    pub(super) async fn close(&self) {
        self.database.close().await;
    }

    pub(super) async fn draw(&self, count: usize, ids: &dyn Ids) -> Result<Vec<(KeyNumber, ContentKey)>, Error> {
        let mut transaction = self.database.writers.begin().await?;
        // The row is locked until the commit: no two processes draw one number.
        let drawn = sqlx::query("UPDATE key_store SET next = next + $1 RETURNING next - $1")
            .bind(signed(count as u64))
            .fetch_one(&mut *transaction)
            .await?;
        let first = Cells::new(&drawn, "key_store", "1").number(0, "next")?;
        let keys: Vec<(KeyNumber, ContentKey)> =
            (first..).take(count).map(|number| (number, ContentKey::new(ids.random_32()))).collect();
        let numbers: Vec<i64> = keys.iter().map(|(number, _)| signed(*number)).collect();
        let secrets: Vec<&[u8]> = keys.iter().map(|(_, key)| key.as_bytes().as_slice()).collect();
        let fingerprints: Vec<Vec<u8>> =
            keys.iter().map(|(number, key)| key.fingerprint(*number).as_bytes().to_vec()).collect();
        sqlx::query(
            "INSERT INTO content_keys (number, secret, fingerprint) SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[])",
        )
        .bind(numbers)
        .bind(secrets)
        .bind(fingerprints)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(keys)
    }

    pub(super) async fn find(&self, numbers: &[KeyNumber]) -> Result<HashMap<KeyNumber, ContentKey>, Error> {
        if numbers.is_empty() {
            return Ok(HashMap::new());
        }
        let asked: Vec<i64> = numbers.iter().copied().map(signed).collect();
        let rows = sqlx::query("SELECT number, secret, fingerprint FROM content_keys WHERE number = ANY($1)")
            .bind(asked)
            .fetch_all(&mut *self.database.reader(None).await?)
            .await?;
        rows.iter().map(read).collect()
    }

    pub(super) async fn destroy(&self, numbers: &[KeyNumber]) -> Result<(), Error> {
        if numbers.is_empty() {
            return Ok(());
        }
        let asked: Vec<i64> = numbers.iter().copied().map(signed).collect();
        sqlx::query("DELETE FROM content_keys WHERE number = ANY($1)")
            .bind(asked)
            .execute(&self.database.writers)
            .await?;
        Ok(())
    }
}

fn read(row: &PgRow) -> Result<(KeyNumber, ContentKey), Error> {
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
